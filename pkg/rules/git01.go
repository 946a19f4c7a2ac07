package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var git01 = Rule{
	ID:       "GIT-01",
	Title:    "The cluster does not run the commit that is checked out",
	Severity: v1alpha1.SeverityInfo,
	Why:      "What you read here is not what runs there.",
	Fix:      "Push the commits, or pull what the cluster has, before comparing the two.",
	Guard:    "Only sources whose URL is a remote of this clone and that follow its branch. That a pushed commit is not fetched for long is reported by SRC-23.",
	Since:    "0.1.0",
	Page:     pageTroubleshoot + "#changes-not-being-applied",
	Focus:    []string{"gitops", "troubleshooting"},
	check:    checkHead,
}

func checkHead(p *pass) {
	if p.Repository == nil || p.Repository.Git.Head == "" {
		return
	}
	git := p.Repository.Git
	for object, spec := range specs[*fluxkind.GitRepository](p.index) {
		artifact := object.Status.Artifact
		if artifact == nil || !p.sameRepository(spec.URL) || spec.Ref == nil || spec.Ref.Branch == "" || spec.Ref.Branch != git.Branch || strings.Contains(artifact.Revision, git.Head) {
			continue
		}
		evidence := fmt.Sprintf("HEAD is %s, %s serves %s", short(git.Head), object.ID, artifact.Revision)
		fix := "git fetch && git status"
		switch {
		case git.Compared && git.Ahead > 0:
			evidence += "; not pushed: " + counted(git.Ahead, "commit")
			fix = "git push"
		case git.Compared && git.Behind > 0:
			evidence += fmt.Sprintf("; the clone is %s behind %s", counted(git.Behind, "commit"), git.Upstream)
			fix = "git pull"
		}
		p.report(finding{object: object, field: "spec.ref.branch", evidence: evidence, fix: fix})
	}
}
