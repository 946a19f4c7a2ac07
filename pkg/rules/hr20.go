package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var hr20 = Rule{
	ID:       "HR-20",
	Title:    "A HelmRelease depends on one that does not exist",
	Severity: v1alpha1.SeverityError,
	Why:      "The controller waits for the dependency for ever: Ready stays False with reason DependencyNotReady, and the release is neither installed nor upgraded.",
	Fix:      "Name an existing HelmRelease (with its namespace, when that differs), or remove the entry.",
	Guard:    "A dependency is looked for in Git and in the cluster; names that hold variables are left open. Cycles are reported by KS-04.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#dependencies",
	Focus:    []string{"helm", "troubleshooting"},
	check:    func(p *pass) { checkDependencies[*fluxkind.HelmRelease](p) },
}
