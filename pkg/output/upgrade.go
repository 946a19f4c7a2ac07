package output

import (
	"fmt"
	"strconv"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// upgrade is the way to the newest Flux: in the summary the first changes on it,
// else all of them, what flux migrate leaves, and the steps.
func (p *page) upgrade(report *v1alpha1.ContextReport) {
	u := report.Upgrade
	if u == nil || p.short(report) && len(u.Changes) == 0 {
		return
	}
	p.heading(fmt.Sprintf("Upgrade from Flux %s to %s", u.From, u.To))
	p.wrapped(2, "", u.Seen, p.muted)
	for i, change := range u.Changes {
		if p.short(report) && i == shownOfAKind {
			p.more(len(u.Changes)-i, "change")
			break
		}
		p.item(p.Theme.Warn.Render(p.Symbols.Warn), p.Theme.Strong.Render("Flux "+change.Flux)+" "+change.What)
		p.upgradePlaces(change.Places, report)
		p.detail(p.Symbols.Step+" ", change.Do)
	}
	if len(u.Left) > 0 {
		p.item(p.Theme.Warn.Render(p.Symbols.Warn), "flux migrate leaves "+count(len(u.Left), "field")+" for you")
		p.upgradePlaces(u.Left, report)
	}
	if p.short(report) {
		p.wrapped(2, p.Symbols.Ellipsis+" ", "the steps in their order: "+p.program+" migration", p.muted)
		return
	}
	for i, step := range u.Steps {
		p.item(strconv.Itoa(i+1)+".", step)
	}
}

func (p *page) upgradePlaces(places []v1alpha1.Evidence, report *v1alpha1.ContextReport) {
	for i, place := range places {
		if !p.wide && i == shownOfAKind {
			p.more(len(places)-i, "place")
			return
		}
		if place.File == "" && place.Object != nil {
			p.detail("", fmt.Sprintf("%s/%s/%s", place.Object.Kind, place.Object.Namespace, place.Object.Name))
			continue
		}
		p.place(place.File, place.Line, report)
		if place.Text != "" {
			p.detail("", place.Text)
		}
	}
}
