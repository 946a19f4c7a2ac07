//go:build unix

package acceptance

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// tty runs a command on a terminal of its own, with standard error on the same
// screen:
//
//	tty FILE COLUMNS COMMAND [ARG...]            to its end
//	tty -interrupt=TEXT FILE COLUMNS COMMAND…    until it shows TEXT, then Ctrl-C
//
// FILE gets all that the command wrote. screen.txt gets what is left on the
// screen at the end. CODE is set to the exit code.
func tty(ts *testscript.TestScript, neg bool, args []string) {
	interrupt := ""
	if len(args) > 0 {
		if text, found := strings.CutPrefix(args[0], "-interrupt="); found {
			interrupt, args = text, args[1:]
		}
	}
	if neg || len(args) < 3 {
		ts.Fatalf("usage: tty [-interrupt=TEXT] FILE COLUMNS COMMAND [ARG...]")
	}
	columns, err := strconv.ParseUint(args[1], 10, 16)
	ts.Check(err)
	command := exec.Command(lookPath(ts, args[2]), args[3:]...)
	command.Dir = ts.MkAbs(".")
	for _, name := range []string{
		"HOME", "PATH", "TMPDIR", "XDG_CACHE_HOME", "XDG_STATE_HOME", "KUBECONFIG", "CI", "LANG", "LC_ALL", "TERM", "NO_COLOR", "COLUMNS",
	} {
		if value := ts.Getenv(name); value != "" {
			command.Env = append(command.Env, name+"="+value)
		}
	}
	terminal, err := pty.StartWithSize(command, &pty.Winsize{Rows: 50, Cols: uint16(columns)})
	ts.Check(err)
	defer terminal.Close()

	var written transcript
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		buffer := make([]byte, 4096)
		for {
			n, err := terminal.Read(buffer)
			written.add(buffer[:n])
			if err != nil { // the other side was closed
				return
			}
		}
	}()
	if interrupt != "" {
		for deadline := time.Now().Add(20 * time.Second); !strings.Contains(written.text(), interrupt); {
			if time.Now().After(deadline) {
				_ = command.Process.Kill()
				ts.Fatalf("%q was never shown:\n%q", interrupt, written.text())
			}
			time.Sleep(10 * time.Millisecond)
		}
		// As a key: the terminal echoes it and sends the signal.
		_, err := terminal.WriteString("\x03")
		ts.Check(err)
	}
	_ = command.Wait() // the exit code says more
	<-ended
	ts.Setenv("CODE", strconv.Itoa(command.ProcessState.ExitCode()))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(written.text()), 0o600))
	left, err := screenOf(written.text())
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("screen.txt"), []byte(left), 0o600))
}

// transcript is what a command writes while it is read by somebody else.
type transcript struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

func (t *transcript) add(text []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes.Write(text)
}

func (t *transcript) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bytes.String()
}

// screenOf is what stays on a screen, without styles and links: it knows the few
// movements of a line of progress, and fails for any other.
func screenOf(text string) (string, error) {
	var lines []string
	var line []string // one entry a cell
	column := 0
	for state := byte(0); text != ""; {
		sequence, width, n, next := ansi.DecodeSequence(text, state, nil)
		text, state = text[n:], next
		switch {
		case sequence == "\r":
			column = 0
		case sequence == "\n":
			lines, line, column = append(lines, strings.TrimRight(strings.Join(line, ""), " ")), nil, 0
		case width > 0:
			for len(line) < column+width {
				line = append(line, " ")
			}
			line[column] = sequence
			for i := 1; i < width; i++ {
				line[column+i] = ""
			}
			column += width
		case strings.HasPrefix(sequence, "\x1b]8;"), strings.HasSuffix(sequence, "m"):
		case sequence == "\x1b[K", sequence == "\x1b[0K":
			line = line[:min(column, len(line))]
		case sequence == "\x1b[2K":
			line = nil
		default:
			return "", fmt.Errorf("the screen got %q", sequence)
		}
	}
	return strings.Join(append(lines, strings.TrimRight(strings.Join(line, ""), " ")), "\n"), nil
}
