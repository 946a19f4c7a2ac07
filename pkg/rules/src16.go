package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src16 = Rule{
	ID:       "SRC-16",
	Title:    "Nothing uses a source",
	Severity: v1alpha1.SeverityInfo,
	Why:      "It is fetched and stored for nobody, and its credentials are one more thing to keep.",
	Fix:      "Remove the source, or the typing error in what should use it.",
	Guard:    "Sources of folders of components and shared collections are often used from elsewhere, so without a cluster this is left to the focus sources.",
	Since:    "0.1.0",
	Page:     pageStructure,
	Focus:    []string{"sources"},
	check:    checkUnusedSources,
}

func checkUnusedSources(p *pass) {
	for _, object := range p.objects {
		row, ok := fluxkind.Lookup(object.Group, object.Kind)
		if !ok || !row.Source || object.Kind == "HelmChart" || object.Kind == "ExternalArtifact" || !live(object) && !p.inFocus {
			continue
		}
		if len(p.consumers[object]) > 0 || p.namedByTemplate(object) {
			continue
		}
		p.report(finding{
			object:   object,
			evidence: fmt.Sprintf("no Kustomization, HelmRelease, ArtifactGenerator or ImageUpdateAutomation names %s", object.ID),
			fix:      "git rm or comment out " + orObject(object),
		})
	}
}

// namedByTemplate is true when a ResourceSet mentions the name: what it makes
// of it nobody has rendered.
func (x *index) namedByTemplate(object *model.Object) bool {
	for _, spec := range specs[*fluxkind.ResourceSet](x) {
		if strings.Contains(spec.ResourcesTemplate, object.Name) {
			return true
		}
		for _, resource := range spec.Resources {
			if strings.Contains(string(resource), object.Name) {
				return true
			}
		}
	}
	return false
}

// orObject is where an object is defined, or its name.
func orObject(object *model.Object) string {
	if inGit(object) {
		return object.Location.String()
	}
	return object.ID.String()
}
