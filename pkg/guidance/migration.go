package guidance

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// adviseMigration is about the way to a newer Flux, and of what is not Flux yet.
func adviseMigration(p *project) entry {
	var e entry
	for _, statement := range p.analysis().Migration {
		e.today = append(e.today, statement.Text)
		e.next = append(e.next, step(statement))
	}
	up := p.upgrade
	if up == nil {
		return e
	}
	e.today = append(e.today, fmt.Sprintf("%s, and Flux %s is the newest", up.Seen, up.To))
	if len(up.Changes) == 0 {
		e.today = append(e.today, fmt.Sprintf("no breaking change from %s to %s meets what is here", up.From, up.To))
	}
	for _, change := range up.Changes {
		e.gap = append(e.gap, fmt.Sprintf("Flux %s: %s (%s)", change.Flux, strings.TrimSuffix(change.What, "."), placesOf(change.Places)))
	}
	if len(up.Left) > 0 {
		e.gap = append(e.gap, fmt.Sprintf("flux migrate leaves %s as they are: %s", count(len(up.Left), "field", "fields"), placesOf(up.Left)))
	}
	e.next = append(e.next, "in this order: "+strings.Join(up.Steps, "; "))
	return e
}

// placesOf is the first place, and how many there are beside it.
func placesOf(places []v1alpha1.Evidence) string {
	first := places[0]
	text := first.File
	switch {
	case first.Line > 0:
		text = fmt.Sprintf("%s:%d", first.File, first.Line)
	case first.File == "" && first.Object != nil:
		text = fmt.Sprintf("%s/%s/%s", first.Object.Kind, first.Object.Namespace, first.Object.Name)
	}
	if len(places) > 1 {
		text += fmt.Sprintf(" and %s more", count(len(places)-1, "place", "places"))
	}
	return text
}
