package release

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// actionDefinition is what the tests look at in action.yml.
type actionDefinition struct {
	Inputs map[string]struct {
		Description string `yaml:"description"`
	} `yaml:"inputs"`
	Runs struct {
		Steps []actionStep `yaml:"steps"`
	} `yaml:"runs"`
}

type actionStep struct {
	ID    string            `yaml:"id"`
	Name  string            `yaml:"name"`
	Shell string            `yaml:"shell"`
	Env   map[string]string `yaml:"env"`
	Run   string            `yaml:"run"`
	Uses  string            `yaml:"uses"`
	With  map[string]string `yaml:"with"`
}

func TestActionUsesItsInputs(t *testing.T) {
	path := filepath.Join(root, "action.yml")
	var action actionDefinition
	readYAML(t, path, &action)
	text := string(readFile(t, path))
	for name, input := range action.Inputs {
		if input.Description == "" {
			t.Errorf("input %s has no description", name)
		}
		if !strings.Contains(text, "inputs."+name) {
			t.Errorf("input %s is not used", name)
		}
	}
	for _, step := range action.Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("step %q writes an expression into its script, where its value becomes code", step.Name)
		}
	}
}

// runner is a machine that runs the steps of the action.
type runner struct {
	t       *testing.T
	action  actionDefinition
	server  *httptest.Server
	folder  string
	path    string
	outputs map[string]string
}

// newRunner serves the snapshot as the latest release.
func newRunner(t *testing.T) *runner {
	t.Helper()
	s := workTreeSnapshot(t)
	r := &runner{t: t, folder: t.TempDir(), path: os.Getenv("PATH"), outputs: map[string]string{}}
	readYAML(t, filepath.Join(root, "action.yml"), &r.action)
	const releases = "/fluxctx/kubectl-fluxctx/releases"
	files := http.NewServeMux()
	files.HandleFunc(releases+"/latest", func(w http.ResponseWriter, request *http.Request) {
		http.Redirect(w, request, releases+"/tag/v"+s.Version, http.StatusFound)
	})
	files.HandleFunc(releases+"/tag/", func(http.ResponseWriter, *http.Request) {})
	download := releases + "/download/v" + s.Version + "/"
	files.Handle(download, http.StripPrefix(download, http.FileServer(http.Dir(s.dist))))
	r.server = httptest.NewServer(files)
	t.Cleanup(r.server.Close)
	return r
}

// step runs a step of the action that has a script, as a runner for linux does.
func (r *runner) step(id string, environment map[string]string) (string, error) {
	r.t.Helper()
	for _, step := range r.action.Runs.Steps {
		if step.ID != id {
			continue
		}
		outputs := filepath.Join(r.folder, "outputs")
		writeFile(r.t, outputs, nil)
		script := strings.ReplaceAll(step.Run, "https://github.com", r.server.URL)
		command := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
		command.Dir = r.folder
		command.Env = []string{
			"PATH=" + r.path, "HOME=" + r.folder, "CI=true", "RUNNER_OS=Linux", "RUNNER_ARCH=" + runnerArch(),
			"RUNNER_TEMP=" + r.folder, "GITHUB_OUTPUT=" + outputs,
		}
		for name := range step.Env {
			if _, given := environment[name]; !given {
				r.t.Fatalf("step %s reads %s, which the test does not set", id, name)
			}
		}
		for name, value := range environment {
			command.Env = append(command.Env, name+"="+value)
		}
		out, err := command.CombinedOutput()
		for line := range strings.Lines(string(readFile(r.t, outputs))) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			r.outputs[name] = value
		}
		return string(out), err
	}
	r.t.Fatalf("the action has no step %q", id)
	return "", nil
}

func TestActionInstalls(t *testing.T) {
	s := workTreeSnapshot(t)
	for _, version := range []string{"latest", s.Version, "v" + s.Version} {
		t.Run(version, func(t *testing.T) {
			r := newRunner(t)
			if out, err := r.step("install", map[string]string{"VERSION": version}); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if got := output(t, nil, r.outputs["program"], "version"); !strings.Contains(got, s.Version) {
				t.Errorf("installed %q, want %s", got, s.Version)
			}
		})
	}
	t.Run("no such release", func(t *testing.T) {
		r := newRunner(t)
		if out, err := r.step("install", map[string]string{"VERSION": "99.0.0"}); err == nil {
			t.Errorf("installed a release that does not exist:\n%s", out)
		}
	})
	t.Run("another archive than the sums say", func(t *testing.T) {
		r := newRunner(t)
		forged := http.NewServeMux()
		forged.Handle("/", r.server.Config.Handler)
		forged.HandleFunc("/fluxctx/kubectl-fluxctx/releases/download/v"+s.Version+"/kubectl-fluxctx_"+s.Version+"_linux_"+runtime.GOARCH+".tar.gz",
			func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("something else")) })
		r.server.Config.Handler = forged
		if out, err := r.step("install", map[string]string{"VERSION": s.Version}); err == nil {
			t.Errorf("installed an archive with another sum:\n%s", out)
		}
		if r.outputs["program"] != "" {
			t.Errorf("the step passes on %s", r.outputs["program"])
		}
	})
}

func TestActionChecks(t *testing.T) {
	r := newRunner(t)
	if out, err := r.step("install", map[string]string{"VERSION": "latest"}); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	help := output(t, []string{"HOME=" + t.TempDir()}, r.outputs["program"], "--help")
	for _, needed := range []string{"sarif", "--fail-on"} {
		if !strings.Contains(help, needed) {
			t.Skipf("this program has no %s yet", needed)
		}
	}
	fleet := filepath.Join(absolute(t, []string{root})[0], "examples", "fleet")
	check := map[string]string{"PROGRAM": r.outputs["program"], "FOLDER": fleet, "FOCUS": "security  kustomize", "FAIL_ON": ""}

	if out, err := r.step("check", check); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if r.outputs["code"] != "0" {
		t.Errorf("exit code %s without fail-on, want 0", r.outputs["code"])
	}
	var sarif struct {
		Version string
		Runs    []struct {
			Results []struct {
				RuleID    string
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(readFile(t, r.outputs["sarif"]), &sarif); err != nil {
		t.Fatal(err)
	}
	if sarif.Version != "2.1.0" || len(sarif.Runs) != 1 || len(sarif.Runs[0].Results) == 0 {
		t.Fatalf("no results of SARIF 2.1.0 for a repository with mistakes: %+v", sarif)
	}
	for _, result := range sarif.Runs[0].Results {
		for _, location := range result.Locations {
			if uri := location.PhysicalLocation.ArtifactLocation.URI; filepath.IsAbs(uri) || strings.Contains(uri, "..") {
				t.Errorf("%s points to %s, which is no path in the repository", result.RuleID, uri)
			}
		}
	}

	check["FAIL_ON"] = "info"
	if out, err := r.step("check", check); err != nil || r.outputs["code"] != "2" {
		t.Errorf("fail-on=info on a repository with mistakes: code %s, %v\n%s", r.outputs["code"], err, out)
	}
	check["FAIL_ON"], check["FOCUS"] = "", "nonsense"
	delete(r.outputs, "sarif")
	if out, err := r.step("check", check); err == nil || r.outputs["sarif"] != "" {
		t.Errorf("an unknown focus passes and leaves %s to upload:\n%s", r.outputs["sarif"], out)
	}
}

// runnerArch is the name that runners have for the architecture.
func runnerArch() string {
	if runtime.GOARCH == "arm64" {
		return "ARM64"
	}
	return "X64"
}
