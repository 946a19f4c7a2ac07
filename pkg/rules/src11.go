package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var src11 = Rule{
	ID:       "SRC-11",
	Title:    "A keyless signature of anybody is accepted",
	Severity: v1alpha1.SeverityError,
	Why:      "Anyone with an account at an OIDC issuer can make a valid keyless signature. Without an expected identity the check proves nothing.",
	Fix:      "Set spec.verify.matchOIDCIdentity with the issuer and the subject of the workflow that signs.",
	Guard:    "Only provider cosign without a secretRef; verification with public keys needs no identity.",
	Since:    "0.1.0",
	Page:     pageOCIRepository + "#keyless-verification",
	Focus:    []string{"sources", "security"},
	check:    checkKeyless,
}

func checkKeyless(p *pass) {
	for _, object := range p.objects {
		var verify *fluxkind.Verify
		field := "spec.verify"
		switch spec := object.Spec.(type) {
		case *fluxkind.OCIRepository:
			verify = spec.Verify
		case *fluxkind.HelmChart:
			verify = spec.Verify
		case *fluxkind.HelmRelease:
			if spec.Chart != nil {
				verify, field = spec.Chart.Spec.Verify, "spec.chart.spec.verify"
			}
		}
		if verify == nil || verify.Provider != "cosign" || verify.SecretRef != nil || len(verify.MatchOIDCIdentity) > 0 {
			continue
		}
		if p.mayBePatched(object) {
			p.undecided(object, field+".matchOIDCIdentity is absent, and a patch may set it")
			continue
		}
		p.report(finding{
			object: object, field: field + ".provider",
			evidence: fmt.Sprintf("%s has provider cosign, no secretRef and no matchOIDCIdentity", field),
			fix:      `matchOIDCIdentity: [{issuer: "^https://token.actions.githubusercontent.com$", subject: "^https://github.com/OWNER/REPOSITORY/.*$"}]`,
		})
	}
}
