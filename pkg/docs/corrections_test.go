package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCorrections(t *testing.T) {
	manifest := func(apiVersion, kind string) string {
		return "Text.\n\n```yaml\napiVersion: " + apiVersion + "\nkind: " + kind + "\nspec: {}\n```\n"
	}
	for name, test := range map[string]struct {
		markdown string
		want     []string // empty: the text stays as it is
	}{
		"a removed version":        {manifest("kustomize.toolkit.fluxcd.io/v1beta2", "Kustomization"), []string{"Flux 2.8 and newer no longer serve `kustomize.toolkit.fluxcd.io/v1beta2` for Kustomization; use v1."}},
		"notification v1beta2":     {manifest("notification.toolkit.fluxcd.io/v1beta2", "Receiver"), []string{"Flux 2.9 and newer no longer serve"}},
		"image v1beta2":            {manifest("image.toolkit.fluxcd.io/v1beta2", "ImagePolicy"), []string{"Flux 2.9 and newer no longer serve"}},
		"a promoted version":       {manifest("notification.toolkit.fluxcd.io/v1beta3", "Alert"), []string{"Flux 2.10 and newer serve `notification.toolkit.fluxcd.io/v1` for Alert; before it, v1beta3 is the newest."}},
		"two, one of them twice":   {manifest("notification.toolkit.fluxcd.io/v1beta3", "Alert") + manifest("notification.toolkit.fluxcd.io/v1beta3", "Alert") + manifest("helm.toolkit.fluxcd.io/v2beta1", "HelmRelease"), []string{"for Alert;", "for HelmRelease;"}},
		"in a quote":               {"> ```yaml\n> apiVersion: helm.toolkit.fluxcd.io/v2beta2\n> kind: HelmRelease\n> ```\n", []string{"Flux 2.8 and newer no longer serve"}},
		"undefined variables":      {"All the undefined variables in the format `${var}` will be substituted with an empty string unless a default value is provided e.g. `${var:=default}`.", []string{"Since Flux 2.9: A variable without value"}},
		"a current version":        {manifest("kustomize.toolkit.fluxcd.io/v1", "Kustomization"), nil},
		"the only version":         {manifest("source.extensions.fluxcd.io/v1beta1", "ArtifactGenerator"), nil},
		"another project":          {manifest("apps/v1", "Deployment"), nil},
		"an unknown kind of Flux":  {manifest("helm.toolkit.fluxcd.io/v1", "HelmRelease"), nil},
		"a version without a kind": {"apiVersion: kustomize.toolkit.fluxcd.io/v1beta2\n", nil},
		"text":                     {"Nothing of that.", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := correct(test.markdown)
			if !strings.HasSuffix(got, test.markdown) {
				t.Errorf("the text is changed: %s", got)
			}
			note := strings.TrimSuffix(got, test.markdown)
			if len(test.want) == 0 && note != "" {
				t.Errorf("it is called out of date: %s", note)
			}
			for _, want := range test.want {
				if strings.Count(note, want) != 1 {
					t.Errorf("%q is not in the note once: %s", want, note)
				}
			}
		})
	}
}

// The sentences that are known to be wrong are those of the site: should the
// site be corrected, the entry is of no use any more.
func TestOutdatedSentencesAreOnTheSite(t *testing.T) {
	root := os.Getenv(siteEnv)
	if root == "" {
		t.Skipf("%s names no folder with pages", siteEnv)
	}
	page, err := os.ReadFile(filepath.Join(root, "flux/components/kustomize/kustomizations/index.html"))
	if err != nil {
		t.Fatal(err)
	}
	parts, err := convertPage(page, testAddress(t, "https://fluxcd.io/flux/components/kustomize/kustomizations/"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		if part.Anchor == "post-build-variable-substitution" {
			if got := correct(part.Markdown); got == part.Markdown {
				t.Error("the section is not corrected")
			}
			return
		}
	}
	t.Error("the section is gone")
}
