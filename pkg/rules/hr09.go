package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr09 = Rule{
	ID:       "HR-09",
	Title:    "An upgrade failed and was rolled back",
	Severity: v1alpha1.SeverityError,
	Why:      "The old version runs; what Git says does not. Nobody notices from the workloads, which are healthy.",
	Fix:      "Mend chart or values and commit; when the cause lay outside, reset the release.",
	Guard:    "Only Ready=False with reason RollbackSucceeded.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#failed-helmrelease",
	Focus:    []string{"helm", "troubleshooting"},
	check:    checkRolledBack,
}

func checkRolledBack(p *pass) {
	for object := range specs[*fluxkind.HelmRelease](p.index) {
		if !rolledBack(object) {
			continue
		}
		ready := object.Status.Condition("Ready")
		p.report(finding{
			object:   object,
			evidence: fmt.Sprintf("RollbackSucceeded%s: %s%s", p.sinceWords(ready.LastTransitionTime), ready.Message, versions(object)),
			fix:      fmt.Sprintf("mend chart or values and commit; or flux reconcile helmrelease %s -n %s --reset", object.Name, object.Namespace),
		})
	}
}

// versions names the chart version that runs and the one that failed.
func versions(object *model.Object) string {
	running, failed := "", ""
	for _, entry := range object.Status.History {
		switch entry.Status {
		case "deployed":
			running = entry.ChartVersion
		case "failed":
			if failed == "" {
				failed = entry.ChartVersion
			}
		}
	}
	switch {
	case running != "" && failed != "" && running != failed:
		return fmt.Sprintf("; %s runs, %s failed", running, failed)
	case running != "":
		return fmt.Sprintf("; %s runs", running)
	}
	return ""
}
