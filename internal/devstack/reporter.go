package devstack

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// readyFD is the environment variable that names the descriptor on which a
// detached supervisor tells the command that started it how the start went.
const readyFD = "SWEEP_READY_FD"

// reporter writes one line, "ready" or a fault, and closes.
type reporter struct{ pipe *os.File }

func reportToParent() *reporter {
	fd, err := strconv.Atoi(os.Getenv(readyFD))
	if err != nil || fd < 3 {
		return &reporter{}
	}
	_ = os.Unsetenv(readyFD)
	syscall.CloseOnExec(fd) // not for the services
	return &reporter{os.NewFile(uintptr(fd), "ready")}
}

func (r *reporter) ready() { r.tell("ready") }

// end reports a failed start; after ready it says nothing more.
func (r *reporter) end(err error) {
	var setup *SetupError
	switch {
	case err == nil:
		r.tell("error the supervisor ended")
	case errors.As(err, &setup):
		r.tell("setup " + err.Error())
	default:
		r.tell("error " + err.Error())
	}
}

func (r *reporter) tell(line string) {
	if r.pipe == nil {
		return
	}
	fmt.Fprintln(r.pipe, strings.ReplaceAll(line, "\n", " "))
	_ = r.pipe.Close()
	r.pipe = nil
}

// parseReport is the other end: nil for ready.
func parseReport(line string) error {
	kind, text, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch kind {
	case "ready":
		return nil
	case "setup":
		return &SetupError{text}
	case "error":
		return errors.New(text)
	}
	return errors.New("the supervisor died during its start")
}
