package release

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// downloads is where the manifests say that archives are.
const downloads = "https://github.com/fluxctx/kubectl-fluxctx/releases/download/"

// krewManifest is what the tests look at in a manifest of krew.
type krewManifest struct {
	Spec struct {
		Version          string         `yaml:"version"`
		ShortDescription string         `yaml:"shortDescription"`
		Description      string         `yaml:"description"`
		Platforms        []krewPlatform `yaml:"platforms"`
	} `yaml:"spec"`
}

type krewPlatform struct {
	Bin      string `yaml:"bin"`
	URI      string `yaml:"uri"`
	SHA256   string `yaml:"sha256"`
	Selector struct {
		MatchLabels map[string]string `yaml:"matchLabels"`
	} `yaml:"selector"`
}

// tools builds krew and its validator from the module that pins them, and the
// kubectl of the test cluster, and returns a PATH that starts with all three.
var tools = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "fluxctx-tools-")
	if err != nil {
		return "", err
	}
	temporary = append(temporary, folder)
	for name, pkg := range map[string]string{
		"kubectl-krew":           "sigs.k8s.io/krew/cmd/krew",
		"validate-krew-manifest": "sigs.k8s.io/krew/cmd/validate-krew-manifest",
	} {
		if err := run(".", nil, "go", "build", "-o", filepath.Join(folder, name), pkg); err != nil {
			return "", err
		}
	}
	command := exec.Command("go", "run", "-C", filepath.Join(root, "test", "cluster"), ".", "build")
	command.Stderr = os.Stderr
	kubernetes, err := command.Output()
	if err != nil {
		return "", err
	}
	return strings.Join([]string{folder, strings.TrimSpace(string(kubernetes)), os.Getenv("PATH")}, string(filepath.ListSeparator)), nil
})

// krewEnvironment is that of a user with nothing but kubectl and krew.
func krewEnvironment(t *testing.T) (environment []string, path string) {
	t.Helper()
	path, err := tools()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	krewRoot := filepath.Join(home, ".krew")
	path = filepath.Join(krewRoot, "bin") + string(filepath.ListSeparator) + path
	return []string{"HOME=" + home, "KREW_ROOT=" + krewRoot, "PATH=" + path, "KUBECONFIG=" + filepath.Join(home, "none")}, path
}

// lookUp finds a program in a PATH.
func lookUp(t *testing.T, path, name string) string {
	t.Helper()
	for _, folder := range filepath.SplitList(path) {
		file := filepath.Join(folder, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
	}
	t.Fatalf("no %s in %s", name, path)
	return ""
}

func TestKrewManifest(t *testing.T) {
	s := workTreeSnapshot(t)
	manifest := filepath.Join(s.dist, "krew", "fluxctx.yaml")
	checkKrewManifest(t, manifest)

	environment, path := krewEnvironment(t)
	validator := lookUp(t, path, "validate-krew-manifest")

	// The validator installs the plugin for every platform and looks for the
	// licence, so the archives must be where the manifest says.
	server := httptest.NewServer(http.FileServer(http.Dir(s.dist)))
	defer server.Close()
	served := strings.ReplaceAll(string(readFile(t, manifest)), downloads+"v"+s.Version, server.URL)
	local := filepath.Join(t.TempDir(), "fluxctx.yaml")
	writeFile(t, local, []byte(served))
	out := output(t, environment, validator, "-manifest", local)
	if !strings.Contains(out, "all 6 spec.platforms installed fine") {
		t.Errorf("the validator did not install six platforms:\n%s", out)
	}

	t.Run("a wrong sum is found", func(t *testing.T) {
		sum := s.archives("krew")["linux/arm64"].Extra.Checksum
		wrong := strings.Replace(served, strings.TrimPrefix(sum, "sha256:"), strings.Repeat("f", 64), 1)
		writeFile(t, local, []byte(wrong))
		command := exec.Command(validator, "-manifest", local)
		command.Env = environment
		out, err := command.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "checksum does not match") {
			t.Errorf("the validator accepts an archive with another sum: %v\n%s", err, out)
		}
	})
}

// checkKrewManifest holds a manifest to what the index of krew asks beyond what
// its validator looks at.
func checkKrewManifest(t *testing.T, path string) {
	t.Helper()
	var manifest krewManifest
	readYAML(t, path, &manifest)
	spec := manifest.Spec
	if n := utf8.RuneCountInString(spec.ShortDescription); n == 0 || n > 50 || strings.HasSuffix(spec.ShortDescription, ".") {
		t.Errorf("short description of %d characters, want 1 to 50 and no full stop: %q", n, spec.ShortDescription)
	}
	for line := range strings.Lines(spec.Description) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("a line of the description has %d characters, want at most 80: %q", n, line)
		}
		if strings.Contains(line, "kubectl fluxctx") {
			t.Errorf("the description has an example, which belongs to the documentation: %q", line)
		}
	}
	if len(spec.Platforms) != len(platforms) {
		t.Errorf("%d platforms, want %v", len(spec.Platforms), platforms)
	}
	for _, p := range spec.Platforms {
		want := "kubectl-fluxctx"
		if p.Selector.MatchLabels["os"] == "windows" {
			want += ".exe"
		}
		if p.Bin != want {
			t.Errorf("%v: bin is %s, want %s", p.Selector.MatchLabels, p.Bin, want)
		}
		if !strings.HasPrefix(p.URI, downloads+spec.Version+"/kubectl-fluxctx_") {
			t.Errorf("%v: uri %s is not the archive of release %s", p.Selector.MatchLabels, p.URI, spec.Version)
		}
	}
}

// What a user does: install, then call the plugin through kubectl.
func TestInstallWithKrew(t *testing.T) {
	s := workTreeSnapshot(t)
	environment, path := krewEnvironment(t)
	kubectl := lookUp(t, path, "kubectl")
	archive := s.file(s.archives("krew")[runtime.GOOS+"/"+runtime.GOARCH])

	output(t, environment, kubectl, "krew", "install",
		"--manifest="+filepath.Join(s.dist, "krew", "fluxctx.yaml"), "--archive="+archive)

	version := output(t, environment, kubectl, "fluxctx", "version")
	if want := "kubectl fluxctx " + s.Version + " "; !strings.HasPrefix(version, want) {
		t.Errorf("kubectl fluxctx version printed %q, want %q…", version, want)
	}
	if out := output(t, environment, kubectl, "fluxctx", "version", "-o", "json"); !strings.Contains(out, `"commit": "`+s.Commit+`"`) {
		t.Errorf("the program does not know that it was built from %s:\n%s", s.Commit, out)
	}
	if out := output(t, environment, kubectl, "plugin", "list"); strings.Contains(out, "warning") {
		t.Errorf("kubectl warns about the plugin:\n%s", out)
	}
	report := output(t, append(environment, "CI=true"), kubectl, "fluxctx", "--no-cluster", "--offline", "-q",
		"--repo", filepath.Join(root, "examples", "fleet"), "-o", "jsonpath={.repository.analysis.applications[*].name}")
	if strings.TrimSpace(report) == "" {
		t.Error("the installed plugin finds no application in examples/fleet")
	}
}
