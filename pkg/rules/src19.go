package rules

import (
	"fmt"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src19 = Rule{
	ID:       "SRC-19",
	Title:    "An ignore list leaves out what a Kustomization builds",
	Severity: v1alpha1.SeverityError,
	Why:      "The file is in Git but not in the artifact, so the build does not find it and fails, or applies less than Git says.",
	Fix:      "Except the path in .sourceignore or spec.ignore with a line that begins with !.",
	Guard:    "Only for builds whose source is this repository.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#excluding-files",
	Focus:    []string{"sources", "kustomize"},
	check:    checkIgnoredPaths,
}

func checkIgnoredPaths(p *pass) {
	if p.Repository == nil {
		return
	}
	for i := range p.Repository.Builds {
		build := &p.Repository.Builds[i]
		if build.Source != model.SourceTree || !build.Found || len(build.Ignored) == 0 {
			continue
		}
		if len(build.Files) == 0 {
			p.report(finding{
				object: p.written[build.Location], at: p.ownerPlace(build, "spec.path"), id: build.Owner,
				evidence: fmt.Sprintf("all of %s is left out of the artifact, %s among it", orRoot(build.Path), build.Ignored[0]),
				fix:      "!/" + build.Path + "/ in .sourceignore",
			})
			continue
		}
		for _, kustomization := range p.Repository.Kustomizations {
			if !slices.Contains(build.Files, kustomization.File) {
				continue
			}
			for _, entry := range kustomization.Entries {
				if entry.Target != "" && slices.Contains(build.Ignored, entry.Target) {
					p.report(finding{
						at:       model.Location{File: kustomization.File, Line: entry.Line},
						evidence: fmt.Sprintf("%s names %s, which is left out of the artifact", entry.Field, entry.Target),
						fix:      "!/" + entry.Target + " in .sourceignore",
					})
				}
			}
		}
	}
}
