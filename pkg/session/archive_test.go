package session

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestArchiveKeepsSessions(t *testing.T) {
	archive := NewArchive(filepath.Join(t.TempDir(), "state", "sessions"))
	if entries, err := archive.List(); len(entries) != 0 || err != nil {
		t.Errorf("an archive that does not exist lists %v, %v", entries, err)
	}
	s := newSession(t, t.TempDir())
	mustDo(t, s.Update(func(state *State) { state.Folder = "/project" }))
	mustDo(t, archive.Save(s.State(), map[string][]byte{"summary.md": []byte("# First")}))
	mustDo(t, s.Checkpoint(Context7FluxLoaded))
	mustDo(t, archive.Save(s.State(), map[string][]byte{"summary.md": []byte("# Second")}))

	entries, err := archive.List()
	mustDo(t, err)
	if len(entries) != 1 || !entries[0].Archived || entries[0].Checkpoints.LastCheckpoint != Context7FluxLoaded {
		t.Fatalf("the archive holds %+v", entries)
	}
	summary, err := archive.File(s.ID(), "summary.md")
	mustDo(t, err)
	if string(summary) != "# Second" {
		t.Errorf("the summary is %q", summary)
	}
	mustDo(t, filepath.WalkDir(archive.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s is open to others: %v", path, mode)
		}
		if strings.HasPrefix(entry.Name(), tempPrefix) {
			t.Errorf("%s was left", path)
		}
		return nil
	}))
	if _, err := archive.Load("1786096800123456789-0123456789abcdef"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a session that is not there gives %v", err)
	}
	for _, name := range []string{"../x", "a/b", "", ".", "..", archivedState} {
		if err := archive.Save(s.State(), map[string][]byte{name: nil}); err == nil {
			t.Errorf("%q was taken for a file name", name)
		}
	}
}

// The temporary folder was emptied: the archive still knows the session.
func TestRestoreFromTheArchive(t *testing.T) {
	dir := t.TempDir()
	archive := NewArchive(t.TempDir())
	s := newSession(t, dir)
	mustDo(t, s.Skip(Context7FluxLoaded))
	mustDo(t, archive.Save(s.State(), nil))
	mustDo(t, s.Close())
	mustDo(t, os.Remove(s.Path()))

	entry, err := archive.Load(s.ID())
	mustDo(t, err)
	elsewhere := t.TempDir()
	restored, err := Restore(elsewhere, entry.State)
	mustDo(t, err)
	defer restored.Close()
	if restored.ID() != s.ID() || restored.Path() != filepath.Join(elsewhere, stateFile(s.ID())) {
		t.Errorf("restored %s as %s", restored.ID(), restored.Path())
	}
	mustDo(t, restored.Checkpoint(FluxDocsLoaded))
	if got := restored.State().Checkpoints; got.LastCheckpoint != FluxDocsLoaded || got.RollbackPoint != SessionInitialized {
		t.Errorf("checkpoints: %+v", got)
	}
	if _, err := Restore(elsewhere, entry.State); !errors.Is(err, ErrInUse) {
		t.Errorf("restoring twice gives %v", err)
	}
}

func TestPrune(t *testing.T) {
	now := start.Add(100 * 24 * time.Hour)
	// Sessions by the days since they were last written, newest first.
	ages := []int{1, 5, 20, 40}
	for name, test := range map[string]struct {
		limits Limits
		keep   int
	}{
		"no limit":   {Limits{}, 4},
		"by age":     {Limits{MaxAge: 30 * 24 * time.Hour}, 3},
		"by count":   {Limits{MaxCount: 2}, 2},
		"by both":    {Limits{MaxAge: 3 * 24 * time.Hour, MaxCount: 2}, 1},
		"all by age": {Limits{MaxAge: time.Hour}, 0},
		"defaults":   {DefaultLimits(), 3},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			archive := NewArchive(t.TempDir())
			var ids []string
			for _, days := range ages {
				at := now.Add(-time.Duration(days) * 24 * time.Hour)
				s, err := Create(dir, at)
				mustDo(t, err)
				mustDo(t, archive.Save(s.State(), nil))
				mustDo(t, s.Close())
				for _, path := range []string{s.Path(), filepath.Join(archive.dir, s.ID(), archivedState)} {
					mustDo(t, os.Chtimes(path, at, at))
				}
				ids = append(ids, s.ID())
			}
			want := ids[test.keep:]
			removed, err := Prune(dir, test.limits, now)
			mustDo(t, err)
			if !slices.Equal(removed, want) {
				t.Errorf("removed %v, want %v", removed, want)
			}
			if removed, err = archive.Prune(test.limits, now); err != nil || !slices.Equal(removed, want) {
				t.Errorf("removed %v from the archive, want %v: %v", removed, want, err)
			}
			for _, list := range []func() ([]Entry, error){func() ([]Entry, error) { return List(dir) }, archive.List} {
				left, err := list()
				mustDo(t, err)
				if len(left) != test.keep {
					t.Errorf("%d are left, want %d", len(left), test.keep)
				}
			}
		})
	}
}

func TestPruneLeavesRunningSessionsAndSweeps(t *testing.T) {
	dir := t.TempDir()
	running := newSession(t, dir)
	gone := tempPrefix + newID(start) + "-state"
	for _, name := range []string{gone, tempPrefix + "notes", "unrelated"} {
		mustDo(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	removed, err := Prune(dir, Limits{MaxAge: time.Nanosecond}, time.Now().Add(time.Hour))
	mustDo(t, err)
	if len(removed) != 0 {
		t.Errorf("removed %v", removed)
	}
	var names []string
	entries, err := os.ReadDir(dir)
	mustDo(t, err)
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	want := []string{stateFile(running.ID()), tempPrefix + running.ID() + "-lock", tempPrefix + "notes", "unrelated"}
	slices.Sort(want)
	if !reflect.DeepEqual(names, want) {
		t.Errorf("the folder holds %v, want %v", names, want)
	}
	mustDo(t, running.Checkpoint(Context7FluxLoaded))
}
