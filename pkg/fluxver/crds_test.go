package fluxver

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// servedCRDs is what `kubectl get crds` shows after `flux install --components-extra`
// of each minor: group, kind, plural, scope and versions, * for the stored one.
var servedCRDs = map[string]string{
	"2.9": `
helm.toolkit.fluxcd.io HelmRelease helmreleases Namespaced v2*
image.toolkit.fluxcd.io ImagePolicy imagepolicies Namespaced v1*
image.toolkit.fluxcd.io ImageRepository imagerepositories Namespaced v1*
image.toolkit.fluxcd.io ImageUpdateAutomation imageupdateautomations Namespaced v1*
kustomize.toolkit.fluxcd.io Kustomization kustomizations Namespaced v1*
notification.toolkit.fluxcd.io Alert alerts Namespaced v1beta3*
notification.toolkit.fluxcd.io Provider providers Namespaced v1beta3*
notification.toolkit.fluxcd.io Receiver receivers Namespaced v1*
source.extensions.fluxcd.io ArtifactGenerator artifactgenerators Namespaced v1beta1*
source.toolkit.fluxcd.io Bucket buckets Namespaced v1*
source.toolkit.fluxcd.io ExternalArtifact externalartifacts Namespaced v1*
source.toolkit.fluxcd.io GitRepository gitrepositories Namespaced v1*
source.toolkit.fluxcd.io HelmChart helmcharts Namespaced v1*
source.toolkit.fluxcd.io HelmRepository helmrepositories Namespaced v1*
source.toolkit.fluxcd.io OCIRepository ocirepositories Namespaced v1*
`,
	"2.10": `
helm.toolkit.fluxcd.io HelmRelease helmreleases Namespaced v2*
image.toolkit.fluxcd.io ImagePolicy imagepolicies Namespaced v1*
image.toolkit.fluxcd.io ImageRepository imagerepositories Namespaced v1*
image.toolkit.fluxcd.io ImageUpdateAutomation imageupdateautomations Namespaced v1*
kustomize.toolkit.fluxcd.io Kustomization kustomizations Namespaced v1*
notification.toolkit.fluxcd.io Alert alerts Namespaced v1* v1beta3 (deprecated)
notification.toolkit.fluxcd.io Provider providers Namespaced v1* v1beta3 (deprecated)
notification.toolkit.fluxcd.io Receiver receivers Namespaced v1*
source.extensions.fluxcd.io ArtifactGenerator artifactgenerators Namespaced v1beta1*
source.toolkit.fluxcd.io Bucket buckets Namespaced v1*
source.toolkit.fluxcd.io ExternalArtifact externalartifacts Namespaced v1*
source.toolkit.fluxcd.io GitRepository gitrepositories Namespaced v1*
source.toolkit.fluxcd.io HelmChart helmcharts Namespaced v1*
source.toolkit.fluxcd.io HelmRepository helmrepositories Namespaced v1*
source.toolkit.fluxcd.io OCIRepository ocirepositories Namespaced v1*
`,
}

func TestCRDs(t *testing.T) {
	if len(servedCRDs) != len(CRDMinors()) {
		t.Errorf("the test knows %d minors, the package %d", len(servedCRDs), len(CRDMinors()))
	}
	for minor, want := range servedCRDs {
		t.Run(minor, func(t *testing.T) {
			crds, err := CRDs(minor)
			if err != nil {
				t.Fatal(err)
			}
			got := "\n"
			for _, crd := range crds {
				got += strings.Join([]string{crd.Group, crd.Kind, crd.Plural, crd.Scope}, " ")
				for _, version := range crd.Versions {
					got += " " + version.Name
					if version.Storage {
						got += "*"
					}
					if version.Deprecated {
						got += " (deprecated)"
					}
					if !version.Served {
						got += " (not served)"
					}
				}
				got += "\n"
			}
			if got != want {
				t.Errorf("got:%s\nwant:%s", got, want)
			}
		})
	}
}

func TestCRDsAreOrderedAndHaveOneStorageVersion(t *testing.T) {
	for _, minor := range CRDMinors() {
		crds, err := CRDs(minor)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSortedFunc(crds, func(a, b CRD) int { return strings.Compare(a.Group+"/"+a.Plural, b.Group+"/"+b.Plural) }) {
			t.Errorf("Flux %s: CRDs are not sorted by group and plural", minor)
		}
		for _, crd := range crds {
			storage := 0
			for _, version := range crd.Versions {
				if version.Storage {
					storage++
				}
			}
			if storage != 1 {
				t.Errorf("Flux %s: %s has %d storage versions", minor, crd.Kind, storage)
			}
		}
	}
}

// TestSchemas checks that each schema is whole: it has a spec (or, for the kind
// that has none, says so), and no description is left in it.
func TestSchemas(t *testing.T) {
	for _, minor := range CRDMinors() {
		crds, err := CRDs(minor)
		if err != nil {
			t.Fatal(err)
		}
		for _, crd := range crds {
			for _, version := range crd.Versions {
				t.Run(minor+"/"+crd.Kind+"/"+version.Name, func(t *testing.T) {
					var schema map[string]any
					if err := json.Unmarshal(version.Schema, &schema); err != nil {
						t.Fatal(err)
					}
					properties, _ := schema["properties"].(map[string]any)
					spec, _ := properties["spec"].(map[string]any)
					fields, _ := spec["properties"].(map[string]any)
					if schema["type"] != "object" || len(fields) == 0 {
						t.Errorf("the schema has no spec: %.200s", version.Schema)
					}
					if where := findDescription(schema, ""); where != "" {
						t.Errorf("a description is left at %s", where)
					}
				})
			}
		}
	}
}

// findDescription returns the path of the first schema with a description. A
// property may be called description, so only a string counts.
func findDescription(value any, path string) string {
	switch value := value.(type) {
	case map[string]any:
		if _, ok := value["description"].(string); ok {
			return path + ".description"
		}
		for key, child := range value {
			if where := findDescription(child, path+"."+key); where != "" {
				return where
			}
		}
	case []any:
		for i, child := range value {
			if where := findDescription(child, fmt.Sprintf("%s[%d]", path, i)); where != "" {
				return where
			}
		}
	}
	return ""
}

func TestCRDDescriptions(t *testing.T) {
	for _, minor := range CRDMinors() {
		t.Run(minor, func(t *testing.T) {
			crds, err := CRDs(minor)
			if err != nil {
				t.Fatal(err)
			}
			descriptions, err := CRDDescriptions(minor)
			if err != nil {
				t.Fatal(err)
			}
			versions := 0
			for _, crd := range crds {
				for _, version := range crd.Versions {
					versions++
					key := crd.Group + "/" + version.Name + "/" + crd.Kind
					if len(descriptions[key]) == 0 {
						t.Errorf("%s has no descriptions", key)
					}
				}
			}
			if len(descriptions) != versions {
				t.Errorf("descriptions of %d versions, CRDs have %d", len(descriptions), versions)
			}
			const kind, field = "kustomize.toolkit.fluxcd.io/v1/Kustomization", "spec.dependsOn[].name"
			if got := descriptions[kind][field]; got != "Name of the referent." {
				t.Errorf("%s of %s: %q", field, kind, got)
			}
		})
	}
}

func TestCRDsOfAnUnknownMinor(t *testing.T) {
	if _, err := CRDs("1.0"); !errors.Is(err, ErrNoCRDs) {
		t.Errorf("CRDs: got %v", err)
	}
	if _, err := CRDDescriptions("1.0"); !errors.Is(err, ErrNoCRDs) {
		t.Errorf("CRDDescriptions: got %v", err)
	}
}

func BenchmarkDecodeCRDs(b *testing.B) {
	for b.Loop() {
		if _, err := decodeCRDs("2.10"); err != nil {
			b.Fatal(err)
		}
	}
}
