package session

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var start = time.Date(2026, 8, 7, 10, 0, 0, 123456789, time.UTC)

// newSession is closed when the test ends.
func newSession(t *testing.T, dir string) *Session {
	t.Helper()
	s, err := Create(dir, start)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestCreateWritesThePublishedStructure(t *testing.T) {
	s := newSession(t, t.TempDir())
	info, err := os.Lstat(s.Path())
	mustDo(t, err)
	if info.Mode() != 0o600 {
		t.Errorf("mode %v, want a regular file with 0600", info.Mode())
	}
	if filepath.Base(s.Path()) != "flux-context-"+s.ID()+".json" {
		t.Errorf("path is %s", s.Path())
	}
	content, err := os.ReadFile(s.Path())
	mustDo(t, err)
	var got map[string]any
	mustDo(t, json.Unmarshal(content, &got))
	want := map[string]any{
		"sessionId": s.ID(),
		"timestamp": "2026-08-07T10:00:00Z",
		"context_sources": map[string]any{
			"context7_available": false,
			"loaded_docs":        []any{},
			"failed_sources":     []any{},
			"fallback_sources":   []any{},
		},
		"project_context": map[string]any{
			"has_kubernetes_configs":    false,
			"has_flux_resources":        false,
			"gitops_structure_detected": false,
			"cluster_access":            false,
			"flux_installed":            false,
		},
		"checkpoints": map[string]any{
			"last_checkpoint": "session_initialized",
			"next_milestone":  "context7_flux_loaded",
			"rollback_point":  "",
		},
		"capabilities_loaded": []any{},
	}
	for key, value := range want {
		if !reflect.DeepEqual(got[key], value) {
			t.Errorf("%s is %v, want %v", key, got[key], value)
		}
	}
}

func TestCheckpoints(t *testing.T) {
	type names = v1alpha1.Checkpoints
	steps := []struct {
		name string
		do   func(*Session) error
		want names
	}{
		{
			"in order", func(s *Session) error { return s.Checkpoint(Context7FluxLoaded) },
			names{LastCheckpoint: Context7FluxLoaded, NextMilestone: FluxDocsLoaded, RollbackPoint: SessionInitialized},
		},
		{
			"ahead of its turn", func(s *Session) error { return s.Checkpoint(ProjectContextAnalyzed) },
			names{LastCheckpoint: Context7FluxLoaded, NextMilestone: FluxDocsLoaded, RollbackPoint: SessionInitialized},
		},
		{
			"twice", func(s *Session) error { return s.Checkpoint(ProjectContextAnalyzed) },
			names{LastCheckpoint: Context7FluxLoaded, NextMilestone: FluxDocsLoaded, RollbackPoint: SessionInitialized},
		},
		{
			"the missing one", func(s *Session) error { return s.Checkpoint(FluxDocsLoaded) },
			names{LastCheckpoint: ProjectContextAnalyzed, NextMilestone: AdvancedContextLoaded, RollbackPoint: FluxDocsLoaded},
		},
		{
			"skipped", func(s *Session) error { return s.Skip(AdvancedContextLoaded) },
			names{LastCheckpoint: ProjectContextAnalyzed, NextMilestone: ContextValidationComplete, RollbackPoint: FluxDocsLoaded},
		},
		{
			"the last", func(s *Session) error { return s.Checkpoint(ContextValidationComplete) },
			names{LastCheckpoint: ContextValidationComplete, NextMilestone: ExpertGuidanceReady, RollbackPoint: ProjectContextAnalyzed},
		},
	}
	s := newSession(t, t.TempDir())
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			mustDo(t, step.do(s))
			entry, err := Load(filepath.Dir(s.Path()), s.ID())
			mustDo(t, err)
			if entry.Checkpoints != step.want {
				t.Errorf("got %+v, want %+v", entry.Checkpoints, step.want)
			}
		})
	}
	if err := s.Checkpoint("coffee"); err == nil || !strings.Contains(err.Error(), SessionInitialized) {
		t.Errorf("an unknown checkpoint gives %v", err)
	}
}

func TestRollBack(t *testing.T) {
	dir := t.TempDir()
	s := newSession(t, dir)
	load := func(source, capability string) func(*State) {
		return func(state *State) {
			state.ContextSources.LoadedDocs = append(state.ContextSources.LoadedDocs,
				v1alpha1.LoadedDocs{Source: source, Status: "loaded", FocusAreas: []string{}})
			state.CapabilitiesLoaded = append(state.CapabilitiesLoaded, capability)
		}
	}
	mustDo(t, s.Skip(Context7FluxLoaded))
	mustDo(t, s.Update(load("flux_official_docs", "gitops_workflows")))
	mustDo(t, s.Checkpoint(FluxDocsLoaded))
	mustDo(t, s.Update(load("builtin", "security_practices")))
	mustDo(t, s.Checkpoint(ProjectContextAnalyzed))
	mustDo(t, s.Update(func(state *State) { state.Complete = true }))
	mustDo(t, s.Close())

	resumed, err := Resume(dir, s.ID())
	mustDo(t, err)
	defer resumed.Close()
	if err := resumed.RollBack(AdvancedContextLoaded, start); err == nil || !strings.Contains(err.Error(), ProjectContextAnalyzed) {
		t.Errorf("a checkpoint that was not passed gives %v", err)
	}
	later := start.Add(time.Hour)
	mustDo(t, resumed.RollBack(FluxDocsLoaded, later))
	state := resumed.State()
	if got := state.CapabilitiesLoaded; !reflect.DeepEqual(got, []string{"gitops_workflows"}) {
		t.Errorf("capabilities after the rollback: %v", got)
	}
	if len(state.ContextSources.LoadedDocs) != 1 || state.Complete {
		t.Errorf("state after the rollback: %+v", state)
	}
	since := metav1.NewMicroTime(later)
	if want := map[string]metav1.MicroTime{AdvancedContextLoaded: since}; !reflect.DeepEqual(state.Reload, want) {
		t.Errorf("documents to load again: %v, want %v", state.Reload, want)
	}
	mustDo(t, resumed.RollBack(SessionInitialized, later.Add(time.Hour)))
	state = resumed.State()
	since = metav1.NewMicroTime(later.Add(time.Hour))
	want := map[string]metav1.MicroTime{Context7FluxLoaded: since, FluxDocsLoaded: since, AdvancedContextLoaded: since}
	if len(state.CapabilitiesLoaded) != 0 || !reflect.DeepEqual(state.Reload, want) {
		t.Errorf("state at the start: %+v", state)
	}
}

func TestUpdateKeepsIdentity(t *testing.T) {
	s := newSession(t, t.TempDir())
	id := s.ID()
	mustDo(t, s.Update(func(state *State) {
		*state = State{Folder: "/project", Focus: []string{"security"}}
		state.SessionID = "../../etc/passwd"
	}))
	entry, err := Load(filepath.Dir(s.Path()), id)
	mustDo(t, err)
	if entry.Folder != "/project" || entry.Checkpoints.LastCheckpoint != SessionInitialized || !entry.HasPassed(SessionInitialized) {
		t.Errorf("state is %+v", entry.State)
	}
}

func TestResume(t *testing.T) {
	dir := t.TempDir()
	s := newSession(t, dir)
	mustDo(t, s.Update(func(state *State) { state.Folder = "/project" }))

	if _, err := Resume(dir, s.ID()); !errors.Is(err, ErrInUse) {
		t.Errorf("resuming a running session gives %v", err)
	}
	if _, err := ResumeLatest(dir, "/project"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the latest unfinished one is the running one: %v", err)
	}
	mustDo(t, s.Close())
	if err := s.Checkpoint(Context7FluxLoaded); err == nil {
		t.Error("a closed session can be changed")
	}
	if _, err := ResumeLatest(dir, "/other"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a session about another project was resumed: %v", err)
	}
	resumed, err := ResumeLatest(dir, "/project")
	mustDo(t, err)
	if resumed.ID() != s.ID() {
		t.Errorf("resumed %s, want %s", resumed.ID(), s.ID())
	}
	mustDo(t, resumed.Update(func(state *State) { state.Complete = true }))
	mustDo(t, resumed.Close())
	if _, err := ResumeLatest(dir, "/project"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a complete session was resumed: %v", err)
	}
	if _, err := Resume(dir, "1786096800123456789-0123456789abcdef"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a session that does not exist gives %v", err)
	}
	if _, err := Resume(dir, "../"+s.ID()); err == nil {
		t.Error("a path was taken for an id")
	}
}

func TestCloseRemovesOnlyItsTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	s := newSession(t, dir)
	other := newSession(t, dir)
	left := filepath.Join(dir, tempPrefix+s.ID()+"-left")
	mustDo(t, os.WriteFile(left, nil, 0o600))
	mustDo(t, s.Close())
	mustDo(t, s.Close())
	entries, err := os.ReadDir(dir)
	mustDo(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	want := map[string]bool{stateFile(s.ID()): true, stateFile(other.ID()): true, tempPrefix + other.ID() + "-lock": true}
	if len(names) != len(want) {
		t.Errorf("the folder holds %v", names)
	}
	for _, name := range names {
		if !want[name] {
			t.Errorf("the folder still holds %s", name)
		}
	}
}

func TestUpdateWritesASweptFileAgain(t *testing.T) {
	s := newSession(t, t.TempDir())
	mustDo(t, os.Remove(s.Path()))
	mustDo(t, s.Checkpoint(Context7FluxLoaded))
	entry, err := Load(filepath.Dir(s.Path()), s.ID())
	mustDo(t, err)
	if entry.Checkpoints.LastCheckpoint != Context7FluxLoaded {
		t.Errorf("last checkpoint is %s", entry.Checkpoints.LastCheckpoint)
	}
}

func TestListIsNewestFirst(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for i := range 3 {
		s, err := Create(dir, start.Add(-time.Duration(i)*time.Hour))
		mustDo(t, err)
		want = append(want, s.ID())
		mustDo(t, s.Close())
	}
	broken := "1786096800123456789-0123456789abcdef"
	mustDo(t, os.WriteFile(filepath.Join(dir, stateFile(broken)), []byte(`{"sessionId":`), 0o600))
	mustDo(t, os.WriteFile(filepath.Join(dir, "flux-context-notes.json"), []byte("mine"), 0o600))
	entries, err := List(dir)
	if err == nil || !strings.Contains(err.Error(), broken) {
		t.Errorf("the broken file is not named: %v", err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.SessionID)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
