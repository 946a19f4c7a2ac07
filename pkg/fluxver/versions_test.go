package fluxver

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestReleasesAreInOrder(t *testing.T) {
	for i, release := range releases {
		if release.Minor != (Minor{2, i}) {
			t.Errorf("release %d is %s", i, release.Minor)
		}
		if i > 0 && release.Date <= releases[i-1].Date {
			t.Errorf("%s came before %s", release.Minor, releases[i-1].Minor)
		}
		if release.Kubernetes.Known() && release.Kubernetes.Less(releases[max(i-1, 0)].Kubernetes) {
			t.Errorf("%s accepts an older Kubernetes than the release before", release.Minor)
		}
	}
	if Newest() != (Minor{2, 10}) || OldestSupported() != (Minor{2, 8}) {
		t.Errorf("newest %s, oldest supported %s", Newest(), OldestSupported())
	}
}

func TestParseMinor(t *testing.T) {
	for text, want := range map[string]Minor{
		"v2.9.5": {2, 9}, "2.10.0-rc.1": {2, 10}, "v1.34.2-gke.1": {1, 34}, "2.9.x": {2, 9}, "1.33+": {1, 33},
		"2.x": {}, "": {}, "latest": {}, "v2": {}, "99999999999999999999.1": {}, "2.9evil": {},
	} {
		if got := ParseMinor(" " + text + " "); got != want {
			t.Errorf("ParseMinor(%q) between spaces = %v, want %v", text, got, want)
		}
		if got := ParseMinor(text); got != want {
			t.Errorf("ParseMinor(%q) = %v, want %v", text, got, want)
		}
	}
}

// TestAPIsMatchCRDs compares the table with the definitions that the API
// modules of each built-in minor give: what they serve, the table serves, and
// nothing else.
func TestAPIsMatchCRDs(t *testing.T) {
	for _, name := range CRDMinors() {
		minor := ParseMinor(name)
		crds, err := CRDs(name)
		if err != nil {
			t.Fatal(err)
		}
		defined := map[string]bool{}
		for _, crd := range crds {
			for _, version := range crd.Versions {
				key := crd.Group + "/" + version.Name + "/" + crd.Kind
				if !version.Served {
					continue
				}
				defined[key] = true
				api, ok := LookupAPI(crd.Group, crd.Kind, version.Name)
				if !ok || !api.Served(minor) {
					t.Errorf("Flux %s serves %s, the table does not", name, key)
				}
			}
		}
		for _, api := range APIs() {
			key := api.Group + "/" + api.Version + "/" + api.Kind
			if api.Served(minor) && !defined[key] {
				t.Errorf("the table says that Flux %s serves %s, its definitions do not", name, key)
			}
		}
	}
}

// TestPreferred names versions at the edges of the matrix.
func TestPreferred(t *testing.T) {
	for _, test := range []struct {
		kind  string
		group string
		minor Minor
		want  string
	}{
		{"HelmRelease", groupHelm, Minor{2, 1}, "v2beta1"},
		{"HelmRelease", groupHelm, Minor{2, 2}, "v2beta2"},
		{"HelmRelease", groupHelm, Minor{2, 10}, "v2"},
		{"Alert", groupNotification, Minor{2, 9}, "v1beta3"},
		{"Alert", groupNotification, Minor{2, 10}, "v1"},
		{"ImagePolicy", groupImage, Minor{2, 6}, "v1beta2"},
		{"ExternalArtifact", groupSource, Minor{2, 6}, ""},
	} {
		if got := Preferred(test.group, test.kind, test.minor); got != test.want {
			t.Errorf("Preferred(%s, %s) = %q, want %q", test.kind, test.minor, got, test.want)
		}
	}
}

// TestVanishedFieldsAreGone looks each field up in the schema of the version
// that is said to lack it.
func TestVanishedFieldsAreGone(t *testing.T) {
	for _, field := range fields {
		if newer, ok := LookupAPI(field.Group, field.Kind, field.First); !ok || newer.Removed.Known() {
			t.Errorf("%s %s: %s is no version that stays", field.Kind, field.Path, field.First)
		}
		if old, ok := LookupAPI(field.Group, field.Kind, field.Last); !ok || !old.Removed.Known() {
			t.Errorf("%s %s: %s is no version that was removed", field.Kind, field.Path, field.Last)
		}
		for _, minor := range CRDMinors() {
			crds, err := CRDs(minor)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(crds, func(c CRD) bool { return c.Group == field.Group && c.Kind == field.Kind })
			for _, version := range crds[i].Versions {
				if version.Name == field.First && hasField(t, version.Schema, field.Path) {
					t.Errorf("Flux %s still has %s of %s %s", minor, field.Path, field.Kind, version.Name)
				}
			}
		}
	}
}

func hasField(t *testing.T, schema json.RawMessage, path string) bool {
	t.Helper()
	var node map[string]any
	if err := json.Unmarshal(schema, &node); err != nil {
		t.Fatal(err)
	}
	names := strings.Split(path, ".")
	for i, name := range names {
		list := strings.HasSuffix(name, "[]")
		properties, _ := node["properties"].(map[string]any)
		next, ok := properties[strings.TrimSuffix(name, "[]")].(map[string]any)
		if !ok {
			// The parents must exist, or the path proves nothing.
			if i < len(names)-1 {
				t.Fatalf("%s: the schema has no %s", path, strings.Join(names[:i+1], "."))
			}
			return false
		}
		if list {
			next, _ = next["items"].(map[string]any)
		}
		node = next
	}
	return true
}

func TestOfComponent(t *testing.T) {
	for _, test := range []struct{ controller, version, want string }{
		// Read from manifests/bases of the releases.
		{"source-controller", "v1.0.0", "2.0"},
		{"helm-controller", "v0.36.2", "2.1"},
		{"image-automation-controller", "v0.37.1", "2.2"},
		{"helm-controller", "v1.0.1", "2.3"},
		{"image-reflector-controller", "v0.35.0", "2.6"},
		{"source-watcher", "v2.0.1", "2.7"},
		{"helm-controller", "v1.5.1", "2.8"},
		{"image-automation-controller", "v1.2.5", "2.9"},
		{"source-watcher", "v2.3.1", "2.10"},
		{"notification-controller", "v1.10.0", "2.10"},
		{"source-controller", "v0.9.0", "0.0"},
		{"flux-operator", "v0.58.1", "0.0"},
	} {
		if got := OfComponent(test.controller, test.version).String(); got != test.want {
			t.Errorf("%s %s is Flux %s, want %s", test.controller, test.version, got, test.want)
		}
	}
	for controller, minors := range components {
		newest := false
		for _, flux := range minors {
			newest = newest || flux == Newest()
		}
		if !newest {
			t.Errorf("%s has no version in Flux %s", controller, Newest())
		}
	}
}

func TestAdvisories(t *testing.T) {
	for _, test := range []struct {
		controller, version string
		want                []string
	}{
		{"source-controller", "v1.8.3", []string{"CVE-2026-45022", "CVE-2026-45570", "CVE-2026-45571"}},
		{"source-controller", "v1.8.4", []string{"CVE-2026-45570", "CVE-2026-45571"}},
		{"source-controller", "v1.8.5", nil},
		{"source-controller", "v1.9.0-rc.1", nil},
		{"source-controller", "main", nil},
		{"notification-controller", "v1.8.2", []string{"CVE-2026-40109"}},
		{"kustomize-controller", "v1.0.0", nil},
	} {
		var got []string
		for _, advisory := range Advisories(test.controller, test.version) {
			got = append(got, advisory.IDs...)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s %s: %v, want %v", test.controller, test.version, got, test.want)
		}
	}
	for _, advisory := range advisories {
		if _, ok := ParseVersion(advisory.Fixed); !ok || len(advisory.IDs) == 0 || components[advisory.Controller] == nil {
			t.Errorf("%+v is incomplete", advisory)
		}
	}
}

func TestBetween(t *testing.T) {
	minors := func(from, to Minor) string {
		text := ""
		for _, change := range Between(from, to) {
			text += fmt.Sprintf("%s:%s ", change.Minor, change.ID)
		}
		return strings.TrimSpace(text)
	}
	for _, test := range []struct {
		from, to Minor
		want     string
	}{
		{Minor{2, 9}, Minor{2, 9}, ""},
		{Minor{2, 7}, Minor{2, 8}, "2.8:helm-4"},
		{Minor{2, 9}, Minor{2, 10}, "2.10:token-creation 2.10:kubeconfig-audiences"},
		{Minor{2, 10}, Minor{2, 9}, ""},
	} {
		if got := minors(test.from, test.to); got != test.want {
			t.Errorf("from %s to %s: %q, want %q", test.from, test.to, got, test.want)
		}
	}
	seen := map[ChangeID]bool{}
	for i, change := range changes {
		if seen[change.ID] || change.What == "" || change.Do == "" || change.Page == "" {
			t.Errorf("%s is given twice or incomplete", change.ID)
		}
		seen[change.ID] = true
		if i > 0 && change.Minor.Less(changes[i-1].Minor) {
			t.Errorf("%s is out of order", change.ID)
		}
	}
}
