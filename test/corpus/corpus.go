// Package corpus unpacks the repositories that others have published and that
// the scan and the rules are measured against. They are not part of this
// project: FLUXCTX_CORPUS names the folder that holds them.
package corpus

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// Folder holds the packed repositories, each NAME.tar.gz with one folder NAME,
// and in further folders what programs that share nothing with this one found
// in them. The test is skipped when FLUXCTX_CORPUS is not set.
func Folder(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("FLUXCTX_CORPUS")
	if folder == "" {
		t.Skip("set FLUXCTX_CORPUS to the folder with the packed repositories")
	}
	return folder
}

// Archives lists the packed repositories.
func Archives(t testing.TB) []string {
	t.Helper()
	folder := Folder(t)
	archives, err := filepath.Glob(filepath.Join(folder, "*.tar.gz"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("%s holds no archives: %v", folder, err)
	}
	return archives
}

// Name is the name of a packed repository.
func Name(archive string) string { return strings.TrimSuffix(filepath.Base(archive), ".tar.gz") }

// Unpack unpacks a repository and returns its folder.
func Unpack(t testing.TB, archive string) string {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for reader := tar.NewReader(unzipped); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return filepath.Join(folder, Name(archive))
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := write(root, header, reader); err != nil {
			t.Fatal(err)
		}
	}
}

// write makes one entry of an archive; other kinds than files and links are
// left out, folders come with their files.
func write(root *os.Root, header *tar.Header, content io.Reader) error {
	switch header.Typeflag {
	case tar.TypeReg:
		data, err := io.ReadAll(content)
		if err != nil {
			return err
		}
		if err := root.MkdirAll(path.Dir(header.Name), 0o755); err != nil {
			return err
		}
		return root.WriteFile(header.Name, data, 0o600)
	case tar.TypeSymlink:
		if err := root.MkdirAll(path.Dir(header.Name), 0o755); err != nil {
			return err
		}
		return root.Symlink(header.Linkname, header.Name)
	}
	return nil
}
