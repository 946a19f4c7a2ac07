package acceptance

import (
	"flag"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the screens of the documents")

// screen compares standard output with the screen that a document shows:
//
//	screen DOCUMENT COMMAND
//
// The screen is the fenced block after the comment "screen: COMMAND". With
// -update it is written.
func screen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: screen DOCUMENT COMMAND")
	}
	path := filepath.Join(ts.Getenv("ROOT"), args[0])
	content, err := os.ReadFile(path)
	ts.Check(err)
	before, rest, found := strings.Cut(string(content), "<!-- screen: "+args[1]+" -->\n```\n")
	shown, after, closed := strings.Cut(rest, "```\n<!-- /screen -->")
	if !found || !closed {
		ts.Fatalf("%s has no screen of %q", args[0], args[1])
	}
	got := ts.ReadFile("stdout")
	switch {
	case *update:
		content := before + "<!-- screen: " + args[1] + " -->\n```\n" + got + "```\n<!-- /screen -->" + after
		ts.Check(os.WriteFile(path, []byte(content), 0o644))
	case got != shown:
		ts.Fatalf("%s shows another screen: run go test ./test/acceptance -update, then read it", args[0])
	}
}
