//go:build unix

package session

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A folder like /tmp: anyone may put anything there under any name.

func TestFoldersThatAreNotSafe(t *testing.T) {
	for name, test := range map[string]struct {
		mode os.FileMode
		safe bool
	}{
		"private":                   {0o700, true},
		"shared with a sticky bit":  {0o777 | os.ModeSticky, true},
		"readable by everybody":     {0o755, true},
		"writable by everybody":     {0o777, false},
		"writable by others, blind": {0o702, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			mustDo(t, os.Chmod(dir, test.mode))
			s, err := Create(dir, start)
			if test.safe {
				mustDo(t, err)
				mustDo(t, s.Close())
				return
			}
			if !errors.Is(err, ErrUnsafe) {
				t.Errorf("got %v, want ErrUnsafe", err)
			}
			if entries, _ := os.ReadDir(dir); len(entries) != 0 {
				t.Errorf("%d files were left behind", len(entries))
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		if _, err := Create(filepath.Join(t.TempDir(), "no"), start); err == nil {
			t.Error("no error")
		}
	})
	t.Run("a file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		mustDo(t, os.WriteFile(file, nil, 0o600))
		if _, err := Create(file, start); err == nil {
			t.Error("no error")
		}
	})
}

// traps puts something else where a file is expected. Each returns a file that
// must not change, or "".
var traps = map[string]func(t *testing.T, path string) string{
	"symbolic link": func(t *testing.T, path string) string {
		victim := filepath.Join(t.TempDir(), "victim")
		mustDo(t, os.WriteFile(victim, []byte("precious"), 0o600))
		mustDo(t, os.Symlink(victim, path))
		return victim
	},
	"link to a file beside it": func(t *testing.T, path string) string {
		victim := filepath.Join(filepath.Dir(path), "victim")
		mustDo(t, os.WriteFile(victim, []byte("precious"), 0o600))
		mustDo(t, os.Symlink("victim", path))
		return victim
	},
	"dangling link": func(t *testing.T, path string) string {
		mustDo(t, os.Symlink(filepath.Join(t.TempDir(), "nowhere"), path))
		return ""
	},
	"FIFO": func(t *testing.T, path string) string {
		mustDo(t, syscall.Mkfifo(path, 0o600))
		return ""
	},
	"directory": func(t *testing.T, path string) string {
		mustDo(t, os.MkdirAll(filepath.Join(path, "full"), 0o700))
		return ""
	},
	"file of another user": func(t *testing.T, path string) string {
		if os.Geteuid() != 0 {
			t.Skip("only root can give a file away")
		}
		mustDo(t, os.WriteFile(path, []byte("precious"), 0o644))
		mustDo(t, os.Chown(path, 12345, 12345))
		return path
	},
	"file that everybody may write": func(t *testing.T, path string) string {
		mustDo(t, os.WriteFile(path, []byte("precious"), 0o600))
		mustDo(t, os.Chmod(path, 0o666))
		return path
	},
}

// within fails the test when do hangs, on a FIFO for example.
func within(t *testing.T, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("it hangs")
	}
}

func checkVictim(t *testing.T, victim string) {
	t.Helper()
	if victim == "" {
		return
	}
	if content, err := os.ReadFile(victim); err != nil || string(content) != "precious" {
		t.Errorf("the file behind the trap holds %q, %v", content, err)
	}
}

func TestTrapsInThePlaceOfTheSessionFile(t *testing.T) {
	for name, set := range traps {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			state := State{Session: newState(newID(start), start)}
			path := filepath.Join(dir, stateFile(state.SessionID))
			victim := set(t, path)
			within(t, func() {
				if _, err := Restore(dir, state); err == nil {
					t.Error("Restore wrote over it")
				}
				if _, err := Load(dir, state.SessionID); !errors.Is(err, ErrUnsafe) {
					t.Errorf("Load gives %v, want ErrUnsafe", err)
				}
				if _, err := Resume(dir, state.SessionID); !errors.Is(err, ErrUnsafe) {
					t.Errorf("Resume gives %v, want ErrUnsafe", err)
				}
				if entries, err := List(dir); len(entries) != 0 || err != nil {
					t.Errorf("List gives %v, %v", entries, err)
				}
			})
			checkVictim(t, victim)
		})
	}
}

func TestTrapsUnderARunningSession(t *testing.T) {
	for name, set := range traps {
		t.Run(name, func(t *testing.T) {
			s := newSession(t, t.TempDir())
			mustDo(t, os.Remove(s.Path()))
			victim := set(t, s.Path())
			within(t, func() {
				if err := s.Checkpoint(Context7FluxLoaded); !errors.Is(err, ErrUnsafe) {
					t.Errorf("Checkpoint gives %v, want ErrUnsafe", err)
				}
			})
			checkVictim(t, victim)
			if got := s.State().Checkpoints.LastCheckpoint; got != SessionInitialized {
				t.Errorf("the state claims %s, which is in no file", got)
			}
		})
	}
	t.Run("own file of another session", func(t *testing.T) {
		s := newSession(t, t.TempDir())
		content, err := os.ReadFile(s.Path())
		mustDo(t, err)
		copied := s.Path() + ".copy"
		mustDo(t, os.WriteFile(copied, content, 0o600))
		mustDo(t, os.Rename(copied, s.Path()))
		if err := s.Checkpoint(Context7FluxLoaded); !errors.Is(err, ErrUnsafe) {
			t.Errorf("Checkpoint gives %v, want ErrUnsafe", err)
		}
	})
}

func TestTrapsInThePlaceOfTemporaryFiles(t *testing.T) {
	for name, set := range traps {
		for _, what := range []string{"lock", "state"} {
			t.Run(name+" as "+what, func(t *testing.T) {
				dir := t.TempDir()
				state := State{Session: newState(newID(start), start)}
				victim := set(t, filepath.Join(dir, tempPrefix+state.SessionID+"-"+what))
				within(t, func() {
					s, err := Restore(dir, state)
					if err != nil {
						return // refused: fine
					}
					mustDo(t, s.Checkpoint(Context7FluxLoaded))
					info, err := os.Lstat(s.Path())
					mustDo(t, err)
					if info.Mode() != 0o600 || !ownedByUser(info) {
						t.Errorf("the session file is %v", info.Mode())
					}
					mustDo(t, s.Close())
				})
				if name != "file of another user" && name != "file that everybody may write" {
					checkVictim(t, victim) // those two are removed by root and by their owner
				}
			})
		}
	}
}
