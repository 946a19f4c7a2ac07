//go:build unix

package gitrepo

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// openFile opens a file of an open folder for reading. A symbolic link is
// refused, and a FIFO does not make it wait, so that nothing changes when an
// entry is exchanged after the folder was listed. The file is opened by its
// descriptor alone, without Go's poller, which has no use for regular files.
func openFile(folder *os.File, name string) (descriptor, error) {
	for {
		fd, err := unix.Openat(int(folder.Fd()), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err == nil {
			return descriptor(fd), nil
		}
		if !errors.Is(err, syscall.EINTR) {
			return 0, err
		}
	}
}

// descriptor is an open file.
type descriptor int

// Read implements io.Reader but for the error at the end, which is nil.
func (d descriptor) Read(buffer []byte) (int, error) {
	for {
		n, err := unix.Read(int(d), buffer)
		if !errors.Is(err, syscall.EINTR) {
			return max(n, 0), err
		}
	}
}

// Close closes the file.
func (d descriptor) Close() { _ = unix.Close(int(d)) }

// openFolder opens a folder without following links out of the root.
func openFolder(root *os.Root, name string) (*os.File, error) {
	inRoot, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer inRoot.Close()
	// A file that a Root has opened asks for the details of each entry as it
	// lists them, which nobody needs here.
	fd, err := unix.FcntlInt(inRoot.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), inRoot.Name()), nil
}
