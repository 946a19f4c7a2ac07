package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
)

// ErrInUse says that another process has the session open.
var ErrInUse = errors.New("session is in use by another process")

// lock is held by the one process that may write to a session. The kernel lets
// go of it when that process dies, however it dies.
type lock struct {
	folder *folder
	name   string
	flock  *flock.Flock
}

// acquire does not wait.
func acquire(f *folder, id string) (*lock, error) {
	name := tempPrefix + id + "-lock"
	path := filepath.Join(f.path, name)
	for {
		if _, err := f.stat(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		fl := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR|openNoFollow), flock.SetPermissions(0o600))
		locked, err := fl.TryLock()
		if err != nil {
			return nil, fmt.Errorf("lock of session %s: %w", id, err)
		}
		if !locked {
			fl.Close()
			return nil, fmt.Errorf("%w: %s", ErrInUse, id)
		}
		// The process before us removes the file while it holds the lock, so
		// what we locked may have no name any more; then lock the next one.
		held, err := fl.Stat()
		named, nameErr := f.root.Lstat(name)
		if err == nil && nameErr == nil && os.SameFile(held, named) {
			return &lock{folder: f, name: name, flock: fl}, nil
		}
		fl.Close()
		if err != nil {
			return nil, fmt.Errorf("lock of session %s: %w", id, err)
		}
		if nameErr != nil && !errors.Is(nameErr, fs.ErrNotExist) {
			return nil, fmt.Errorf("lock of session %s: %w", id, nameErr)
		}
	}
}

func (l *lock) release() {
	// While the lock is held, nobody else can have locked this file.
	l.folder.root.Remove(l.name)
	l.flock.Close()
	if runtime.GOOS == "windows" {
		// An open file cannot be removed there, not even by someone else.
		l.folder.root.Remove(l.name)
	}
}
