package engine

import (
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/rules"
)

func reportIgnored(ignored rules.Ignored) v1alpha1.IgnoredFinding {
	out := v1alpha1.IgnoredFinding{Finding: ignored.Finding, Ignored: v1alpha1.Ignored{Reason: ignored.Reason}}
	if !ignored.Until.IsZero() {
		out.Ignored.Until = ignored.Until.Format(time.DateOnly)
	}
	return out
}

// shownUndecided is how many cases of a rule the report explains.
const shownUndecided = 3

// reportUndecided counts the cases of each rule, in the order of the rules.
func reportUndecided(cases []rules.Undecided) []v1alpha1.Undecided {
	out := []v1alpha1.Undecided{}
	for _, c := range cases {
		if len(out) == 0 || out[len(out)-1].Rule != c.Rule {
			out = append(out, v1alpha1.Undecided{Rule: c.Rule, Examples: []v1alpha1.UndecidedCase{}})
		}
		last := &out[len(out)-1]
		last.Count++
		if len(last.Examples) < shownUndecided {
			example := v1alpha1.UndecidedCase{File: c.File, Line: c.Line, Reason: c.Reason}
			if c.Object != (model.ID{}) {
				ref := objectRef(c.Object)
				example.Object = &ref
			}
			last.Examples = append(last.Examples, example)
		}
	}
	return out
}
