package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var opr07 = Rule{
	ID:       "OPR-07",
	Title:    "A ResourceSet waits for what will never be",
	Severity: v1alpha1.SeverityError,
	Why:      "It renders nothing until every entry of spec.dependsOn exists and its readyExpr is true.",
	Fix:      "Correct the entry, or the expression.",
	Guard:    "Only Flux objects are looked for, in Git and in the cluster: whether a CustomResourceDefinition or a Deployment exists is left open. Of an expression only quotes and brackets are checked.",
	Since:    "0.1.0",
	Page:     pageResourceSet + "#dependency-management",
	Focus:    []string{"repository-structure", "troubleshooting"},
	check:    checkResourceSets,
}

func checkResourceSets(p *pass) {
	for object, spec := range specs[*fluxkind.ResourceSet](p.index) {
		for i, dependency := range spec.DependsOn {
			if problem := unbalanced(dependency.ReadyExpr); problem != "" {
				p.report(finding{
					object: object, field: fmt.Sprintf("spec.dependsOn[%d].readyExpr", i),
					evidence: fmt.Sprintf("spec.dependsOn[%d].readyExpr has %s", i, problem),
					fix:      "readyExpr: status.conditions.filter(c, c.type == 'Ready').all(c, c.status == 'True')",
				})
			}
		}
		for _, ref := range spec.References(object.ID) {
			if ref.Relation != model.RelationDependsOn {
				continue
			}
			if !isFlux(ref.Target) {
				if len(p.candidates(object, ref.Target)) == 0 {
					p.undecided(object, fmt.Sprintf("%s names %s, which something outside Git may make", ref.Field, ref.Target))
				}
				continue
			}
			switch verdict, reason := p.resolve(object, ref.Target); verdict {
			case unknown:
				p.undecided(object, fmt.Sprintf("%s names %s: %s", ref.Field, ref.Target, reason))
			case missing:
				p.report(finding{
					object: object, field: ref.Field + ".name",
					evidence: fmt.Sprintf("%s names %s, which %s", ref.Field, ref.Target, p.nowhere(object)),
					fix:      p.sourceFix(object, ref),
				})
			case found:
			}
		}
	}
}

// unbalanced says what is wrong with quotes and brackets of a CEL expression,
// empty when nothing is.
func unbalanced(expression string) string {
	var open []rune
	closing := map[rune]rune{')': '(', ']': '[', '}': '{'}
	quote := rune(0)
	escaped := false
	for _, r := range expression {
		switch {
		case escaped:
			escaped = false
		case quote != 0:
			switch r {
			case '\\':
				escaped = true
			case quote:
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == '(' || r == '[' || r == '{':
			open = append(open, r)
		case closing[r] != 0:
			if len(open) == 0 || open[len(open)-1] != closing[r] {
				return "a " + string(r) + " that closes nothing"
			}
			open = open[:len(open)-1]
		}
	}
	switch {
	case quote != 0:
		return "a quote that is not closed"
	case len(open) > 0:
		return "a " + string(open[len(open)-1]) + " that is not closed"
	}
	return ""
}
