package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var str07 = Rule{
	ID:       "STR-07",
	Title:    "A file that is no manifest lies where Flux takes all files",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Without a kustomization.yaml Flux generates one that lists every YAML file of the folder; one without apiVersion and kind makes the build fail.",
	Fix:      "Name the file in .sourceignore, or write a kustomization.yaml that lists what is meant.",
	Guard:    "Only folders that Flux builds from this repository without a kustomization.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#excluding-files",
	Focus:    []string{"repository-structure", "kustomize"},
	check:    checkForeignFiles,
}

func checkForeignFiles(p *pass) {
	if p.Repository == nil {
		return
	}
	seen := map[string]bool{}
	for i := range p.Repository.Builds {
		build := &p.Repository.Builds[i]
		if build.Source != model.SourceTree {
			continue
		}
		for _, file := range build.Foreign {
			if seen[file] {
				continue
			}
			seen[file] = true
			p.report(finding{
				at:       model.Location{File: file, Line: 1},
				evidence: fmt.Sprintf("%s builds ./%s, which has no kustomization.yaml", build.Owner, build.Path),
				fix:      "/" + file + " in .sourceignore",
			})
		}
	}
}
