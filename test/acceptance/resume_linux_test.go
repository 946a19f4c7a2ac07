package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"golang.org/x/sys/unix"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/session"
)

// documents are both servers of documents; they count what they are asked for.
type documents struct {
	site, context7 *httptest.Server
	mu             sync.Mutex
	asked          map[string]int // by path or query
}

func newDocuments(t *testing.T) *documents {
	d := &documents{asked: map[string]int{}}
	d.site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.count(r.URL.Path)
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<!doctype html><html><body><main><div class=td-content><h1>Page</h1><p>Text.</p></div></main></body></html>`)
	}))
	t.Cleanup(d.site.Close)
	server := mcp.NewServer(&mcp.Implementation{Name: "Context7", Version: "test"}, nil)
	text := map[string]any{"type": "string"}
	server.AddTool(&mcp.Tool{
		Name:        "query-docs",
		InputSchema: map[string]any{"type": "object", "properties": map[string]any{"libraryId": text, "query": text}, "required": []string{"libraryId", "query"}},
	}, func(_ context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		d.count(string(request.Params.Arguments))
		answer := "### Reconcile now\n\nSource: https://fluxcd.io/flux/cmd/\n\n```sh\nflux reconcile kustomization apps\n```\n"
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: answer}}}, nil
	})
	d.context7 = httptest.NewServer(mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil))
	t.Cleanup(d.context7.Close)
	return d
}

func (d *documents) count(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked[what]++
}

// counts returns what was asked for so far, and how often.
func (d *documents) counts() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	counts := map[string]int{}
	for what, n := range d.asked {
		counts[what] = n
	}
	return counts
}

// machine is a user's folders, and the command in them.
type machine struct {
	t       *testing.T
	program string
	folder  string
	flags   []string
}

func newMachine(t *testing.T, d *documents) *machine {
	t.Helper()
	program, err := exec.LookPath("kubectl-fluxctx")
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, program: program, folder: t.TempDir(), flags: []string{
		"--repo", "repo", "--no-cluster", "-q", "-o", "json", "--docs-timeout", "1m",
		"--docs-url", d.site.URL, "--context7-url", d.context7.URL,
	}}
	for _, name := range []string{"repo", "tmp"} {
		if err := os.Mkdir(filepath.Join(m.folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	manifest := "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: a\nspec:\n  interval: 1h\n  chartRef: {kind: OCIRepository, name: a}\n"
	if err := os.WriteFile(filepath.Join(m.folder, "repo", "a.yaml"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *machine) command(args ...string) *exec.Cmd {
	command := exec.Command(m.program, append(args, m.flags...)...)
	command.Dir = m.folder
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + m.folder, "TMPDIR=" + filepath.Join(m.folder, "tmp"), "KUBECONFIG=" + filepath.Join(m.folder, "none")}
	return command
}

// states reads the session files; there are none before the first is written.
func (m *machine) states() []session.State {
	paths, err := filepath.Glob(filepath.Join(m.folder, "tmp", "flux-context-*.json"))
	if err != nil {
		m.t.Fatal(err)
	}
	var states []session.State
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			m.t.Fatal(err)
		}
		var state session.State
		if err := json.Unmarshal(content, &state); err != nil {
			m.t.Fatalf("%s does not parse: %v", path, err)
		}
		states = append(states, state)
	}
	return states
}

// stopAt starts the command and sends it the signal at a checkpoint: it is held
// as soon as the session file is replaced, looked at, and let go when it is not
// there yet. It returns false when the command was past the checkpoint before it
// could be held.
func (m *machine) stopAt(checkpoint string, signal syscall.Signal) bool {
	watch, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		m.t.Fatal(err)
	}
	defer unix.Close(watch)
	if _, err := unix.InotifyAddWatch(watch, filepath.Join(m.folder, "tmp"), unix.IN_MOVED_TO|unix.IN_CREATE); err != nil {
		m.t.Fatal(err)
	}
	command := m.command()
	if err := command.Start(); err != nil {
		m.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait() // it is killed, or runs to its end
		close(ended)
		// Wakes the read below.
		_ = os.WriteFile(filepath.Join(m.folder, "tmp", "ended"), nil, 0o600)
	}()
	order := session.Checkpoints()
	reached := false
	for buffer := make([]byte, 4096); !reached; {
		if _, err := unix.Read(watch, buffer); err != nil {
			m.t.Fatal(err)
		}
		_ = command.Process.Signal(syscall.SIGSTOP) // it may have ended
		states := m.states()
		last := -1
		if len(states) > 0 {
			last = slices.Index(order, states[0].Checkpoints.LastCheckpoint)
		}
		want := slices.Index(order, checkpoint)
		reached = last == want
		select {
		case <-ended:
			reached = true
			last = len(order)
		default:
		}
		if last > want || reached {
			_ = command.Process.Signal(signal)
			_ = command.Process.Signal(syscall.SIGCONT)
			<-ended
			return last == want && !states[0].Complete
		}
		_ = command.Process.Signal(syscall.SIGCONT)
	}
	return false
}

// TestStoppedRunsGoOn stops the command at each checkpoint, in both ways, and
// goes on: the session is the same, it comes to its end, and what was loaded
// before is not asked for again.
func TestStoppedRunsGoOn(t *testing.T) {
	// The command goes on without its terminal when nohup started it, and nohup may
	// have started this test. A signal that a process handles is not ignored in
	// those that it starts.
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(handled) })
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		for _, checkpoint := range session.Checkpoints() {
			if signal != syscall.SIGKILL && signal != syscall.SIGINT && checkpoint != session.FluxDocsLoaded {
				continue // these two are handled as SIGINT is
			}
			t.Run(fmt.Sprintf("%s/%s", checkpoint, signal), func(t *testing.T) {
				// The time between two checkpoints may be too short to be held
				// in; then it is tried again from the start.
				for range 60 {
					d := newDocuments(t)
					m := newMachine(t, d)
					if m.stopAt(checkpoint, signal) {
						if signal != syscall.SIGKILL {
							m.checkSwept()
						}
						goOn(t, d, m, checkpoint)
						return
					}
				}
				t.Fatal("the command could not be held at this checkpoint")
			})
		}
	}
}

func goOn(t *testing.T, d *documents, m *machine, checkpoint string) {
	t.Helper()
	before, loaded := m.states(), d.counts()
	kept := m.kept(loaded)
	if checkpoint == session.ContextValidationComplete && len(before) == 1 && before[0].Complete {
		return // nothing was left to do that an interrupt could stop
	}
	if len(before) != 1 || before[0].Complete {
		t.Fatalf("states of the stopped run: %+v", before)
	}
	if output, err := m.command("--resume").CombinedOutput(); err != nil {
		t.Fatalf("resume: %v: %s", err, output)
	}
	after := m.states()
	if len(after) != 1 || after[0].SessionID != before[0].SessionID || !after[0].Complete || after[0].Checkpoints.LastCheckpoint != session.ContextValidationComplete {
		t.Errorf("states of the run that went on: %+v", after)
	}
	asked := d.counts()
	if len(asked) < 10 {
		t.Errorf("only %d documents were asked for", len(asked))
	}
	for what, n := range asked {
		switch {
		case slices.Contains(kept, what) && n > loaded[what]:
			t.Errorf("%s was loaded, and asked for %d times more", what, n-loaded[what])
		case n > loaded[what]+1:
			t.Errorf("%s was asked for %d times by the run that went on", what, n-loaded[what])
		}
	}
	// At these checkpoints nothing is on its way: all that was asked for is
	// loaded, and at the last two that is all there is.
	switch checkpoint {
	case session.Context7FluxLoaded, session.FluxDocsLoaded, session.AdvancedContextLoaded, session.ContextValidationComplete:
		if len(loaded) < 9 || len(kept) != len(loaded) {
			t.Errorf("%d of %d documents are kept", len(kept), len(loaded))
		}
	}
	if before[0].HasPassed(session.AdvancedContextLoaded) && !maps.Equal(loaded, asked) {
		t.Errorf("asked for %v before, and %v in the end", loaded, asked)
	}
	m.checkSwept()
}

// checkSwept looks for temporary files that a run left.
func (m *machine) checkSwept() {
	m.t.Helper()
	left, err := filepath.Glob(filepath.Join(m.folder, "tmp", "flux-temp-*"))
	if err != nil || len(left) > 0 {
		m.t.Errorf("temporary files are left: %v (%v)", left, err)
	}
}

// kept lists the documents in the cache, as the servers know them.
func (m *machine) kept(asked map[string]int) []string {
	paths, err := filepath.Glob(filepath.Join(m.folder, ".cache", "fluxctx", "docs", "*.doc"))
	if err != nil {
		m.t.Fatal(err)
	}
	var kept []string
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			m.t.Fatal(err)
		}
		var entry struct{ ID string }
		if err := json.NewDecoder(bytes.NewReader(content)).Decode(&entry); err != nil {
			m.t.Fatalf("%s: %v", path, err)
		}
		_, id, _ := strings.Cut(entry.ID, " ")
		if page, isPage := strings.CutPrefix(id, focus.DocsSite); isPage {
			kept = append(kept, page)
			continue
		}
		for what := range asked {
			if strings.Contains(what, strings.TrimPrefix(id, "context7:")+`"`) {
				kept = append(kept, what)
			}
		}
	}
	return kept
}

// checkpointOf is the checkpoint for which a document is loaded.
func checkpointOf(what string) string {
	switch {
	case strings.Contains(what, "best practices"): // the query about a topic
		return session.AdvancedContextLoaded
	case strings.HasPrefix(what, "{"):
		return session.Context7FluxLoaded
	case slices.Contains(focus.CorePages(), focus.DocsSite+what):
		return session.FluxDocsLoaded
	}
	return session.AdvancedContextLoaded
}

// A finished session that goes back to a checkpoint loads again what comes after
// it, and nothing else; then it is as finished as before.
func TestResumeFromACheckpoint(t *testing.T) {
	order := session.Checkpoints()
	for rank, checkpoint := range order {
		t.Run(checkpoint, func(t *testing.T) {
			d := newDocuments(t)
			m := newMachine(t, d)
			if output, err := m.command().CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, output)
			}
			id, first := m.states()[0].SessionID, d.counts()
			for i, args := range [][]string{{"session", "resume", id, "--from", checkpoint}, {"session", "resume", id}} {
				before := d.counts()
				if output, err := m.command(args...).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, output)
				}
				for what, n := range d.counts() {
					want := 0
					if i == 0 && slices.Index(order, checkpointOf(what)) > rank {
						want = 1
					}
					if n-before[what] != want {
						t.Errorf("%v: %s was asked for %d times, want %d", args, what, n-before[what], want)
					}
				}
				if states := m.states(); len(states) != 1 || !states[0].Complete || states[0].Checkpoints.LastCheckpoint != session.ContextValidationComplete {
					t.Errorf("%v: states: %+v", args, states)
				}
			}
			if len(first) < 10 {
				t.Errorf("only %d documents were asked for", len(first))
			}
		})
	}
}

// Fifty processes at once have fifty sessions, each complete, and share what
// they load.
func TestFiftyProcessesAtOnce(t *testing.T) {
	const processes = 50
	d := newDocuments(t)
	m := newMachine(t, d)
	var running sync.WaitGroup
	for range processes {
		running.Go(func() {
			if output, err := m.command().CombinedOutput(); err != nil {
				t.Errorf("%v: %.500s", err, output)
			}
		})
	}
	running.Wait()
	ids := map[string]bool{}
	for _, state := range m.states() {
		ids[state.SessionID] = true
		if !state.Complete || state.Checkpoints.LastCheckpoint != session.ContextValidationComplete || !strings.HasSuffix(state.Folder, "repo") {
			t.Errorf("session %s: %+v in %s", state.SessionID, state.Checkpoints, state.Folder)
		}
	}
	if len(ids) != processes {
		t.Errorf("%d sessions, want %d", len(ids), processes)
	}
}
