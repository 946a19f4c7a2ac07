package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr16 = Rule{
	ID:          "HR-16",
	Title:       "A change of values waits for the next interval",
	Severity:    v1alpha1.SeverityInfo,
	OnlyInFocus: true,
	Why:         "The ConfigMaps and Secrets of spec.valuesFrom start a release only when they carry the label that the controller watches.",
	Fix:         "Label them reconcile.fluxcd.io/watch: Enabled.",
	Guard:       "Only when asked for Helm, for objects of the repository, and not when the controller watches another label.",
	Since:       "0.1.0",
	Page:        pageHelmRelease + "#reacting-immediately-to-configuration-dependencies",
	Focus:       []string{"helm"},
	check: func(p *pass) {
		checkWatchLabel[*fluxkind.HelmRelease](p, model.RelationValues, "helm-controller")
	},
}
