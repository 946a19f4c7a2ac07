package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// reportAll makes one finding of many alike, at the place of the first.
// what reads on after "3 of 7 ".
func (p *pass) reportAll(objects []*model.Object, total int, what, field, fix string) {
	if len(objects) == 0 {
		return
	}
	p.report(finding{
		object: objects[0], field: field,
		evidence: fmt.Sprintf("%d of %d %s: %s", len(objects), total, what, names(objects)),
		fix:      fix,
	})
}

// names lists up to three objects and counts the rest.
func names(objects []*model.Object) string {
	text := ""
	for i, object := range objects {
		if i == 3 {
			return text + fmt.Sprintf(" and %d more", len(objects)-i)
		}
		if i > 0 {
			text += ", "
		}
		text += object.ID.String()
	}
	return text
}
