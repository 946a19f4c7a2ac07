package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var src07 = Rule{
	ID:       "SRC-07",
	Title:    "A production follows an artifact tag that moves",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Whatever is pushed as latest is applied at once, and nobody can tell from Git what ran yesterday.",
	Fix:      "Follow a version: spec.ref.semver, a tag that is never pushed again, or a digest.",
	Guard:    "Only objects in a folder of a production environment.",
	Since:    "0.1.0",
	Page:     pageOCIRepository + "#reference",
	Focus:    []string{"sources", "security"},
	check:    checkMutableTag,
}

func checkMutableTag(p *pass) {
	for object, spec := range specs[*fluxkind.OCIRepository](p.index) {
		if !production(object) {
			continue
		}
		field, value := "spec.ref", "absent, so the tag is latest"
		if ref := spec.Ref; ref != nil {
			if ref.SemVer != "" || ref.Digest != "" || ref.Tag != "" && ref.Tag != "latest" {
				continue
			}
			if ref.Tag == "latest" {
				field, value = "spec.ref.tag", "latest"
			}
		}
		if field == "spec.ref" && p.mayBePatched(object) {
			p.undecided(object, "spec.ref is absent, and a patch may set it")
			continue
		}
		p.report(finding{
			object: object, field: field,
			evidence: field + " is " + value + " for " + spec.URL,
			fix:      `ref: {semver: ">=1.0.0 <2.0.0"}, with the range of the versions that are pushed`,
		})
	}
}
