package release

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Limits on linux/amd64, in bytes. docs/adr/0002 says what takes the room.
const (
	largestProgram = 60_000_000
	largestArchive = 20_000_000
)

// entry is one entry of an archive.
type entry struct {
	name    string
	mode    fs.FileMode
	time    time.Time
	content []byte
}

func TestEveryPlatformHasItsArchives(t *testing.T) {
	s := workTreeSnapshot(t)
	for id, program := range programs {
		if got := slices.Sorted(maps.Keys(s.archives(id))); !slices.Equal(got, platforms) {
			t.Errorf("archives of %s: %v, want %v", program, got, platforms)
		}
		for platform, a := range s.archives(id) {
			t.Run(program+"/"+platform, func(t *testing.T) { checkArchive(t, s, program, a) })
		}
	}
}

func checkArchive(t *testing.T, s *snapshot, program string, a artifact) {
	suffix, extension := "", ".tar.gz"
	if a.OS == "windows" {
		suffix, extension = ".exe", ".zip"
	}
	if want := fmt.Sprintf("%s_%s_%s_%s%s", program, s.Version, a.OS, a.Arch, extension); a.Name != want {
		t.Errorf("the archive is called %s, want %s", a.Name, want)
	}
	content := readFile(t, s.file(a))
	entries, err := unpack(a.Name, content)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]fs.FileMode{program + suffix: 0o755, "LICENSE": 0o644}
	for _, e := range entries {
		mode, known := want[e.name]
		if !known || e.mode != mode {
			t.Errorf("%s has %s with mode %s; want regular files %v", a.Name, e.name, e.mode, want)
		}
		delete(want, e.name)
	}
	if len(want) > 0 {
		t.Errorf("%s lacks %v", a.Name, slices.Collect(maps.Keys(want)))
		return
	}
	for _, e := range entries {
		if e.name == "LICENSE" {
			if !bytes.Equal(e.content, readFile(t, filepath.Join(root, "LICENSE"))) {
				t.Error("the licence is not that of the project")
			}
			continue
		}
		checkProgram(t, a, e.content)
		if a.platform() == "linux/amd64" {
			t.Logf("%s: program %.1f MB, archive %.1f MB", a.Name, float64(len(e.content))/1e6, float64(len(content))/1e6)
			if len(e.content) > largestProgram || len(content) > largestArchive {
				t.Errorf("the program has %d bytes and its archive %d; docs/adr/0002 allows %d and %d", len(e.content), len(content), largestProgram, largestArchive)
			}
		}
	}
}

// checkProgram asks the program itself what it was built for.
func checkProgram(t *testing.T, a artifact, content []byte) {
	info, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	for key, want := range map[string]string{"GOOS": a.OS, "GOARCH": a.Arch, "CGO_ENABLED": "0", "-trimpath": "true", "vcs.revision": ""} {
		if settings[key] != want {
			t.Errorf("%s was built with %s=%q, want %q", a.Name, key, settings[key], want)
		}
	}
}

// unpack reads an archive by the end of its name.
func unpack(name string, content []byte) ([]entry, error) {
	if strings.HasSuffix(name, ".zip") {
		return unzip(content)
	}
	zipped, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if !zipped.ModTime.IsZero() || zipped.Name != "" {
		return nil, errors.New("the gzip header names a file or a time: the sum would change from build to build")
	}
	var entries []entry
	reader := tar.NewReader(zipped)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			return nil, err
		}
		if header.Uid != 0 || header.Gid != 0 {
			return nil, fmt.Errorf("%s belongs to %d:%d, the user who built it", header.Name, header.Uid, header.Gid)
		}
		entries = append(entries, entry{header.Name, header.FileInfo().Mode(), header.ModTime, content})
	}
}

func unzip(content []byte) ([]entry, error) {
	reader, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, file := range reader.File {
		opened, err := file.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(opened)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{file.Name, file.Mode(), file.Modified, content})
	}
	return entries, nil
}

func TestBothNamesAreOneProgram(t *testing.T) {
	s := workTreeSnapshot(t)
	kubectl, flux := s.binaries("kubectl"), s.binaries("flux")
	for _, platform := range platforms {
		if !bytes.Equal(readFile(t, s.file(kubectl[platform])), readFile(t, s.file(flux[platform]))) {
			t.Errorf("%s: kubectl-fluxctx and flux-fluxctx differ", platform)
		}
	}
}

func TestChecksumsCoverEveryArchive(t *testing.T) {
	s := workTreeSnapshot(t)
	sums := s.checksums(t)
	for id := range programs {
		for _, a := range s.archives(id) {
			sum := fmt.Sprintf("%x", sha256.Sum256(readFile(t, s.file(a))))
			if sums[a.Name] != sum {
				t.Errorf("%s: the checksums file says %q, the archive has %s", a.Name, sums[a.Name], sum)
			}
			delete(sums, a.Name)
		}
	}
	if len(sums) > 0 {
		t.Errorf("the checksums file has lines of other files: %v", sums)
	}
}

// checksums reads the file of checksums: name → digits.
func (s *snapshot) checksums(t *testing.T) map[string]string {
	t.Helper()
	sums := map[string]string{}
	content := readFile(t, filepath.Join(s.dist, "flux-fluxctx_"+s.Version+"_checksums.txt"))
	for line := range strings.Lines(string(content)) {
		sum, name, found := strings.Cut(strings.TrimSpace(line), "  ")
		if !found || len(sum) != 64 {
			t.Fatalf("no line of sha256sum: %q", line)
		}
		sums[name] = sum
	}
	return sums
}

// A second build in another folder, at another time, in another time zone, must
// give the same bytes. Two platforms stand for the two kinds of archives; the
// programs of both names are equal already.
func TestSameInputGivesSameBytes(t *testing.T) {
	first := workTreeSnapshot(t)
	folder := filepath.Join(t.TempDir(), "a folder with another name")
	if err := copyWorkTree(folder); err != nil {
		t.Fatal(err)
	}
	restrict(t, folder, false, "linux_amd64", "windows_amd64")
	second, err := build(folder, []string{"TZ=Pacific/Kiritimati", "LC_ALL=C", "USER=somebody", "HOSTNAME=elsewhere"})
	if err != nil {
		t.Fatal(err)
	}
	archives := second.archives("krew")
	if len(archives) != 2 {
		t.Fatalf("the second build made %d archives, want 2", len(archives))
	}
	for platform, a := range archives {
		if !bytes.Equal(readFile(t, second.file(a)), readFile(t, first.file(first.archives("krew")[platform]))) {
			t.Errorf("%s is not the same in a second build", a.Name)
		}
	}
}
