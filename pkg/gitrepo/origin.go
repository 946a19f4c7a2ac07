package gitrepo

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// origin is where a scan reads files: a folder of the disk, or a commit. Names
// are relative to the scanned folder, which is "", and use forward slashes.
type origin interface {
	folder(name string) (originFolder, error)
	// stat follows symbolic links as long as they stay in the tree.
	stat(name string) (fs.FileInfo, error)
	// real is the name behind symbolic links; ok is false when they lead out of
	// the tree.
	real(name string) (behind string, ok bool)
	// small returns the content of a regular file of at most limit bytes.
	small(name string, limit int64) ([]byte, error)
}

// originFolder is an open folder.
type originFolder interface {
	ReadDir(n int) ([]fs.DirEntry, error)
	// open opens a regular file of the folder; no symbolic link is followed.
	open(base string) (originFile, error)
	Close() error
}

// originFile is an open file. Read is that of io.Reader but for the error at the
// end, which is nil.
type originFile interface {
	Read(buffer []byte) (int, error)
	Close()
}

var errTooLarge = errors.New("larger than the limit")

// disk is a folder of the disk, which is never left.
type disk struct {
	path string
	root *os.Root
}

func openDisk(path string) (disk, error) {
	root, err := os.OpenRoot(path)
	return disk{path: path, root: root}, err
}

func (d disk) folder(name string) (originFolder, error) {
	open, err := openFolder(d.root, onDisk(name))
	if err != nil {
		return nil, err
	}
	return diskFolder{open}, nil
}

func (d disk) stat(name string) (fs.FileInfo, error) { return d.root.Stat(onDisk(name)) }

func (d disk) real(name string) (behind string, ok bool) {
	root, err := filepath.EvalSymlinks(d.path)
	if err != nil {
		return "", false
	}
	resolved, err := filepath.EvalSymlinks(filepath.Join(d.path, filepath.FromSlash(name)))
	if err != nil {
		return "", false
	}
	relative, err := filepath.Rel(root, resolved)
	if err != nil || relative == ".." || strings.HasPrefix(relative, ".."+string(filepath.Separator)) {
		return "", false
	}
	if relative == "." {
		return "", true
	}
	return filepath.ToSlash(relative), true
}

// small looks before it opens, since opening a FIFO blocks.
func (d disk) small(name string, limit int64) ([]byte, error) {
	info, err := d.root.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("no regular file")}
	case info.Size() > limit:
		return nil, fmt.Errorf("%w of %d bytes", errTooLarge, limit)
	}
	file, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, limit))
}

func onDisk(name string) string { return filepath.FromSlash(cmp.Or(name, ".")) }

type diskFolder struct{ *os.File }

func (f diskFolder) open(base string) (originFile, error) {
	file, err := openFile(f.File, base)
	if err != nil {
		return nil, err
	}
	return file, nil
}
