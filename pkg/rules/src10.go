package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src10 = Rule{
	ID:          "SRC-10",
	Title:       "Commits are applied without a check of their signature",
	Severity:    v1alpha1.SeverityInfo,
	OnlyInFocus: true,
	Why:         "Whoever may push to the branch, or has stolen the right to, decides what runs in the cluster.",
	Fix:         "Have commits signed (OpenPGP, or SSH keys) and set spec.verify with the public keys of those who may commit.",
	Guard:       "Only asked for security, and one finding for all GitRepositories.",
	Since:       "0.1.0",
	Page:        pageGitRepository + "#verification",
	Focus:       []string{"security"},
	check:       checkCommitSignatures,
}

func checkCommitSignatures(p *pass) {
	var without []*model.Object
	total := 0
	for object, spec := range specs[*fluxkind.GitRepository](p.index) {
		if total++; spec.Verify == nil && !p.mayBePatched(object) {
			without = append(without, object)
		}
	}
	p.reportAll(without, total, "GitRepositories have no spec.verify", "spec.url", "verify: {mode: HEAD, secretRef: {name: git-public-keys}}")
}
