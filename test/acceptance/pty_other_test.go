//go:build !unix

package acceptance

import "github.com/rogpeppe/go-internal/testscript"

// tty needs a terminal of Unix.
func tty(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("there is no terminal for tests on this system")
}
