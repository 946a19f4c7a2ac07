package rules

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks27 = Rule{
	ID:       "KS-27",
	Title:    "A Kustomization fails",
	Severity: v1alpha1.SeverityError,
	Why:      "What is in Git does not reach the cluster, and what depends on this Kustomization waits.",
	Fix:      "Mend what the controller reports, and commit; the next revision is tried at once.",
	Guard:    "Only after five minutes of failing, so that a retry that helps is no finding. Kustomizations that wait for others are not the cause and are passed over.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#failed-kustomization",
	Focus:    []string{"kustomize", "troubleshooting"},
	check:    checkFailedKustomizations,
}

// patience is how long an object may fail before it is called failing.
const patience = 5 * time.Minute

func checkFailedKustomizations(p *pass) {
	for object := range specs[*fluxkind.Kustomization](p.index) {
		if p.failingFor(object, patience) {
			p.report(finding{
				object:   object,
				evidence: p.failure(object),
				fix:      fmt.Sprintf("flux events --for Kustomization/%s -n %s", object.Name, object.Namespace),
			})
		}
	}
}

// failure says why an object fails, for how long, and what waits for it.
func (p *pass) failure(object *model.Object) string {
	text := fmt.Sprintf("%s%s: %s", object.Assessment.Reason, p.sinceWords(object.Assessment.Since), object.Assessment.Message)
	for _, cause := range p.RootCauses {
		if cause.Object == object.ID && len(cause.Blocks) > 0 {
			text += "; " + idNames(cause.Blocks) + " waits for it"
		}
	}
	return text
}
