package rules

import (
	"fmt"
	"path"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks03 = Rule{
	ID:       "KS-03",
	Title:    "A kustomization lists a file that does not exist",
	Severity: v1alpha1.SeverityError,
	Why: "The build fails, so nothing of this folder, nor of any overlay that includes it, is applied any more; what runs stays as it was " +
		"at the last good commit.",
	Fix:   "Add the file, correct the entry, or remove it.",
	Guard: "A warning when no Flux Kustomization of the repository builds the folder. Remote entries and entries with variables are passed over.",
	Since: "0.1.0",
	Page:  fluxcd + "/flux/components/kustomize/kustomizations/#failed-kustomization",
	Focus: []string{"kustomize", "repository-structure", "troubleshooting"},
	check: checkMissingEntries,
}

func checkMissingEntries(p *pass) {
	if p.Repository == nil {
		return
	}
	for _, kustomization := range p.Repository.Kustomizations {
		for _, entry := range kustomization.Missing {
			if templated(entry.Entry) {
				continue
			}
			p.report(finding{
				at:       model.Location{File: kustomization.File, Line: entry.Line},
				evidence: fmt.Sprintf("%s names %s, and %s does not exist", entry.Field, entry.Entry, path.Join(path.Dir(kustomization.File), entry.Entry)),
				fix:      fmt.Sprintf("git log --oneline --all -- %s shows what became of it; then restore it or remove the entry", path.Join(path.Dir(kustomization.File), entry.Entry)),
			})
		}
	}
}
