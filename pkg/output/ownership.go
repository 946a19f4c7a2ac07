package output

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// ownership is what more than one Flux object applies, and what none does any
// more; nothing when everything has one owner, or when a finding tells of it.
func (p *page) ownership(report *v1alpha1.ContextReport) {
	owned := report.Ownership
	both := map[v1alpha1.ObjectRef]bool{}
	type line struct {
		mark, object, text string
		places             []string
	}
	var lines []line
	for _, object := range owned.Shared {
		both[object.ObjectRef] = true
		if told(report, refString(object.ObjectRef)) {
			continue
		}
		lines = append(lines, line{
			p.Theme.Bad.Render(p.Symbols.Bad), refString(object.ObjectRef),
			" is in the inventories of " + p.refs(object.Owners, " and ", shownOfAKind) + ": they overwrite each other, and it goes when one of them prunes it", nil,
		})
	}
	for _, object := range owned.Contested {
		if !both[object.ObjectRef] {
			lines = append(lines, line{
				p.Theme.Warn.Render(p.Symbols.Warn), refString(object.ObjectRef),
				" would be applied by " + p.refs(object.Owners, " and ", shownOfAKind), object.Places,
			})
		}
	}
	for _, orphan := range owned.Orphans {
		text := " is left behind: it has the labels of " + refString(orphan.Owner) + ", which does not have it in its inventory"
		if !orphan.OwnerExists {
			text = " is left behind: it has the labels of " + refString(orphan.Owner) + ", which does not exist"
		}
		lines = append(lines, line{p.Theme.Warn.Render(p.Symbols.Warn), refString(orphan.ObjectRef), text, nil})
	}
	if len(lines) == 0 {
		return
	}
	p.heading("Ownership")
	for i, l := range lines {
		if !p.wide && i == 2*shownOfAKind {
			p.more(len(lines)-i, "object")
			break
		}
		p.item(l.mark, p.Theme.Strong.Render(l.object)+l.text)
		if len(l.places) > 0 {
			p.detail("in ", p.Theme.Accent.Render(strings.Join(l.places[:min(len(l.places), shownOfAKind)], ", ")))
		}
	}
}
