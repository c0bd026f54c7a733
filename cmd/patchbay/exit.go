package main

import (
	"errors"
	"fmt"
)

// The exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnreachable = 3
)

// usageError is a command line, or an environment, that cannot be obeyed.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// unreachableError is a hub that does not answer.
type unreachableError struct{ error }

func (e unreachableError) Unwrap() error { return e.error }

// errShown ends a command whose output already says what went wrong.
var errShown = errors.New("what went wrong has been shown")

func exitCode(err error) int {
	var usage usageError
	var unreachable unreachableError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &unreachable):
		return exitUnreachable
	default:
		return exitFailed
	}
}
