//go:build !linux

package acceptance

import (
	"fmt"
	"os"
)

// noSockets needs a filter of system calls, which only Linux has; scripts skip
// what uses it elsewhere.
func noSockets() {
	fmt.Fprintln(os.Stderr, "no-sockets: only on Linux")
	os.Exit(1)
}
