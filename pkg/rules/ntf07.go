package rules

import (
	"fmt"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ntf07 = Rule{
	ID:       "NTF-07",
	Title:    "A Receiver lacks its Secret, or keys that it needs",
	Severity: v1alpha1.SeverityError,
	Why:      "Calls of the webhook are refused. Since notification-controller 1.9 (Flux 2.9) a gcr Receiver without email and audience in its Secret is refused too (CVE-2026-40109).",
	Fix:      "Create the Secret with the key token, and email and audience for type gcr.",
	Guard:    "Only what the cluster was asked and answered counts, or the keys of the Secret in the repository.",
	Since:    "0.1.0",
	Page:     pageReceiver + "#secret-reference",
	Focus:    []string{"ci-cd", "security"},
	check:    checkReceiverSecrets,
}

func checkReceiverSecrets(p *pass) {
	for object, spec := range specs[*fluxkind.Receiver](p.index) {
		wanted := []string{"token"}
		if spec.Type == "gcr" && !p.fluxOf(object).minor.Less(fluxver.Minor{Major: 2, Minor: 9}) {
			wanted = append(wanted, "email", "audience")
		}
		if spec.Type == "generic-oidc" {
			continue // it authenticates by the caller's token
		}
		p.secrets(object, func(*model.Object, model.Reference) [][]string { return [][]string{wanted} })
		if !live(object) && spec.SecretRef != nil {
			p.writtenKeys(object, spec.SecretRef.Name, wanted)
		}
	}
}

// writtenKeys reports a Secret of the repository that lacks keys.
func (p *pass) writtenKeys(object *model.Object, name string, wanted []string) {
	for manifest := range p.manifests("", "Secret") {
		if manifest.Name != name || !sameNamespace(manifest.Namespace, object.Namespace) || !p.together(manifest.File, object.Location.File) || len(manifest.Entries) == 0 {
			continue
		}
		var lacking []string
		for _, key := range wanted {
			if !slices.ContainsFunc(manifest.Entries, func(e model.Entry) bool { return e.Key == key }) {
				lacking = append(lacking, key)
			}
		}
		if len(lacking) > 0 {
			p.report(finding{
				object: object, field: "spec.secretRef",
				evidence: fmt.Sprintf("the Secret of %s lacks %s", manifest.Location, orNone(lacking)),
				fix:      "sops " + manifest.File + " and add " + orNone(lacking),
			})
		}
		return
	}
}
