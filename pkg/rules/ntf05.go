package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ntf05 = Rule{
	ID:       "NTF-05",
	Title:    "A Provider lacks its Secret, or shows it",
	Severity: v1alpha1.SeverityError,
	Why:      "Without the Secret no notification leaves the cluster; an address with its token in plain text lets every reader of the repository post in its name.",
	Fix:      "Keep address and token in the Secret of spec.secretRef, with the keys address and token.",
	Guard:    "A missing Secret counts only when the cluster was asked and answered. In the address only webhook forms that hold a token are recognised.",
	Since:    "0.1.0",
	Page:     pageProvider + "#secret-reference",
	Focus:    []string{"monitoring", "security"},
	check:    checkProviders,
}

// tokenAddress are webhook addresses whose path is the credential.
var tokenAddress = lazyregexp.New(`^https://(hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{16,}` +
	`|(ptb\.|canary\.)?discord(app)?\.com/api/webhooks/[0-9]{10,}/[A-Za-z0-9_-]{30,}` +
	`|[a-z0-9-]+\.webhook\.office\.com/webhookb2/.{40,}` +
	`|api\.telegram\.org/bot[0-9]+:[A-Za-z0-9_-]{30,}` +
	`|[^/@:]+:[^/@]+@)`)

// madeUp are addresses as documents show them.
var madeUp = lazyregexp.New(`(?i)/T0+/|x{8,}|/0{8,}|your|example|/token`)

func checkProviders(p *pass) {
	for object, spec := range specs[*fluxkind.Provider](p.index) {
		if tokenAddress().MatchString(spec.Address) && !templated(spec.Address) && !madeUp().MatchString(spec.Address) {
			p.report(finding{
				object: object, field: "spec.address",
				evidence: "spec.address holds the token of " + host(spec.Address),
				fix:      "revoke the webhook; then kubectl -n " + object.Namespace + " create secret generic " + object.Name + " --from-literal=address=NEW --dry-run=client -o yaml, encrypted, and secretRef: {name: " + object.Name + "}",
			})
		}
		p.secrets(object, func(*model.Object, model.Reference) [][]string { return nil })
	}
}
