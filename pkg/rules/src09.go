package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var src09 = Rule{
	ID:       "SRC-09",
	Title:    "Artifacts are applied without a check of their signature",
	Severity: v1alpha1.SeverityInfo,
	InFocus:  v1alpha1.SeverityWarning,
	Why:      "Whoever may push to the registry, or has stolen the right to, decides what runs in the cluster.",
	Fix:      "Sign what CI pushes (cosign or notation) and set spec.verify.",
	Guard:    "One finding for all OCIRepositories; a warning only when security is asked for. Without a cluster, sources that a patch may complete are left open.",
	Since:    "0.1.0",
	Page:     pageOCIRepository + "#verification",
	Focus:    []string{"sources", "security"},
	check:    checkArtifactSignatures,
}

func checkArtifactSignatures(p *pass) {
	var without []*model.Object
	total := 0
	for object, spec := range specs[*fluxkind.OCIRepository](p.index) {
		if total++; spec.Verify != nil {
			continue
		}
		if p.mayBePatched(object) {
			p.undecided(object, "spec.verify is absent, and a patch may set it")
			continue
		}
		without = append(without, object)
	}
	p.reportAll(without, total, "OCIRepositories have no spec.verify", "spec.url",
		"verify: {provider: cosign, matchOIDCIdentity: [{issuer: ISSUER, subject: SUBJECT}]}, first for those that are written by others")
}
