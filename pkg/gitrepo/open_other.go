//go:build !unix

package gitrepo

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// openFile opens a regular file of an open folder for reading.
func openFile(folder *os.File, name string) (descriptor, error) {
	path := filepath.Join(folder.Name(), name)
	info, err := os.Lstat(path)
	if err != nil {
		return descriptor{}, err
	}
	if !info.Mode().IsRegular() {
		return descriptor{}, errors.New("no regular file")
	}
	file, err := os.Open(path)
	return descriptor{file}, err
}

// descriptor is an open file.
type descriptor struct{ file *os.File }

// Read implements io.Reader but for the error at the end, which is nil.
func (d descriptor) Read(buffer []byte) (int, error) {
	n, err := d.file.Read(buffer)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// Close closes the file.
func (d descriptor) Close() { _ = d.file.Close() }

// openFolder opens a folder without following links out of the root.
func openFolder(root *os.Root, name string) (*os.File, error) { return root.Open(name) }
