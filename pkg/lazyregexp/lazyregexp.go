// Package lazyregexp compiles regular expressions when they are first used:
// most runs of a command use few of those that its packages know, and compiling
// all of them took a tenth of the start.
package lazyregexp

import (
	"regexp"
	"sync"
)

// New returns the expression on the first call and the same one after. A
// pattern that does not compile panics then, so a test has to use it once.
func New(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
