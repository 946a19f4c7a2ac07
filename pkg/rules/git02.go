package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var git02 = Rule{
	ID:       "GIT-02",
	Title:    "A change that Flux would apply is not committed",
	Severity: v1alpha1.SeverityInfo,
	Why:      "What you read here is not what the cluster gets.",
	Fix:      "Commit and push it, or put it away.",
	Guard:    "Only files that some build reads or that define Flux objects; one finding for all.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/concepts/",
	Focus:    []string{"gitops"},
	check:    checkUncommitted,
}

func checkUncommitted(p *pass) {
	if p.Repository == nil {
		return
	}
	var files []string
	for _, change := range p.Repository.Git.Changed {
		if len(p.builders[change.Path]) > 0 || len(p.inFile[change.Path]) > 0 {
			files = append(files, change.Path)
		}
	}
	if len(files) == 0 {
		return
	}
	shown := files[:min(len(files), 3)]
	evidence := orNone(shown)
	if len(files) > len(shown) {
		evidence += fmt.Sprintf(" and %d more", len(files)-len(shown))
	}
	p.report(finding{
		at:       model.Location{File: files[0], Line: 1},
		evidence: fmt.Sprintf("not committed: %s", evidence),
		fix:      "git diff -- " + files[0],
	})
}
