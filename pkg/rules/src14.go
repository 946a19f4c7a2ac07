package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var src14 = Rule{
	ID:       "SRC-14",
	Title:    "Credentials of a Helm repository are sent to other hosts",
	Severity: v1alpha1.SeverityWarning,
	Why:      "With spec.passCredentials the user name and password go to whatever host the index names, so whoever writes the index can collect them.",
	Fix:      "Remove spec.passCredentials, or make sure that the index names no host that does not need the credentials.",
	Guard:    "Only with a secretRef; without one there is nothing to send.",
	Since:    "0.1.0",
	Page:     pageHelmRepository + "#pass-credentials",
	Focus:    []string{"sources", "security"},
	check:    checkPassCredentials,
}

func checkPassCredentials(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRepository](p.index) {
		if spec.PassCredentials && spec.SecretRef != nil {
			p.report(finding{
				object: object, field: "spec.passCredentials",
				evidence: "spec.passCredentials is true for " + spec.URL + " with the Secret " + spec.SecretRef.Name,
				fix:      "passCredentials: false",
			})
		}
	}
}
