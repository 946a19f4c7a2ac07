//go:build linux || darwin

package docs

import (
	"os/signal"
	"syscall"
	"testing"
)

// limitFileSize makes this process fail to write larger files, as on a full
// disk in the middle of a document.
func limitFileSize(bytes uint64) error {
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes})
}

func TestCacheOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := process(t, "full", dir).Run(); err != nil {
		t.Error(err)
	}
}
