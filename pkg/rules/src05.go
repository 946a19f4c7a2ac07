package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var src05 = Rule{
	ID:       "SRC-05",
	Title:    "Flux follows another branch than the one checked out here",
	Severity: v1alpha1.SeverityInfo,
	Why:      "What is committed here does not reach the cluster until it is merged into the branch that Flux follows.",
	Fix:      "Merge into the branch of the source, or check that branch out before comparing the clone with the cluster.",
	Guard:    "Only sources whose URL is a remote of this clone, and only when some source of this repository follows no branch that is checked out.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#reference",
	Focus:    []string{"sources", "gitops"},
	check:    checkBranch,
}

func checkBranch(p *pass) {
	if p.Repository == nil || p.Repository.Git.Branch == "" {
		return
	}
	branch := p.Repository.Git.Branch
	for object, spec := range specs[*fluxkind.GitRepository](p.index) {
		if !p.sameRepository(spec.URL) || spec.Ref == nil || spec.Ref.Branch == "" || spec.Ref.Branch == branch || templated(spec.Ref.Branch) {
			continue
		}
		p.report(finding{
			object: object, field: "spec.ref.branch",
			evidence: fmt.Sprintf("spec.ref.branch is %s, the clone is on %s", spec.Ref.Branch, branch),
			fix:      fmt.Sprintf("git switch %s, or merge %s into it", spec.Ref.Branch, branch),
		})
	}
}
