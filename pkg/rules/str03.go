package rules

import (
	"fmt"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var str03 = Rule{
	ID:       "STR-03",
	Title:    "Two Kustomizations of one cluster build the same file",
	Severity: v1alpha1.SeverityError,
	Why: "Both apply the same objects, so each deletes them when they drop out of its own build, although the other still wants them " +
		"(the form in Git of KS-21).",
	Fix: "Build the file by one of them.",
	Guard: "Only documents that write out their namespace, or have none by their kind, in builds that change neither namespace nor names and that differ in no variables, patches or " +
		"components; whole folders are reported by KS-20. Sources and the like that are repeated on purpose are passed over with the prune annotation.",
	Since: "0.1.0",
	Page:  pageKustomization + "#inventory",
	Focus: []string{"kustomize", "repository-structure"},
	check: checkSharedFiles,
}

func checkSharedFiles(p *pass) {
	if p.Repository == nil {
		return
	}
	renaming := map[string]bool{} // kustomization files that change identities
	for _, kustomization := range p.Repository.Kustomizations {
		if kustomization.Namespace != "" || kustomization.NamePrefix != "" || kustomization.NameSuffix != "" || kustomization.Kind == "Component" {
			renaming[kustomization.File] = true
		}
	}
	changes := func(build *model.Build) bool {
		return slices.ContainsFunc(build.Files, func(file string) bool { return renaming[file] })
	}
	type pair struct{ a, b *model.Object }
	seen := map[pair]bool{}
	for i := range p.Repository.Documents {
		document := &p.Repository.Documents[i]
		builders := p.builders[document.File]
		if len(builders) < 2 || document.Patch || document.Namespace == "" || templated(document.Name) || templated(document.Namespace) {
			continue
		}
		for j, second := range builders {
			for _, first := range builders[:j] {
				a, b := p.judged(first), p.judged(second)
				if a == nil || b == nil || a.ID == b.ID || seen[pair{a, b}] || a.Kind != "Kustomization" || b.Kind != "Kustomization" ||
					!p.together(first.File, second.File) || !sameTarget(a, b) || changes(first) || changes(second) ||
					contains(first.Files, second.Files) || contains(second.Files, first.Files) {
					continue
				}
				seen[pair{a, b}] = true
				p.report(finding{
					id: document.ID(), at: document.Location,
					evidence: fmt.Sprintf("%s (%s) and %s (%s) both build %s", a.ID, a.Location, b.ID, b.Location, document.File),
					fix:      fmt.Sprintf("take %s out of ./%s or ./%s", document.File, first.Path, second.Path),
				})
			}
		}
	}
}
