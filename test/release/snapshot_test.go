package release

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write plugins/krew.yaml and plugins/flux.yaml from the snapshot of the last commit")

// root is the work tree.
const root = "../.."

// platforms are those that a release has, in the order of the Flux catalogue.
var platforms = []string{"darwin/amd64", "darwin/arm64", "linux/amd64", "linux/arm64", "windows/amd64", "windows/arm64"}

// programs are the two names of the program, by the id of their archives.
var programs = map[string]string{"krew": "kubectl-fluxctx", "flux": "flux-fluxctx"}

// snapshot is what goreleaser makes.
type snapshot struct {
	dist      string
	Version   string `json:"version"`
	Commit    string `json:"commit"`
	artifacts []artifact
}

// artifact is an entry of goreleaser's list of what it has made.
type artifact struct {
	Name  string `json:"name"`
	Path  string `json:"path"` // relative to the folder of the build
	OS    string `json:"goos"`
	Arch  string `json:"goarch"`
	Type  string `json:"type"`
	Extra struct {
		ID       string `json:"ID"`
		Checksum string `json:"Checksum"` // "sha256:" and 64 digits
	} `json:"extra"`
}

func (a artifact) platform() string { return a.OS + "/" + a.Arch }

// file is the path of an artifact.
func (s *snapshot) file(a artifact) string { return filepath.Join(filepath.Dir(s.dist), a.Path) }

// archives lists the archives of one id, by platform.
func (s *snapshot) archives(id string) map[string]artifact {
	found := map[string]artifact{}
	for _, a := range s.artifacts {
		if a.Type == "Archive" && a.Extra.ID == id {
			found[a.platform()] = a
		}
	}
	return found
}

// binaries lists the programs of one build, by platform.
func (s *snapshot) binaries(id string) map[string]artifact {
	found := map[string]artifact{}
	for _, a := range s.artifacts {
		if a.Type == "Binary" && a.Extra.ID == id {
			found[a.platform()] = a
		}
	}
	return found
}

// workTree is the snapshot of the work tree as it is, for all platforms. It is
// built once.
var workTree = sync.OnceValues(func() (*snapshot, error) {
	folder, err := os.MkdirTemp("", "fluxctx-release-")
	if err != nil {
		return nil, err
	}
	temporary = append(temporary, folder)
	if err := copyWorkTree(folder); err != nil {
		return nil, err
	}
	return build(folder, nil)
})

// temporary are folders that outlive a test.
var temporary []string

func TestMain(m *testing.M) {
	code := m.Run()
	for _, folder := range temporary {
		os.RemoveAll(folder)
	}
	os.Exit(code)
}

func workTreeSnapshot(t *testing.T) *snapshot {
	t.Helper()
	s, err := workTree()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// copyWorkTree makes a clone whose files are those of the work tree, with what
// is not committed, so that a build leaves nothing behind in the work tree.
func copyWorkTree(folder string) error {
	if err := run(root, nil, "git", "clone", "--quiet", "--no-checkout", ".", folder); err != nil {
		return err
	}
	listing := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	listing.Dir = root
	names, err := listing.Output()
	if err != nil {
		return fmt.Errorf("list the files of the work tree: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		if err := copyFile(filepath.Join(root, name), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}

// copyFile copies a file or a link; one that was deleted is left out.
func copyFile(from, to string) error {
	info, err := os.Lstat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, info.Mode().Perm())
}

// checkOut makes a clone of one commit.
func checkOut(t *testing.T, commit string) string {
	t.Helper()
	folder := t.TempDir()
	if err := run(root, nil, "git", "clone", "--quiet", "--no-checkout", ".", folder); err != nil {
		t.Fatal(err)
	}
	if err := run(folder, nil, "git", "checkout", "--quiet", "--detach", commit); err != nil {
		t.Fatal(err)
	}
	return folder
}

// build makes a snapshot of a folder.
func build(folder string, environment []string) (*snapshot, error) {
	return goreleaser(folder, environment, "--snapshot")
}

// buildCommit builds what was checked out: as a release where the commit has
// the tag of one, else as a snapshot.
func buildCommit(folder string) (*snapshot, error) {
	command := exec.Command("git", "tag", "--points-at", "HEAD", "--list", "v[0-9]*")
	command.Dir = folder
	tags, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("list the tags of the commit: %w", err)
	}
	if len(tags) == 0 {
		return build(folder, nil)
	}
	// A restricted configuration is a change that goreleaser would refuse.
	return goreleaser(folder, nil, "--skip=publish,announce,validate")
}

// goreleaser runs goreleaser. The container image, the SBOMs and the signatures
// need programs and an identity that only the release workflow has.
func goreleaser(folder string, environment []string, mode string) (*snapshot, error) {
	program := os.Getenv("GORELEASER")
	if program == "" {
		return nil, errors.New("GORELEASER does not name goreleaser: run .ci/release")
	}
	if err := run(folder, environment, program, "release", "--clean", "--skip=docker,sbom,sign", mode); err != nil {
		return nil, err
	}
	s := &snapshot{dist: filepath.Join(folder, "dist")}
	if err := readJSON(filepath.Join(s.dist, "metadata.json"), s); err != nil {
		return nil, err
	}
	if err := readJSON(filepath.Join(s.dist, "artifacts.json"), &s.artifacts); err != nil {
		return nil, err
	}
	return s, nil
}

// restrict leaves in the goreleaser configuration of a folder only some
// platforms, and only the archives of krew unless flux is true.
func restrict(t *testing.T, folder string, flux bool, targets ...string) {
	t.Helper()
	path := filepath.Join(folder, ".goreleaser.yaml")
	var configuration map[string]any
	readYAML(t, path, &configuration)
	for _, list := range []string{"builds", "archives"} {
		entries := configuration[list].([]any)
		if !flux {
			entries = entries[:1]
		}
		configuration[list] = entries
	}
	for _, build := range configuration["builds"].([]any) {
		build := build.(map[string]any)
		delete(build, "goos")
		delete(build, "goarch")
		build["targets"] = targets
	}
	content, err := yaml.Marshal(configuration)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, content)
}

// run runs a program and returns its output with the error.
func run(folder string, environment []string, program string, arguments ...string) error {
	command := exec.Command(program, arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), environment...)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(arguments, " "), err, out)
	}
	return nil
}

// output runs a program with exactly the given environment and returns what it
// printed on both streams.
func output(t *testing.T, environment []string, program string, arguments ...string) string {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.Env = environment
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(arguments, " "), err, out)
	}
	return string(out)
}

func readJSON(path string, into any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	content := readFile(t, path)
	if err := yaml.Unmarshal(content, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestConfigurationIsValid(t *testing.T) {
	program := os.Getenv("GORELEASER")
	if program == "" {
		t.Fatal("GORELEASER does not name goreleaser: run .ci/release")
	}
	command := exec.Command(program, "check")
	command.Dir = root
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("goreleaser check: %v\n%s", err, out)
	}
	if bytes.Contains(out, []byte("DEPRECATED")) {
		t.Errorf("the configuration uses what goreleaser will drop:\n%s", out)
	}
}
