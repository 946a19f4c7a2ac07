package release

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/semver"
)

// catalogueEntry is the manifest of a plugin in the catalogue of the Flux CLI
// (cli.fluxcd.io/v1beta1, Flux 2.9, RFC-0013).
type catalogueEntry struct {
	APIVersion  string             `yaml:"apiVersion"`
	Kind        string             `yaml:"kind"`
	Name        string             `yaml:"name"`
	Description string             `yaml:"description"`
	Homepage    string             `yaml:"homepage"`
	Source      string             `yaml:"source"`
	Bin         string             `yaml:"bin"`
	Versions    []catalogueVersion `yaml:"versions"`
}

type catalogueVersion struct {
	Version   string              `yaml:"version"`
	Platforms []cataloguePlatform `yaml:"platforms"`
}

type cataloguePlatform struct {
	OS       string `yaml:"os"`
	Arch     string `yaml:"arch"`
	URL      string `yaml:"url"`
	Checksum string `yaml:"checksum"`
}

// newCatalogueEntry describes the archives of a snapshot or a release. Its
// words are those of the krew manifest.
func newCatalogueEntry(s *snapshot, krew krewManifest) catalogueEntry {
	version := catalogueVersion{Version: s.Version}
	archives := s.archives("flux")
	for _, platform := range platforms {
		a := archives[platform]
		version.Platforms = append(version.Platforms, cataloguePlatform{
			OS: a.OS, Arch: a.Arch, URL: downloads + "v" + s.Version + "/" + a.Name, Checksum: a.Extra.Checksum,
		})
	}
	return catalogueEntry{
		APIVersion:  "cli.fluxcd.io/v1beta1",
		Kind:        "Plugin",
		Name:        "fluxctx",
		Description: krew.Spec.ShortDescription,
		Homepage:    "https://github.com/fluxctx/kubectl-fluxctx",
		Source:      "https://github.com/fluxctx/kubectl-fluxctx",
		Bin:         "flux-fluxctx",
		Versions:    []catalogueVersion{version},
	}
}

var (
	catalogueName     = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	catalogueSemver   = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-.+)?$`)
	catalogueChecksum = regexp.MustCompile(`^sha256:[a-f0-9]{64}$`)
)

// catalogueErrors lists what the Flux CLI, the schema of the catalogue or the
// updater of the catalogue would not accept.
func catalogueErrors(entry catalogueEntry) []string {
	var errs []string
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Sprintf(format, args...)) }
	if entry.APIVersion != "cli.fluxcd.io/v1beta1" || entry.Kind != "Plugin" {
		refuse("%s %s is not a plugin of the catalogue", entry.APIVersion, entry.Kind)
	}
	if !catalogueName.MatchString(entry.Name) {
		refuse("name %q", entry.Name)
	}
	if entry.Bin != "flux-"+entry.Name {
		refuse("bin %q: the CLI finds the plugin %s under flux-%s alone", entry.Bin, entry.Name, entry.Name)
	}
	if entry.Description == "" {
		refuse("no description")
	}
	for _, url := range []string{entry.Homepage, entry.Source} {
		if !strings.HasPrefix(url, "https://") {
			refuse("%q is no https URL", url)
		}
	}
	if len(entry.Versions) == 0 {
		refuse("no versions")
	}
	for i, version := range entry.Versions {
		if !catalogueSemver.MatchString(version.Version) || !semver.IsValid("v"+version.Version) {
			refuse("version %q is not a bare semantic version", version.Version)
		}
		if i > 0 && semver.Compare("v"+entry.Versions[i-1].Version, "v"+version.Version) <= 0 {
			refuse("version %s stands after %s: the newest is first", version.Version, entry.Versions[i-1].Version)
		}
		var found []string
		for _, p := range version.Platforms {
			found = append(found, p.OS+"/"+p.Arch)
			extension := "tar.gz"
			if p.OS == "windows" {
				extension = "zip"
			}
			name := fmt.Sprintf("/v%s/%s_%s_%s_%s.%s", version.Version, entry.Bin, version.Version, p.OS, p.Arch, extension)
			if !strings.HasPrefix(p.URL, "https://") || !strings.HasSuffix(p.URL, name) {
				refuse("%s/%s: %s is not the archive that the updater looks for, …%s", p.OS, p.Arch, p.URL, name)
			}
			if !catalogueChecksum.MatchString(p.Checksum) {
				refuse("%s/%s: checksum %q", p.OS, p.Arch, p.Checksum)
			}
		}
		if !slices.Equal(found, platforms) {
			refuse("version %s has the platforms %v, want %v", version.Version, found, platforms)
		}
	}
	return errs
}

func TestCatalogueRules(t *testing.T) {
	s := workTreeSnapshot(t)
	var krew krewManifest
	readYAML(t, filepath.Join(s.dist, "krew", "fluxctx.yaml"), &krew)
	if errs := catalogueErrors(newCatalogueEntry(s, krew)); len(errs) > 0 {
		t.Errorf("the entry of the snapshot is refused: %v", errs)
	}
	for name, spoil := range map[string]func(*catalogueEntry){
		"name with a capital":       func(e *catalogueEntry) { e.Name = "FluxCtx" },
		"bin without the prefix":    func(e *catalogueEntry) { e.Bin = "kubectl-fluxctx" },
		"no homepage":               func(e *catalogueEntry) { e.Homepage = "" },
		"version with a v":          func(e *catalogueEntry) { e.Versions[0].Version = "v" + e.Versions[0].Version },
		"archive of another naming": func(e *catalogueEntry) { e.Versions[0].Platforms[0].URL += ".gz" },
		"checksum without a method": func(e *catalogueEntry) { e.Versions[0].Platforms[0].Checksum = strings.Repeat("0", 64) },
		"platform missing":          func(e *catalogueEntry) { e.Versions[0].Platforms = e.Versions[0].Platforms[1:] },
		"older version first": func(e *catalogueEntry) {
			e.Versions = append(e.Versions, newCatalogueEntry(&snapshot{Version: "99.0.0", artifacts: s.artifacts}, krew).Versions...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			entry := newCatalogueEntry(s, krew)
			spoil(&entry)
			if len(catalogueErrors(entry)) == 0 {
				t.Error("accepted")
			}
		})
	}
}

// The updater of the catalogue downloads the file of checksums, whose name it
// derives from bin, and takes the line of each archive; the CLI downloads the
// archive, compares the sum and takes the file called bin out of it.
func TestInstallWithFlux(t *testing.T) {
	s := workTreeSnapshot(t)
	var krew krewManifest
	readYAML(t, filepath.Join(s.dist, "krew", "fluxctx.yaml"), &krew)
	entry := newCatalogueEntry(s, krew)
	sums := s.checksums(t)
	for _, p := range entry.Versions[0].Platforms {
		if name := filepath.Base(p.URL); "sha256:"+sums[name] != p.Checksum {
			t.Errorf("%s: the checksums file says %q, the entry %s", name, sums[name], p.Checksum)
		}
	}

	home := t.TempDir()
	plugins := filepath.Join(home, ".fluxcd", "plugins")
	if flux := os.Getenv("FLUX_BIN"); flux != "" {
		installWithFlux(t, s, entry, flux, home)
	} else {
		t.Log("FLUX_BIN is not set: the archive is unpacked by the test itself")
		unpackPlugin(t, s, plugins)
	}
	version := output(t, []string{"HOME=" + t.TempDir()}, filepath.Join(plugins, "flux-fluxctx"), "version")
	if want := "flux fluxctx " + s.Version + " "; !strings.HasPrefix(version, want) {
		t.Errorf("the plugin printed %q, want %q…", version, want)
	}
}

// installWithFlux serves the catalogue and the archives on loopback, and
// installs into the home folder's own .fluxcd/plugins: the only folder of
// plugins that flux creates.
func installWithFlux(t *testing.T, s *snapshot, entry catalogueEntry, flux, home string) {
	t.Helper()
	files := http.NewServeMux()
	files.Handle("/archives/", http.StripPrefix("/archives/", http.FileServer(http.Dir(s.dist))))
	server := httptest.NewServer(files)
	t.Cleanup(server.Close)
	for i := range entry.Versions[0].Platforms {
		p := &entry.Versions[0].Platforms[i]
		p.URL = server.URL + "/archives/" + filepath.Base(p.URL)
	}
	manifest, err := yaml.Marshal(entry)
	if err != nil {
		t.Fatal(err)
	}
	files.HandleFunc("/plugins/fluxctx.yaml", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(manifest)
	})
	environment := []string{
		"HOME=" + home, "PATH=" + os.Getenv("PATH"),
		"FLUXCD_PLUGIN_CATALOG=" + server.URL + "/plugins/", // without the last slash it would be another folder
	}
	output(t, environment, flux, "plugin", "install", "fluxctx")
	version := output(t, environment, flux, "fluxctx", "version")
	if want := "flux fluxctx " + s.Version + " "; !strings.HasPrefix(version, want) {
		t.Errorf("flux fluxctx version printed %q, want %q…", version, want)
	}
}

func unpackPlugin(t *testing.T, s *snapshot, plugins string) {
	t.Helper()
	a := s.archives("flux")[runtime.GOOS+"/"+runtime.GOARCH]
	entries, err := unpack(a.Name, readFile(t, s.file(a)))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.name == "flux-fluxctx" {
			path := filepath.Join(plugins, e.name)
			writeFile(t, path, e.content)
			if err := os.Chmod(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
}
