package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Entry is one session of a list.
type Entry struct {
	State
	// Updated is when the file was last written.
	Updated time.Time
	// Archived says that the entry comes from the archive.
	Archived bool
}

// Load reads the state of a session without opening it for changes. The error
// is fs.ErrNotExist when the folder has no such session, ErrUnsafe when what
// has the name is not a file of this user.
func Load(dir, id string) (*Entry, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	defer f.close()
	state, info, err := load(f, id)
	if err != nil {
		return nil, err
	}
	return &Entry{State: *state, Updated: info.ModTime()}, nil
}

// List returns the sessions of this user in a folder, newest first. Files that
// cannot be read as sessions are left out; the error joins what was wrong with
// them, and the list is good all the same.
func List(dir string) ([]Entry, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	defer f.close()
	names, err := f.names(statePrefix)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	var problems error
	for _, name := range names {
		id, isState := strings.CutSuffix(strings.TrimPrefix(name, statePrefix), stateSuffix)
		if !isState || checkID(id) != nil {
			continue
		}
		state, info, err := load(f, id)
		switch {
		case err == nil:
			entries = append(entries, Entry{State: *state, Updated: info.ModTime()})
		case errors.Is(err, ErrUnsafe), errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
			// Other people's sessions are none of our business.
		default:
			problems = errors.Join(problems, err)
		}
	}
	sortNewestFirst(entries)
	return entries, problems
}

// ResumeLatest opens the newest session about a project folder that did not
// reach its end and that no process is working on. The error is
// fs.ErrNotExist when there is none.
func ResumeLatest(dir, project string) (*Session, error) {
	entries, listErr := List(dir)
	for _, entry := range entries {
		if entry.Complete || entry.Folder != project {
			continue
		}
		s, err := Resume(dir, entry.SessionID)
		if errors.Is(err, ErrInUse) || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return s, err
	}
	return nil, errors.Join(fmt.Errorf("no unfinished session about %s in %s: %w", project, dir, fs.ErrNotExist), listErr)
}

func load(f *folder, id string) (*State, fs.FileInfo, error) {
	content, info, err := f.read(stateFile(id))
	if err != nil {
		return nil, nil, err
	}
	state, err := decode(id, content)
	if err != nil {
		return nil, nil, fmt.Errorf("session file %s: %w", filepath.Join(f.path, stateFile(id)), err)
	}
	state.File = filepath.Join(f.path, stateFile(id))
	return state, info, nil
}

func decode(id string, content []byte) (*State, error) {
	state := &State{Session: newState(id, time.Time{}), Focus: []string{}, Passed: []Mark{}}
	if err := json.Unmarshal(content, state); err != nil {
		return nil, fmt.Errorf("not the state of a session: %w", err)
	}
	if state.SessionID != id {
		return nil, fmt.Errorf("it holds the state of session %q", state.SessionID)
	}
	// Another version of this program may have checkpoints that this one does
	// not know; what they stand for is done again.
	state.Passed = slices.DeleteFunc(state.Passed, func(m Mark) bool { return !slices.Contains(Checkpoints(), m.Checkpoint) })
	return state, nil
}

func sortNewestFirst(entries []Entry) {
	slices.SortFunc(entries, func(a, b Entry) int {
		switch {
		case a.SessionID == b.SessionID:
			return 0
		case isNewer(a.SessionID, b.SessionID):
			return -1
		}
		return 1
	})
}
