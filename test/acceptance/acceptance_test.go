// Package acceptance runs the real command through scripts, one behaviour a
// script. Folders below testdata are found, not listed.
package acceptance

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	// As in main.
	_ "k8s.io/client-go/plugin/pkg/client/auth"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/test/clustertest"
)

// canary is the value of every secret in the scripts. No output and no file
// that the command writes may hold it, in the clear or in base64.
const canary = "canary-3f9c2e-must-never-leave"

func TestMain(m *testing.M) {
	command := func() {
		var document bytes.Buffer
		streams := genericiooptions.IOStreams{
			In:     os.Stdin,
			Out:    &canaryWriter{to: io.MultiWriter(os.Stdout, &document)},
			ErrOut: &canaryWriter{to: os.Stderr},
		}
		code := cmd.Execute(os.Args, streams, cmdutil.OSEnvironment())
		if err := checkReport(document.Bytes()); err != nil {
			fmt.Fprintf(os.Stderr, "the output is against the schema: %v\n", err)
			code = exitInvalid
		}
		os.Exit(code)
	}
	testscript.Main(m, map[string]func(){
		"kubectl-fluxctx":          command,
		"kubectl_complete-fluxctx": command,
		"flux-fluxctx":             command,
		"fluxctx":                  onTerminal,
		"jq-program":               jqProgram,
		"no-sockets":               noSockets,
	})
}

// onTerminal is the command as main has it: nothing stands between it and the
// terminal, which it would not see otherwise.
func onTerminal() {
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	os.Exit(cmd.Execute(os.Args, streams, cmdutil.OSEnvironment()))
}

func TestScripts(t *testing.T) {
	folders, err := filepath.Glob("testdata/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no scripts found: %v", err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	shared := &clusters{running: map[string]*clustertest.Cluster{}}
	t.Cleanup(func() { shared.stop(t) })
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir:                 folder,
				RequireExplicitExec: true,
				Condition: func(condition string) (bool, error) {
					switch condition {
					case "no-cluster": // in CI never
						return clustertest.Unwanted(), nil
					case "mounts":
						return exec.CommandContext(t.Context(), "unshare", "--map-root-user", "--mount", "true").Run() == nil, nil
					}
					return false, fmt.Errorf("no such condition: %s", condition)
				},
				Setup: func(env *testscript.Env) error {
					return setup(t, env, root)
				},
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"cluster":     shared.command,
					"exit":        exit,
					"head":        head,
					"hostile":     hostile,
					"interrupted": interrupted,
					"jq":          jq,
					"mistakes":    mistakes,
					"requests":    requests,
					"picture":     picture,
					"recipes":     recipes,
					"screen":      screen,
					"serve":       serve,
					"session":     sessionFile,
					"tty":         tty,
					"valid":       valid,
					"within":      within,
				},
			})
		})
	}
}

// setup gives each script a machine of its own: home, temporary and cache
// folders, no kubeconfig, no network and no Git configuration.
func setup(t *testing.T, env *testscript.Env, root string) error {
	for name, folder := range map[string]string{
		"HOME": "home", "TMPDIR": "tmp", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config",
	} {
		path := filepath.Join(env.WorkDir, "."+folder)
		if err := os.MkdirAll(path, 0o700); err != nil {
			return err
		}
		env.Setenv(name, path)
	}
	env.Setenv("CI", "true")
	env.Setenv("LANG", "C.UTF-8")
	env.Setenv("KUBECONFIG", filepath.Join(env.WorkDir, "no-kubeconfig"))
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	env.Setenv("GIT_AUTHOR_NAME", "Ada")
	env.Setenv("GIT_AUTHOR_EMAIL", "ada@example.com")
	env.Setenv("GIT_COMMITTER_NAME", "Ada")
	env.Setenv("GIT_COMMITTER_EMAIL", "ada@example.com")
	env.Setenv("ROOT", root)
	env.Setenv("ESCAPE", "sec\x1b]0;owned\x07urity")
	env.Setenv("CANARY", canary)
	env.Defer(func() {
		for _, folder := range []string{".tmp", ".cache", ".state", ".config", ".home"} {
			checkFiles(t, filepath.Join(env.WorkDir, folder))
		}
	})
	return nil
}

// checkFiles fails the test when a file that the command wrote holds the
// canary.
func checkFiles(t *testing.T, folder string) {
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if leaks(string(content)) {
			t.Errorf("%s holds the value of a secret", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// leaks finds the canary in the clear, and the part of its base64 form that
// does not depend on what stands before it.
func leaks(text string) bool {
	for skip := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(canary[skip:]))
		if strings.Contains(text, encoded[:len(encoded)-2]) {
			return true
		}
	}
	return strings.Contains(text, canary)
}

// canaryWriter ends the command when its output holds the canary.
type canaryWriter struct {
	to   io.Writer
	mu   sync.Mutex
	tail string
}

// Exit codes that no script expects.
const (
	exitLeak    = 99
	exitInvalid = 98
)

func (w *canaryWriter) Write(p []byte) (int, error) {
	if w.sees(string(p)) {
		os.Stderr.WriteString("the output holds the value of a secret\n")
		os.Exit(exitLeak)
	}
	return w.to.Write(p)
}

// sees looks at the text and at what came before it.
func (w *canaryWriter) sees(text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tail += text
	leaked := leaks(w.tail)
	if keep := 4 * len(canary); len(w.tail) > keep {
		w.tail = w.tail[len(w.tail)-keep:]
	}
	return leaked
}
