package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// adviseTroubleshooting leads to the first thing to mend: the root cause that
// holds up most.
func adviseTroubleshooting(p *project) entry {
	var e entry
	if p.Cluster == nil || !p.Cluster.Reachable {
		if grave := grave(p); grave > 0 {
			e.today = append(e.today, fmt.Sprintf("no cluster was read; by the files %s from reconciling", count(grave, "finding keeps something", "findings keep something")))
		}
		return e
	}
	if len(p.RootCauses) == 0 {
		if states := p.states("Kustomization", "HelmRelease", "GitRepository", "OCIRepository", "HelmRepository"); states != "" {
			e.today = append(e.today, fmt.Sprintf("nothing in %s is held up: %s", clusterName(p), states))
		}
		return e
	}
	worst := p.RootCauses[0]
	blocked := 0
	for _, cause := range p.RootCauses {
		blocked += len(cause.Blocks)
		if len(cause.Blocks) > len(worst.Blocks) {
			worst = cause
		}
	}
	e.today = append(e.today, fmt.Sprintf("in %s %s %s", clusterName(p), count(len(p.RootCauses), "cause holds up", "causes hold up"), count(blocked, "object more", "objects more")))
	text := fmt.Sprintf("most waits for %s: %s", worst.Object, worst.Reason)
	if worst.Location.File != "" {
		text += fmt.Sprintf(" (%s)", worst.Location)
	}
	e.gap = append(e.gap, text)
	e.next = append(e.next, causeCommand(worst))
	return e
}

func causeCommand(cause model.RootCause) string {
	id := cause.Object
	switch id.Kind {
	case "Kustomization", "HelmRelease":
		return fmt.Sprintf("flux events --for %s/%s -n %s", id.Kind, id.Name, id.Namespace)
	}
	return fmt.Sprintf("kubectl describe %s.%s %s -n %s", id.Kind, id.Group, id.Name, id.Namespace)
}

// grave counts the findings of this topic that stop a reconciliation.
func grave(p *project) int {
	n := 0
	for _, f := range p.byTopic["troubleshooting"] {
		if f.Severity.Rank() >= v1alpha1.SeverityError.Rank() {
			n++
		}
	}
	return n
}
