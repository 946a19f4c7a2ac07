package rules

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ops07 = Rule{
	ID:       "OPS-07",
	Title:    "A reconciliation was asked for and nobody answered",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The controller does not run, is overloaded, or does not watch the object (sharding, --watch-all-namespaces=false).",
	Fix:      "Look at the controller, and at its work queue.",
	Guard:    "Only when the annotation is a time more than two minutes ago, and the object is not suspended.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#triggering-a-reconcile",
	Focus:    []string{"troubleshooting", "controllers", "performance"},
	check:    checkRequests,
}

const requestedAt = "reconcile.fluxcd.io/requestedAt"

func checkRequests(p *pass) {
	for _, object := range p.objects {
		asked := object.Annotations[requestedAt]
		if !live(object) || asked == "" || asked == object.Status.LastHandledReconcileAt || object.Spec != nil && object.Spec.Suspended() ||
			object.Assessment.State == model.StateNone {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, asked)
		if err != nil || p.age(at) < 2*time.Minute {
			continue
		}
		p.report(finding{
			object:   object,
			evidence: fmt.Sprintf("asked for %s ago, last handled: %s", words(p.age(at)), orDefault(object.Status.LastHandledReconcileAt, "never")),
			fix:      fmt.Sprintf("kubectl -n %s get deploy; kubectl -n %[1]s logs deploy/%s --tail=50", p.Cluster.Flux.Namespace, controllerOf(object)),
		})
	}
}
