package rules

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ops11 = Rule{
	ID:       "OPS-11",
	Title:    "A warning repeats itself",
	Severity: v1alpha1.SeverityInfo,
	Why:      "The same fault has been met again and again, and fills the events of the namespace.",
	Fix:      "Mend what the event says.",
	Guard:    "Only warnings about Flux objects, twenty or more within the last hour.",
	Since:    "0.1.0",
	Page:     pageMonitoring + "events/",
	Focus:    []string{"troubleshooting", "monitoring"},
	check:    checkEvents,
}

// manyEvents is how often a warning must have been seen to be called repeated.
const manyEvents = 20

func checkEvents(p *pass) {
	if p.Cluster == nil {
		return
	}
	for _, event := range p.Cluster.Events {
		if event.Count < manyEvents || p.age(event.Last) > time.Hour || p.age(event.First) == 0 {
			continue
		}
		at := model.Location{}
		for _, k := range p.named[withoutNamespace(event.Object)] {
			if k.object != nil && k.ID == event.Object {
				at = k.Location
			}
		}
		p.report(finding{
			id: event.Object, at: at,
			evidence: fmt.Sprintf("%s, %d times in %s: %s", event.Reason, event.Count, words(p.age(event.First)-p.age(event.Last)), event.Message),
			fix:      fmt.Sprintf("flux events --for %s/%s -n %s", event.Object.Kind, event.Object.Name, event.Object.Namespace),
		})
	}
}
