package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var git05 = Rule{
	ID:       "GIT-05",
	Title:    "No branch is checked out that Flux could follow",
	Severity: v1alpha1.SeverityInfo,
	Why:      "What is committed on a detached HEAD belongs to no branch, and so reaches no cluster.",
	Fix:      "Check out the branch that the source follows.",
	Guard:    "Only when a source of the repository or the cluster fetches a remote of this clone by branch.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#reference",
	Focus:    []string{"gitops"},
	check:    checkDetached,
}

func checkDetached(p *pass) {
	if p.Repository == nil || !p.Repository.Git.Detached {
		return
	}
	var branches []string
	var first *model.Object
	for object, spec := range specs[*fluxkind.GitRepository](p.index) {
		if p.sameRepository(spec.URL) && spec.Ref != nil && spec.Ref.Branch != "" {
			if first == nil {
				first = object
			}
			branches = append(branches, spec.Ref.Branch)
		}
	}
	if first == nil {
		return
	}
	p.report(finding{
		object: first, field: "spec.ref.branch",
		evidence: fmt.Sprintf("HEAD is detached at %s; %s follows %s", short(p.Repository.Git.Head), first.ID, strings.Join(branches[:1], "")),
		fix:      "git switch " + branches[0],
	})
}
