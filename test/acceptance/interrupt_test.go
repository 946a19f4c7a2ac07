package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// interrupted runs the command N times on a repository of some size and sends
// it the interrupt signal at another moment each time:
//
//	interrupted N
//
// Whatever the moment, the exit code is 130 (or 0, when the run was faster
// than the signal), the session file, when there is one, parses, and no
// temporary file stays.
func interrupted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: interrupted N")
	}
	runs, err := strconv.Atoi(args[0])
	ts.Check(err)
	repository := ts.MkAbs("interrupted-repo")
	ts.Check(os.Mkdir(repository, 0o755))
	for i := range 200 {
		manifest := fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm-%d\n", i)
		ts.Check(os.WriteFile(filepath.Join(repository, fmt.Sprintf("cm-%d.yaml", i)), []byte(manifest), 0o644))
	}

	stopped := 0
	for i := range runs {
		folder := ts.MkAbs(fmt.Sprintf("interrupted-%d", i))
		ts.Check(os.Mkdir(folder, 0o700))
		command := exec.Command(lookPath(ts, "kubectl-fluxctx"), "--repo", repository, "--no-cluster", "--session-dir", folder)
		for _, name := range []string{"HOME", "PATH", "TMPDIR", "XDG_CACHE_HOME", "XDG_STATE_HOME", "CI"} {
			command.Env = append(command.Env, name+"="+ts.Getenv(name))
		}
		ts.Check(command.Start())
		time.Sleep(time.Duration(i*120/runs) * time.Millisecond)
		_ = command.Process.Signal(os.Interrupt) // it may have ended already
		_ = command.Wait()
		switch code := command.ProcessState.ExitCode(); code {
		case 0:
		case 130:
			stopped++
		case -1:
			// The signal came before the handler was in place: the default
			// action ended the process, as for any program.
			stopped++
		default:
			ts.Fatalf("run %d ended with exit code %d", i, code)
		}
		checkSessionFolder(ts, folder)
	}
	if stopped == 0 {
		ts.Fatalf("no run was interrupted: the signals came too late")
	}
}

func checkSessionFolder(ts *testscript.TestScript, folder string) {
	entries, err := os.ReadDir(folder)
	ts.Check(err)
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "flux-temp-") {
			ts.Fatalf("%s was left behind", entry.Name())
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		ts.Check(err)
		var state map[string]any
		if err := json.Unmarshal(content, &state); err != nil {
			ts.Fatalf("%s does not parse: %v", entry.Name(), err)
		}
	}
}

// lookPath finds a program in the PATH of the script.
func lookPath(ts *testscript.TestScript, name string) string {
	for _, folder := range filepath.SplitList(ts.Getenv("PATH")) {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	ts.Fatalf("%s is not in PATH", name)
	return ""
}
