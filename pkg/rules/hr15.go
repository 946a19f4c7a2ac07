package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr15 = Rule{
	ID:       "HR-15",
	Title:    "Values come from a ConfigMap or Secret that does not exist",
	Severity: v1alpha1.SeverityError,
	Why:      "The release fails with ValuesError before Helm is started.",
	Fix:      "Create the object in the namespace of the HelmRelease, correct name or key, or set optional: true.",
	Guard: "Only what the cluster was asked and answered counts. Optional entries, and those that a generator or a secret store makes, are no errors; " +
		"keys count only when they were asked for.",
	Since: "0.1.0",
	Page:  pageHelmRelease + "#values-references",
	Focus: []string{"helm", "troubleshooting"},
	check: func(p *pass) { checkKeyReferences[*fluxkind.HelmRelease](p, model.RelationValues) },
}
