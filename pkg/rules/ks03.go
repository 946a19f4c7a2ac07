package rules

import (
	"cmp"
	"fmt"
	"path"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks03 = Rule{
	ID:       "KS-03",
	Title:    "A kustomization names what cannot be built",
	Severity: v1alpha1.SeverityError,
	Why: "The build fails, so nothing of this folder, nor of any overlay that includes it, is applied any more; what runs stays as it was " +
		"at the last good commit.",
	Fix:   "Add the file, correct the entry, or remove it. A folder needs a kustomization.yaml of its own.",
	Guard: "A warning when no Flux object of the repository builds the folder. Remote entries and entries with variables are passed over.",
	Since: "0.1.0",
	Page:  pageKustomization + "#failed-kustomization",
	Focus: []string{"kustomize", "repository-structure", "troubleshooting"},
	check: checkEntries,
}

func checkEntries(p *pass) {
	if p.Repository == nil {
		return
	}
	for _, kustomization := range p.Repository.Kustomizations {
		severity := v1alpha1.SeverityWarning
		switch {
		case kustomization.Reached:
			severity = v1alpha1.SeverityError
		case example(kustomization.File):
			severity = v1alpha1.SeverityInfo // the entry is right where the file is copied to
		}
		for _, entry := range kustomization.Missing {
			if templated(entry.Entry) {
				continue
			}
			target := cmp.Or(entry.Target, path.Join(path.Dir(kustomization.File), entry.Entry))
			p.report(finding{
				at: model.Location{File: kustomization.File, Line: entry.Line}, severity: severity,
				evidence: fmt.Sprintf("%s names %s, and %s does not exist", entry.Field, entry.Entry, target),
				fix:      fmt.Sprintf("git log --oneline -1 -- %s says what became of it; restore it with git checkout COMMIT~ -- %[1]s, or remove the entry", target),
			})
		}
		for _, entry := range kustomization.Bare {
			p.report(finding{
				at: model.Location{File: kustomization.File, Line: entry.Line}, severity: severity,
				evidence: fmt.Sprintf("%s names the folder %s, which has no kustomization.yaml", entry.Field, entry.Entry),
				fix:      fmt.Sprintf("cd %s && kustomize create --autodetect, or name its files one by one", entry.Target),
			})
		}
	}
}
