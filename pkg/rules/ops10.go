package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ops10 = Rule{
	ID:       "OPS-10",
	Title:    "A deleted object does not go away",
	Severity: v1alpha1.SeverityError,
	Why:      "Its finalizer waits for a controller that does not run or cannot finish, such as an uninstall that fails. A namespace with it hangs too.",
	Fix:      "Let the controller finish: start it, or mend what it reports. Removing the finalizer by hand leaves what the object made behind.",
	Guard:    "Only after ten minutes.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#handling-failed-uninstall",
	Focus:    []string{"troubleshooting", "helm", "disaster-recovery"},
	check:    checkTerminating,
}

func checkTerminating(p *pass) {
	for _, object := range p.objects {
		if !live(object) || p.age(object.DeletionTimestamp) < 10*time.Minute {
			continue
		}
		evidence := fmt.Sprintf("deleted %s ago, finalizers %s", words(p.age(object.DeletionTimestamp)), strings.Join(object.Finalizers, ", "))
		if object.Assessment.State == model.StateTerminating && object.Assessment.Message != "" {
			evidence += "; " + object.Assessment.Message
		}
		controller := controllerOf(object)
		if component := p.component(controller); p.hasControllers() && (component == nil || !component.Ready) {
			evidence += "; " + controller + " does not run"
		}
		p.report(finding{
			object: object, evidence: evidence,
			fix: fmt.Sprintf("kubectl -n %s logs deploy/%s --tail=50 | grep %s", p.Cluster.Flux.Namespace, controller, object.Name),
		})
	}
}
