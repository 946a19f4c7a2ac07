package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// Session is a session file that this process alone may change. Its methods may
// be called from many goroutines.
type Session struct {
	mu      sync.Mutex
	folder  *folder
	lock    *lock
	state   State
	written fs.FileInfo // the file as this process or the one before left it
}

// Create starts a session in a folder: the file exists, complete and readable
// by this user only, when Create returns, and the checkpoint
// session_initialized is passed. Close the session when the run ends, however
// it ends. What change sets is in the file from its first moment on. The error is
// ErrUnsafe when other users could replace the file.
func Create(dir string, now time.Time, change ...func(*State)) (*Session, error) {
	state := State{
		Session:   newState(newID(now), now),
		Focus:     []string{},
		DocsSince: metav1.NewMicroTime(now),
	}
	for _, set := range change {
		set(&state)
	}
	return create(dir, state)
}

func newState(id string, now time.Time) v1alpha1.Session {
	state := v1alpha1.NewSession()
	state.SessionID = id
	state.Timestamp = metav1.NewTime(now)
	return state
}

// Restore writes the file of a session that is in the archive only, for example
// after the temporary folder was emptied, and opens it.
func Restore(dir string, state State) (*Session, error) {
	if err := checkID(state.SessionID); err != nil {
		return nil, err
	}
	return create(dir, state)
}

func create(dir string, state State) (*Session, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	lock, err := acquire(f, state.SessionID)
	if err != nil {
		f.close()
		return nil, err
	}
	s := &Session{folder: f, lock: lock, state: state}
	s.state.File = filepath.Join(f.path, stateFile(state.SessionID))
	if !s.state.HasPassed(SessionInitialized) {
		if err := s.state.pass(SessionInitialized, false); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	content, err := encode(&s.state)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.written, err = f.create(state.SessionID, stateFile(state.SessionID), content)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot create session file %s: %w", s.state.File, err), s.Close())
	}
	return s, nil
}

// Resume opens a session that another process left behind. The error is
// ErrInUse when that process still runs, and fs.ErrNotExist when there is no
// such session in the folder.
func Resume(dir, id string) (*Session, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	if _, err := f.stat(stateFile(id)); err != nil {
		f.close()
		return nil, err
	}
	lock, err := acquire(f, id)
	if err != nil {
		f.close()
		return nil, err
	}
	s := &Session{folder: f, lock: lock}
	state, written, err := load(f, id)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.state, s.written = *state, written
	if !s.state.HasPassed(SessionInitialized) { // written by a version without marks
		if err := s.state.pass(SessionInitialized, false); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// ID is the session's id.
func (s *Session) ID() string { return s.state.SessionID }

// Path is the absolute path of the session file.
func (s *Session) Path() string { return s.state.File }

// State returns a copy of what the file holds.
func (s *Session) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.clone()
}

// Update changes the state and the file. When the file cannot be written, the
// state stays as it was. The identity of the session and its checkpoints cannot
// be changed this way.
func (s *Session) Update(change func(*State)) error {
	return s.update(func(state *State) error {
		before := state.clone()
		change(state)
		state.SessionID, state.Timestamp, state.File = before.SessionID, before.Timestamp, before.File
		state.Checkpoints, state.Passed = before.Checkpoints, before.Passed
		return nil
	})
}

// Checkpoint records that a checkpoint is reached. last_checkpoint moves when
// all before it are passed too.
func (s *Session) Checkpoint(name string) error {
	return s.update(func(state *State) error { return state.pass(name, false) })
}

// Skip records that the run goes on without a checkpoint; why is for
// failed_sources to say.
func (s *Session) Skip(name string) error {
	return s.update(func(state *State) error { return state.pass(name, true) })
}

// RollBack returns to the state at a checkpoint that was passed. The documents of
// the checkpoints after it are loaded again.
func (s *Session) RollBack(checkpoint string, now time.Time) error {
	return s.update(func(state *State) error {
		if err := state.rollBack(checkpoint); err != nil {
			return err
		}
		state.Reload = maps.Clone(state.Reload)
		for _, later := range []string{Context7FluxLoaded, FluxDocsLoaded, AdvancedContextLoaded} {
			if state.HasPassed(later) {
				continue
			}
			if state.Reload == nil {
				state.Reload = map[string]metav1.MicroTime{}
			}
			state.Reload[later] = metav1.NewMicroTime(now)
		}
		return nil
	})
}

func (s *Session) update(change func(*State) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return errors.New("session is closed")
	}
	next := s.state.clone()
	if err := change(&next); err != nil {
		return err
	}
	content, err := encode(&next)
	if err != nil {
		return err
	}
	written, err := s.folder.replace(next.SessionID, stateFile(next.SessionID), s.written, content)
	if err != nil {
		return err
	}
	s.state, s.written = next, written
	return nil
}

// Close removes the temporary files of the session and lets other processes
// resume it. The session file stays. Close may be called twice.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	err := removeTemp(s.folder, s.lock.name)
	s.lock.release()
	s.lock = nil
	s.folder.close()
	return err
}

// removeTemp removes the temporary files of the session whose lock has this
// name, but for the lock.
func removeTemp(f *folder, lockName string) error {
	names, err := f.names(lockName[:len(lockName)-len("lock")])
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == lockName {
			continue
		}
		if removeErr := f.root.Remove(name); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("temporary file: %w", removeErr))
		}
	}
	return err
}

func encode(state *State) ([]byte, error) {
	content, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("session state: %w", err)
	}
	return append(content, '\n'), nil
}

func (s *State) clone() State {
	clone := *s
	clone.Session = *s.Session.DeepCopy()
	clone.Focus = append([]string{}, s.Focus...)
	clone.Passed = append([]Mark{}, s.Passed...) // snapshots are never changed
	if s.Connectivity != nil {
		clone.Connectivity = s.Connectivity.DeepCopy()
	}
	return clone
}
