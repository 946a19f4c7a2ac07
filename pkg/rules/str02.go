package rules

import (
	"fmt"
	"path"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var str02 = Rule{
	ID:       "STR-02",
	Title:    "A file with manifests reaches no cluster",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Somebody believes that it is deployed, or that it was removed; Flux does neither.",
	Fix:      "List the file in the kustomization of its folder, or remove it.",
	Guard: "Only in repositories where Flux builds something, for files beside or below a kustomization that is built. Entries in comments are switched off on purpose and are information, as are " +
		"folders that nothing builds at all, since another repository may. Folders called bootstrap, and of tests and examples, are passed over.",
	Since: "0.1.0",
	Page:  pageFAQ + "#can-i-use-repositories-with-plain-yamls",
	Focus: []string{"repository-structure", "kustomize"},
	check: checkUnreached,
}

func checkUnreached(p *pass) {
	if p.Repository == nil || len(p.Repository.Builds) == 0 {
		return
	}
	reached := map[string]bool{}
	for _, kustomization := range p.Repository.Kustomizations {
		if kustomization.Reached {
			reached[kustomization.File] = true
		}
	}
	for _, file := range p.Repository.Unreached {
		if example(file.File) || hasFolder(file.File, "bootstrap") || p.runs(file.File) {
			continue
		}
		f := finding{at: model.Location{File: file.File, Line: 1}}
		switch {
		case file.Disabled != "":
			f.severity = v1alpha1.SeverityInfo
			f.evidence = fmt.Sprintf("%s names it in a comment", file.Disabled)
			f.fix = "take it out of the comment, or git rm " + file.File
		case reached[file.Nearest] && path.Dir(file.Nearest) == path.Dir(file.File):
			f.evidence = fmt.Sprintf("%s is built and does not list it", file.Nearest)
			f.fix = fmt.Sprintf("cd %s && kustomize edit add resource %s, or git rm it", path.Dir(file.Nearest), path.Base(file.File))
		default:
			f.severity = v1alpha1.SeverityInfo
			f.evidence = "no Flux object of this repository builds it"
			f.fix = "git rm " + file.File
			if file.Nearest != "" {
				f.evidence += "; the nearest kustomization is " + file.Nearest
				f.fix = "list it in " + file.Nearest + ", or git rm it"
			}
		}
		p.report(f)
	}
}

// runs is true when the cluster has an object that a file defines: somebody
// applies the file by hand.
func (x *index) runs(file string) bool {
	return slices.ContainsFunc(x.inFile[file], live)
}
