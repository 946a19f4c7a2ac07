package output

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// concerned are the objects that a topic is about, all of them, when one was
// asked for.
func (p *page) concerned(report *v1alpha1.ContextReport) {
	var rows [][]string
	for i := range report.Objects {
		object := &report.Objects[i]
		if len(object.Focus) == 0 {
			continue
		}
		where := "only in the cluster"
		if object.File != "" {
			where = fmt.Sprintf("%s:%d", object.File, object.Line)
		}
		name := refString(v1alpha1.ObjectRef{Kind: object.Kind, Namespace: object.Namespace, Name: object.Name})
		rows = append(rows, []string{name, object.State, where})
	}
	if len(rows) == 0 {
		return
	}
	p.heading("Objects of " + strings.Join(report.Focus, ", "))
	p.table(rows)
}
