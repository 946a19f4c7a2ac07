package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var src23 = Rule{
	ID:       "SRC-23",
	Title:    "A pushed commit has not been fetched",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Flux has polled twice since and still serves an older revision: it follows another branch, fails to fetch, or is not running.",
	Fix:      "Ask for a reconciliation of the source and read what it says.",
	Guard: "Only when the checked-out branch equals its upstream, the source follows that branch of this clone, the artifact was made before the commit, " +
		"and more than two intervals have passed.",
	Since: "0.1.0",
	Page:  pageTroubleshoot + "#changes-not-being-applied",
	Focus: []string{"sources", "gitops", "troubleshooting"},
	check: checkFetched,
}

func checkFetched(p *pass) {
	if p.Repository == nil {
		return
	}
	git := p.Repository.Git
	if !git.Compared || git.Ahead != 0 || git.Behind != 0 || git.Head == "" || git.LastCommit.IsZero() {
		return
	}
	for object, spec := range specs[*fluxkind.GitRepository](p.index) {
		artifact := object.Status.Artifact
		if artifact == nil || spec.Suspended() || !p.sameRepository(spec.URL) || spec.Ref == nil || spec.Ref.Branch != git.Branch {
			continue
		}
		interval, ok := spec.Interval.Value()
		if !ok || strings.Contains(artifact.Revision, git.Head) || !artifact.LastUpdateTime.Before(git.LastCommit) || p.age(git.LastCommit) < 2*interval+time.Minute {
			continue
		}
		p.report(finding{
			object:   object,
			evidence: fmt.Sprintf("%s of %s was pushed %s ago; the source serves %s", short(git.Head), git.Branch, words(p.age(git.LastCommit)), artifact.Revision),
			fix:      sourceCommand(object),
		})
	}
}

// short is the first letters of a commit, as git log --oneline prints them.
func short(commit string) string { return commit[:min(len(commit), 8)] }
