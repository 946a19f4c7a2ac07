package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var src04 = Rule{
	ID:       "SRC-04",
	Title:    "A GitRepository does not say what to check out",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Without spec.ref the branch is master, whatever the repository's default branch is called; where there is none the fetch fails.",
	Fix:      "Write the branch, tag or semver range in spec.ref.",
	Guard:    "Without a cluster, objects that a patch may complete are left open.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#reference",
	Focus:    []string{"sources"},
	check:    checkGitReference,
}

func checkGitReference(p *pass) {
	for object, spec := range specs[*fluxkind.GitRepository](p.index) {
		if ref := spec.Ref; ref != nil && (ref.Branch != "" || ref.Tag != "" || ref.SemVer != "" || ref.Name != "" || ref.Commit != "") {
			continue
		}
		if p.mayBePatched(object) {
			p.undecided(object, "spec.ref is absent, and a patch may set it")
			continue
		}
		branch := "main"
		if p.sameRepository(spec.URL) && p.Repository.Git.Branch != "" {
			branch = p.Repository.Git.Branch
		}
		p.report(finding{
			object: object, field: "spec.ref",
			evidence: "spec.ref is absent for " + spec.URL + ", so the branch is master",
			fix:      "ref: {branch: " + branch + "}",
		})
	}
}
