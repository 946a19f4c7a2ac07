package cmdutil

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// The exit codes. Where several apply, 130 comes before 1 before 2 before 3.
const (
	ExitOK          = 0
	ExitError       = 1
	ExitFindings    = 2
	ExitIncomplete  = 3
	ExitInterrupted = 130
)

// Error is an error for the person at the terminal: what happened, and what
// to do next.
type Error struct {
	Err  error
	Hint string
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error with a hint.
func Errorf(hint, format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...), Hint: hint}
}

// UnknownWord is the error for a word that is none of a list: it suggests the
// nearest and names them all. noun says what it should have been.
func UnknownWord(noun, word string, known []string) error {
	hint := fmt.Sprintf("use one of: %s", strings.Join(known, ", "))
	if nearest := focus.Nearest(word, known); nearest != "" {
		hint = fmt.Sprintf("did you mean %q? There are: %s", nearest, strings.Join(known, ", "))
	}
	return Errorf(hint, "%q is no %s", sanitize.Line(word, 100), noun)
}

// FindingsError ends a run that found something at or above --fail-on.
type FindingsError struct {
	Count    int
	Severity string
}

func (e *FindingsError) Error() string {
	noun := "findings are"
	if e.Count == 1 {
		noun = "finding is"
	}
	return fmt.Sprintf("%d %s at or above %s (--fail-on)", e.Count, noun, e.Severity)
}

// ErrIncomplete ends a run under --fail-on-partial in which something could not
// be read or decided.
var ErrIncomplete = errors.New("not everything could be read (--fail-on-partial)")

// ErrReported is returned when everything there is to say has been printed
// and only the exit code is left.
var ErrReported = errors.New("the report lists the problems")

// ExitCode maps an error to the exit code of the process.
func ExitCode(err error) int {
	_, findings := errors.AsType[*FindingsError](err)
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case findings:
		return ExitFindings
	case errors.Is(err, ErrIncomplete):
		return ExitIncomplete
	}
	return ExitError
}

// PrintError writes an error and its hint the way the Flux CLI does. symbol is
// the mark of failure, step that of the next thing to do.
func PrintError(w io.Writer, err error, symbol, step string) {
	switch {
	case err == nil, errors.Is(err, ErrReported):
		return
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(w, "%s interrupted\n", symbol)
		return
	}
	fmt.Fprintf(w, "%s %v\n", symbol, err)
	if hinted, ok := errors.AsType[*Error](err); ok && hinted.Hint != "" {
		fmt.Fprintf(w, "%s %s\n", step, hinted.Hint)
	}
}
