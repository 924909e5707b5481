package devstack

import (
	"errors"
	"fmt"
)

// ErrDown is what Lookup answers when no stack runs in the home.
var ErrDown = errors.New("the local stack is not running; `sweep up` starts it")

// SetupError is a fault of the machine or its configuration that a person has
// to mend (a program missing, a directory not writable). Its text is one line
// with the remedy; commands leave with exit code 2.
type SetupError struct{ Message string }

func (e *SetupError) Error() string { return e.Message }

func setupErrorf(format string, args ...any) error {
	return &SetupError{Message: fmt.Sprintf(format, args...)}
}
