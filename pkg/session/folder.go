package session

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxStateSize is far more than a session needs. It bounds what is read into
// memory when something else has the name of a session file.
const maxStateSize = 4 << 20

// ErrUnsafe says that a folder or file could be changed by other users, or is
// not what it should be.
var ErrUnsafe = errors.New("not safe to use")

// folder is the folder of session files. It is held open, so that all names are
// resolved in it, whatever happens to its path.
type folder struct {
	path string // absolute
	root *os.Root
}

func openFolder(path string) (*folder, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("session folder: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("session folder: %w", err)
	}
	info, err := root.Stat(".")
	if err != nil {
		root.Close()
		return nil, fmt.Errorf("session folder: %w", err)
	}
	if worldWritable(info) && info.Mode()&os.ModeSticky == 0 {
		root.Close()
		return nil, fmt.Errorf("session folder %s: %w: every user may replace files in it; set its sticky bit or choose another folder", path, ErrUnsafe)
	}
	return &folder{path: path, root: root}, nil
}

func (f *folder) close() { _ = f.root.Close() } // it was only read through

// stat returns what has the name, if it is a regular file of this user. Links
// are not followed.
func (f *folder) stat(name string) (fs.FileInfo, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return nil, fmt.Errorf("session file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("session file %s: %w: it is not a regular file", filepath.Join(f.path, name), ErrUnsafe)
	}
	if !ownedByUser(info) {
		return nil, fmt.Errorf("session file %s: %w: it belongs to another user", filepath.Join(f.path, name), ErrUnsafe)
	}
	if worldWritable(info) {
		return nil, fmt.Errorf("session file %s: %w: every user may write to it", filepath.Join(f.path, name), ErrUnsafe)
	}
	return info, nil
}

// read returns the content of a regular file of this user.
func (f *folder) read(name string) ([]byte, fs.FileInfo, error) {
	before, err := f.stat(name)
	if err != nil {
		return nil, nil, err
	}
	// Should the file become a FIFO at this very moment, opening it must not
	// wait for a writer.
	file, err := f.root.OpenFile(name, os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("session file: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("session file: %w", err)
	}
	if !os.SameFile(before, info) {
		return nil, nil, fmt.Errorf("session file %s: %w: it was replaced while it was opened", filepath.Join(f.path, name), ErrUnsafe)
	}
	content, err := io.ReadAll(io.LimitReader(file, maxStateSize+1))
	if err != nil {
		return nil, nil, fmt.Errorf("session file: %w", err)
	}
	if len(content) > maxStateSize {
		return nil, nil, fmt.Errorf("session file %s: %w: it is larger than %d bytes", filepath.Join(f.path, name), ErrUnsafe, maxStateSize)
	}
	return content, info, nil
}

// writeTemp writes and syncs a new file of this session.
func (f *folder) writeTemp(id string, content []byte) (name string, info fs.FileInfo, err error) {
	name = tempPrefix + id + "-state"
	// What is there is ours, from a process that was killed; or not ours, and
	// then a sticky folder does not let us remove it and O_EXCL refuses it.
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", nil, fmt.Errorf("session file: %w", err)
	}
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", nil, fmt.Errorf("session file: %w", err)
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		info, err = file.Stat()
	}
	err = errors.Join(err, file.Close())
	if err != nil {
		f.root.Remove(name)
		return "", nil, fmt.Errorf("session file: %w", err)
	}
	return name, info, nil
}

// create gives content a name that nothing has yet. The file is complete when
// it appears: a link fails like O_EXCL where something has the name, be it a
// link that leads nowhere.
func (f *folder) create(id, name string, content []byte) (fs.FileInfo, error) {
	temp, info, err := f.writeTemp(id, content)
	if err != nil {
		return nil, err
	}
	defer f.root.Remove(temp)
	err = f.root.Link(temp, name)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return info, err
	}
	// The file system has no hard links. Hold the name with an empty file,
	// then replace it.
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("session file: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("session file: %w", err)
	}
	if err := f.root.Rename(temp, name); err != nil {
		return nil, fmt.Errorf("session file: %w", err)
	}
	return info, nil
}

// replace puts new content in the place of the file that was written before.
func (f *folder) replace(id, name string, before fs.FileInfo, content []byte) (fs.FileInfo, error) {
	current, err := f.stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		// Folders for temporary files are swept. The run is worth more than
		// the question who did it.
		return f.create(id, name, content)
	}
	if err != nil {
		return nil, err
	}
	if !os.SameFile(before, current) {
		return nil, fmt.Errorf("session file %s: %w: something else replaced it; start a new session", filepath.Join(f.path, name), ErrUnsafe)
	}
	temp, info, err := f.writeTemp(id, content)
	if err != nil {
		return nil, err
	}
	if err := f.root.Rename(temp, name); err != nil {
		f.root.Remove(temp)
		return nil, fmt.Errorf("session file: %w", err)
	}
	return info, nil
}

// names lists the entries that start with prefix, in no order.
func (f *folder) names(prefix string) ([]string, error) {
	dir, err := f.root.Open(".")
	if err != nil {
		return nil, fmt.Errorf("session folder: %w", err)
	}
	defer dir.Close()
	all, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("session folder: %w", err)
	}
	names := all[:0]
	for _, name := range all {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix {
			names = append(names, name)
		}
	}
	return names, nil
}
