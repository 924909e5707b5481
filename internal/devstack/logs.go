package devstack

import (
	"bytes"
	"os"
	"strings"
)

// rotateAt is the size at which a log is moved aside when its service starts.
const rotateAt = 10 << 20

// openLog opens a service's log for appending; one older log is kept.
func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > rotateAt {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// lastWords is the last line of a log that names a fault, else its last line.
// It is what an error message quotes.
func lastWords(path string, from int64) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	if from > int64(len(b)) { // it was rotated meanwhile
		from = 0
	}
	last := ""
	for _, line := range bytes.Split(b[from:], []byte("\n")) {
		text := strings.TrimSpace(string(line))
		if text == "" {
			continue
		}
		if isFault(text) || !isFault(last) {
			last = text
		}
	}
	return last
}

func isFault(line string) bool {
	for _, word := range []string{"FATAL", "PANIC", "error:", "devserver:", "fatal", "No space left"} {
		if strings.Contains(line, word) {
			return true
		}
	}
	return false
}
