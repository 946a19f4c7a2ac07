package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// archivedState is the name of the state in the folder of an archived session.
const archivedState = "session.json"

// What a finished run leaves in the folder of its session: the whole report, and
// the context summary, which is Markdown for an assistant.
const (
	ReportFile  = "report.json"
	SummaryFile = "summary.md"
)

// Archive keeps sessions for later ones, in a folder that belongs to the user.
// Each session has a folder of its own with its state and what the run made,
// for example a summary.
type Archive struct{ dir string }

// NewArchive returns the archive in a folder, which need not exist yet.
func NewArchive(dir string) *Archive { return &Archive{dir: dir} }

// Save keeps the state of a session and files of its run, by name. A session
// that is in the archive already is replaced, its state last.
func (a *Archive) Save(state State, files map[string][]byte) error {
	if err := checkID(state.SessionID); err != nil {
		return err
	}
	content, err := encode(&state)
	if err != nil {
		return err
	}
	path := filepath.Join(a.dir, state.SessionID)
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	f, err := openFolder(path)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	defer f.close()
	for name, content := range files {
		if name != filepath.Base(name) || name == archivedState || name == "." || name == ".." {
			return fmt.Errorf("archive: %q is not a name for a file", name)
		}
		if err := f.put(state.SessionID, name, content); err != nil {
			return fmt.Errorf("archive: %w", err)
		}
	}
	if err := f.put(state.SessionID, archivedState, content); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return nil
}

// put gives content a name, in the place of what had it.
func (f *folder) put(id, name string, content []byte) error {
	temp, _, err := f.writeTemp(id, content)
	if err != nil {
		return err
	}
	if err := f.root.Rename(temp, name); err != nil {
		f.root.Remove(temp)
		return err
	}
	return nil
}

// List returns the archived sessions, newest first. As with List for a folder,
// the error says what could not be read, and the list is good all the same. An
// archive that does not exist is empty.
func (a *Archive) List() ([]Entry, error) {
	folders, err := os.ReadDir(a.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("archive: %w", err)
	}
	var entries []Entry
	var problems error
	for _, folder := range folders {
		if checkID(folder.Name()) != nil {
			continue
		}
		entry, err := a.Load(folder.Name())
		if err != nil {
			problems = errors.Join(problems, err)
			continue
		}
		entries = append(entries, *entry)
	}
	sortNewestFirst(entries)
	return entries, problems
}

// dated lists the archived sessions as List does, with nothing but their ids and
// when they were last written.
func (a *Archive) dated() ([]Entry, error) {
	folders, err := os.ReadDir(a.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("archive: %w", err)
	}
	var entries []Entry
	for _, folder := range folders {
		if checkID(folder.Name()) != nil {
			continue
		}
		// What another process is writing or removing has no state.
		info, err := os.Lstat(filepath.Join(a.dir, folder.Name(), archivedState))
		if err != nil {
			continue
		}
		entry := Entry{Updated: info.ModTime(), Archived: true}
		entry.SessionID = folder.Name()
		entries = append(entries, entry)
	}
	sortNewestFirst(entries)
	return entries, nil
}

// Load reads the state of an archived session. The error is fs.ErrNotExist when
// the archive does not have it.
func (a *Archive) Load(id string) (*Entry, error) {
	content, info, err := a.read(id, archivedState)
	if err != nil {
		return nil, err
	}
	state, err := decode(id, content)
	if err != nil {
		return nil, fmt.Errorf("archive: session %s: %w", id, err)
	}
	return &Entry{State: *state, Updated: info.ModTime(), Archived: true}, nil
}

// File reads a file that was saved with a session.
func (a *Archive) File(id, name string) ([]byte, error) {
	content, _, err := a.read(id, name)
	return content, err
}

func (a *Archive) read(id, name string) ([]byte, fs.FileInfo, error) {
	if err := checkID(id); err != nil {
		return nil, nil, err
	}
	f, err := openFolder(filepath.Join(a.dir, id))
	if err != nil {
		return nil, nil, fmt.Errorf("archive: %w", err)
	}
	defer f.close()
	content, info, err := f.read(name)
	if err != nil {
		return nil, nil, fmt.Errorf("archive: %w", err)
	}
	return content, info, nil
}

func (a *Archive) remove(id string) error {
	if err := os.RemoveAll(filepath.Join(a.dir, id)); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return nil
}
