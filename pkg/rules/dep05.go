package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var dep05 = Rule{
	ID:       "DEP-05",
	Title:    "An upgrade of Flux that is in Git changes how this project behaves",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The release does something differently that this project uses.",
	Fix:      "Take the step that the finding names before the upgrade reaches the cluster.",
	Guard:    "Only while the repository pins a newer minor than the cluster runs, and only changes that touch something that is here.",
	Since:    "0.1.0",
	Page:     pageUpgrade + "#flux-controllers-upgrade",
	Focus:    []string{"migration"},
	check:    checkUpgrade,
}

func checkUpgrade(p *pass) {
	up, ok := p.upgrade()
	if !ok {
		return
	}
	for _, change := range fluxver.Between(up.from.minor, up.to.minor) {
		object, evidence := p.touched(change.ID, up)
		if evidence == "" {
			continue
		}
		f := finding{
			object:   object,
			evidence: fmt.Sprintf("Flux %s to %s: %s %s", up.from.minor, up.to.minor, change.What, evidence),
			fix:      change.Do,
		}
		if object == nil {
			f.at = up.to.at
		}
		p.report(f)
	}
}

// touched finds what a change meets in this project: the first object, and a
// sentence on how many there are; empty when none.
func (p *pass) touched(change fluxver.ChangeID, up upgrade) (*model.Object, string) {
	var first *model.Object
	n := 0
	for _, object := range p.objects {
		if _, ok := meets(change, object); !ok && !(change == fluxver.ChangeSubstitutedCRDs && substitutesItself(object, up)) {
			continue
		}
		if n++; first == nil {
			first = object
		}
	}
	if n == 0 {
		return nil, ""
	}
	return first, "It meets " + counted(n, first.Kind) + "."
}

// substitutesItself is true for the Kustomization of flux-system when variables
// are substituted in what it applies, on the way to the one release that then
// changes its own definitions.
func substitutesItself(object *model.Object, up upgrade) bool {
	spec, ok := object.Spec.(*fluxkind.Kustomization)
	return ok && spec.PostBuild != nil && syncFolder(object) != "" && trimV(up.to.full) == "2.9.0"
}
