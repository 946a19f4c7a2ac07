package rules

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var ops12 = Rule{
	ID:       "OPS-12",
	Title:    "An admission webhook refuses dry runs and blocks Flux",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Flux tries every object by a server-side dry run first; a webhook that declares side effects refuses that, and so all that the Kustomization holds.",
	Fix:      "Set sideEffects: None in the webhook's configuration, if it has none, or keep it from the namespaces that Flux manages.",
	Guard:    "Only what a controller reports in these words.",
	Since:    "0.1.0",
	Page:     pageTroubleshoot + "#how-do-i-resolve-webhook-does-not-support-dry-run-errors",
	Focus:    []string{"troubleshooting"},
	check:    checkDryRun,
}

func checkDryRun(p *pass) {
	for _, object := range p.objects {
		if failing(object) && strings.Contains(object.Assessment.Message, "does not support dry run") {
			p.report(finding{
				object: object, evidence: object.Assessment.Message,
				fix: "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o custom-columns=NAME:.metadata.name,SIDEEFFECTS:.webhooks[*].sideEffects",
			})
		}
	}
}
