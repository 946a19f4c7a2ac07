package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var ntf09 = Rule{
	ID:       "NTF-09",
	Title:    "Anybody who learns the path may call the webhook",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Type generic checks no signature: the path is the only secret, and it stands in the logs of every proxy on the way.",
	Fix:      "Use the type of the sender (github, gitlab, …), generic-hmac or generic-oidc.",
	Guard:    "Only when the repository exposes the webhook receiver by an Ingress or an HTTPRoute.",
	Since:    "0.1.0",
	Page:     pageReceiver + "#public-ingress-considerations",
	Focus:    []string{"ci-cd", "security"},
	check:    checkGenericReceivers,
}

func checkGenericReceivers(p *pass) {
	exposed := p.exposed()
	if exposed == "" {
		return
	}
	for object, spec := range specs[*fluxkind.Receiver](p.index) {
		if spec.Type == "generic" && !spec.Suspended() {
			p.report(finding{object: object, field: "spec.type", evidence: "spec.type is generic, and " + exposed + " exposes it", fix: "type: generic-hmac"})
		}
	}
}
