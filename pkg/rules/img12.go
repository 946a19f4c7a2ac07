package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var img12 = Rule{
	ID:       "IMG-12",
	Title:    "A production takes any new major version of an image",
	Severity: v1alpha1.SeverityWarning,
	Why:      "A range without an upper end admits the next major version, and one that names -0 admits pre-releases: what breaks is deployed by itself.",
	Fix:      "End the range before the next major version.",
	Guard:    "Only policies in a folder of a production environment.",
	Since:    "0.1.0",
	Page:     pageImagePolicy + "#semver",
	Focus:    []string{"image-automation"},
	check:    checkImageRange,
}

func checkImageRange(p *pass) {
	for object, spec := range specs[*fluxkind.ImagePolicy](p.index) {
		if spec.Policy.SemVer == nil || !production(object) {
			continue
		}
		r := strings.TrimSpace(spec.Policy.SemVer.Range)
		what := ""
		switch {
		case templated(r) || r == "":
		case strings.Contains(r, "-0") || strings.Contains(r, "-alpha") || strings.Contains(r, "-rc") || strings.Contains(r, "-beta"):
			what = "admits pre-releases"
		case r == "*" || r == "x" || strings.HasPrefix(r, ">") && !strings.Contains(r, "<"):
			what = "admits every major version"
		}
		if what != "" {
			p.report(finding{
				object: object, field: "spec.policy.semver.range",
				evidence: fmt.Sprintf("spec.policy.semver.range %q %s", r, what),
				fix:      "range: 1.x, with the major version that runs",
			})
		}
	}
}
