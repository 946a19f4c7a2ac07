package release

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The manifests in plugins/ describe archives of one commit before them: a
// program knows its commit, so no commit can hold the sums of its own archives.
// A build of that commit gives the same bytes again, which is what this test
// does.

// header says what a manifest describes, for people and for the test.
const header = `# Written by '.ci/release -update'; do not edit.
# Describes %s. Built from
# commit %s with %s.
`

var headerLine = regexp.MustCompile(`(?m)^# commit ([0-9a-f]{40}) with (go\S+)\.$`)

func TestPluginManifests(t *testing.T) {
	krewPath, fluxPath := filepath.Join(root, "plugins", "krew.yaml"), filepath.Join(root, "plugins", "flux.yaml")
	if *update {
		writeManifests(t, krewPath, fluxPath)
	}

	checkKrewManifest(t, krewPath)
	var krew krewManifest
	readYAML(t, krewPath, &krew)
	var flux catalogueEntry
	readYAML(t, fluxPath, &flux)
	if errs := catalogueErrors(flux); len(errs) > 0 {
		t.Errorf("plugins/flux.yaml: %v", errs)
	}
	if flux.Description != krew.Spec.ShortDescription {
		t.Errorf("the two manifests describe the plugin as %q and %q", krew.Spec.ShortDescription, flux.Description)
	}
	if "v"+flux.Versions[0].Version != krew.Spec.Version {
		t.Errorf("plugins/krew.yaml describes %s, plugins/flux.yaml %s", krew.Spec.Version, flux.Versions[0].Version)
	}

	environment, path := krewEnvironment(t)
	// The validator wants the name of the plugin as that of the file.
	named := filepath.Join(t.TempDir(), "fluxctx.yaml")
	writeFile(t, named, readFile(t, krewPath))
	output(t, environment, lookUp(t, path, "validate-krew-manifest"), "-manifest", named, "-skip-install")

	var described [2]string
	for i, path := range []string{krewPath, fluxPath} {
		line := headerLine.FindStringSubmatch(string(readFile(t, path)))
		if line == nil {
			t.Fatalf("%s does not say what it describes", path)
		}
		described[i] = line[1] + " " + line[2]
	}
	if described[0] != described[1] {
		t.Fatalf("the two manifests describe builds of %v", described)
	}
	commit, goVersion, _ := strings.Cut(described[0], " ")
	checkSums(t, commit, goVersion, krewPath, flux)
}

// checkSums builds the described commit for one platform and compares.
func checkSums(t *testing.T, commit, goVersion, krewPath string, flux catalogueEntry) {
	if now := goToolchain(t); now != goVersion {
		t.Skipf("the archives were built with %s, this is %s: other bytes", goVersion, now)
	}
	if err := run(root, nil, "git", "cat-file", "-e", commit+"^{commit}"); err != nil {
		shallow, _ := exec.Command("git", "-C", root, "rev-parse", "--is-shallow-repository").Output()
		if strings.TrimSpace(string(shallow)) == "true" {
			t.Skipf("the clone is shallow and has no commit %s", commit)
		}
		t.Fatalf("plugins/ describes commit %s, which the history does not have: run .ci/release -update", commit)
	}
	folder := checkOut(t, commit)
	restrict(t, folder, true, "linux_amd64")
	s, err := buildCommit(folder)
	if err != nil {
		t.Fatal(err)
	}

	var want, got map[string]any
	readYAML(t, filepath.Join(s.dist, "krew", "fluxctx.yaml"), &want)
	readYAML(t, krewPath, &got)
	spec := got["spec"].(map[string]any)
	var kept []any
	for _, p := range spec["platforms"].([]any) {
		labels := p.(map[string]any)["selector"].(map[string]any)["matchLabels"].(map[string]any)
		if labels["os"] == "linux" && labels["arch"] == "amd64" {
			kept = append(kept, p)
		}
	}
	spec["platforms"] = kept
	if !reflect.DeepEqual(got, want) {
		t.Errorf("plugins/krew.yaml for linux/amd64 is\n%v\na build of %s gives\n%v", got, commit, want)
	}
	a := s.archives("flux")["linux/amd64"]
	for _, p := range flux.Versions[0].Platforms {
		if p.OS+"/"+p.Arch == a.platform() && p.Checksum != a.Extra.Checksum {
			t.Errorf("plugins/flux.yaml has %s for linux/amd64, a build of %s gives %s", p.Checksum, commit, a.Extra.Checksum)
		}
	}
}

// writeManifests writes both manifests from a build of the last commit.
func writeManifests(t *testing.T, krewPath, fluxPath string) {
	s, err := buildCommit(checkOut(t, "HEAD"))
	if err != nil {
		t.Fatal(err)
	}
	what := "the release " + s.Version
	if strings.Contains(s.Version, "-dev.") {
		what = "a snapshot: nothing is released yet, and the archives are nowhere to download"
	}
	says := fmt.Sprintf(header, what, s.Commit, goToolchain(t))

	made := string(readFile(t, filepath.Join(s.dist, "krew", "fluxctx.yaml")))
	_, manifest, _ := strings.Cut(made, "\n") // the first line says who wrote it
	writeFile(t, krewPath, []byte(says+manifest))

	var krew krewManifest
	readYAML(t, krewPath, &krew)
	entry, err := yaml.Marshal(newCatalogueEntry(s, krew))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, fluxPath, append([]byte(says), entry...))
}

func goToolchain(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOVERSION").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
