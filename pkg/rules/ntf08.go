package rules

import (
	"bytes"
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var ntf08 = Rule{
	ID:       "NTF-08",
	Title:    "A Receiver reconciles nothing, or cannot be called",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The webhook is answered and nothing happens, or it never arrives: commits wait for the next poll.",
	Fix:      "Correct spec.resources; expose the service webhook-receiver of the Flux namespace by an Ingress, an HTTPRoute or a load balancer.",
	Guard:    "Without a cluster, a name that the repository does not define is information. That nothing exposes the service is said as information, once, since a load balancer or a tunnel may do so.",
	Since:    "0.1.0",
	Page:     pageReceiver + "#resources",
	Focus:    []string{"ci-cd"},
	check:    checkReceivers,
}

func checkReceivers(p *pass) {
	exposed := p.exposed()
	for object, spec := range specs[*fluxkind.Receiver](p.index) {
		if spec.Suspended() {
			continue
		}
		p.selectors(object, "spec.resources", spec.Resources)
		if exposed == "" && p.Repository != nil && inGit(object) {
			exposed = "said"
			p.report(finding{
				object: object, field: "spec.type", severity: v1alpha1.SeverityInfo,
				evidence: "no Ingress or HTTPRoute of the repository leads to webhook-receiver",
				fix:      fmt.Sprintf("kubectl -n %s create ingress webhook-receiver --rule=HOST/hook/*=webhook-receiver:80 --dry-run=client -o yaml", orDefault(object.Namespace, "flux-system")),
			})
		}
	}
}

// exposed is the Ingress or HTTPRoute of the repository that leads to the
// webhook receiver, empty when there is none.
func (x *index) exposed() string {
	for _, kind := range [][2]string{{"networking.k8s.io", "Ingress"}, {"gateway.networking.k8s.io", "HTTPRoute"}} {
		for manifest := range x.manifests(kind[0], kind[1]) {
			if bytes.Contains(manifest.Body, []byte(`"webhook-receiver"`)) {
				return manifest.Location.String()
			}
		}
	}
	return ""
}
