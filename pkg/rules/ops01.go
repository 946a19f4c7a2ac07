package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var ops01 = Rule{
	ID:       "OPS-01",
	Title:    "A Flux controller does not run",
	Severity: v1alpha1.SeverityError,
	Why:      "What it is responsible for is neither applied nor mended, and the objects go on showing the last state that they had.",
	Fix:      "Read the reason of its Pod; for want of memory, raise the limit.",
	Guard:    "Controllers that are ready and were restarted, or ended for want of memory, are a warning. One scaled to zero on purpose shows as not ready: it does not work either.",
	Since:    "0.1.0",
	Page:     pageMonitoring,
	Focus:    []string{"controllers", "monitoring", "troubleshooting"},
	check:    checkControllers,
}

// manyRestarts is how often the Pods of a controller may have been restarted
// before that is worth a word: upgrades of nodes cost some.
const manyRestarts = 10

func checkControllers(p *pass) {
	if p.Cluster == nil {
		return
	}
	for i := range p.Cluster.Flux.Components {
		component := &p.Cluster.Flux.Components[i]
		f := finding{
			id:  deploymentID(component),
			fix: fmt.Sprintf("kubectl -n %s describe pod -l app=%s && kubectl -n %[1]s logs deploy/%[2]s --previous", component.Namespace, component.Name),
		}
		switch {
		case !component.Ready:
			f.evidence = fmt.Sprintf("%d of %d replicas are ready", component.ReadyReplicas, component.Replicas)
			if component.Waiting != "" {
				f.evidence += ": " + component.Waiting
			}
			if component.OOMKilled {
				f.evidence += "; it was ended for want of memory"
			}
		case component.OOMKilled:
			f.severity = v1alpha1.SeverityWarning
			f.evidence = fmt.Sprintf("it was ended for want of memory, and restarted %d times", component.Restarts)
		case component.Restarts >= manyRestarts:
			f.severity = v1alpha1.SeverityWarning
			f.evidence = fmt.Sprintf("its Pods were restarted %d times", component.Restarts)
		default:
			continue
		}
		p.report(f)
	}
}
