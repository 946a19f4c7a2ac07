package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sec04 = Rule{
	ID:       "SEC-04",
	Title:    "The Secret with the decryption keys is missing or has no key",
	Severity: v1alpha1.SeverityError,
	Why:      "Nothing that is encrypted can be built, so the whole Kustomization fails.",
	Fix:      "Create the Secret in the namespace of the Kustomization; names of age keys end in .agekey, those of OpenPGP keys in .asc.",
	Guard:    "Only what the cluster was asked and answered counts; key names only when they were asked for.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#age-secret-entry",
	Focus:    []string{"security", "disaster-recovery", "troubleshooting"},
	check:    checkDecryptionSecret,
}

// sopsEntries are the endings of Secret entries that kustomize-controller reads
// keys from, as its page lists them.
var sopsEntries = []string{".agekey", ".asc", "sops.aws-kms", "sops.azure-kv", "sops.gcp-kms", "sops.vault-token"}

func checkDecryptionSecret(p *pass) {
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if !live(object) || spec.Decryption == nil || spec.Decryption.SecretRef == nil {
			continue
		}
		ref := model.Reference{
			Field: "spec.decryption.secretRef", Relation: model.RelationSecret,
			Target: model.ID{Kind: "Secret", Namespace: object.Namespace, Name: spec.Decryption.SecretRef.Name},
		}
		switch verdict, reason := p.resolve(object, ref.Target); verdict {
		case unknown:
			p.undecided(object, fmt.Sprintf("%s names %s: %s", ref.Field, ref.Target, reason))
		case missing:
			f := finding{
				object: object, field: ref.Field,
				evidence: fmt.Sprintf("%s names %s, which is not in the cluster", ref.Field, ref.Target),
				fix:      fmt.Sprintf("kubectl -n %s create secret generic %s --from-file=age.agekey=KEYFILE", object.Namespace, ref.Target.Name),
			}
			p.report(f)
		case found:
			keys := p.Cluster.Named[ref.Target].Keys
			if keys == nil || slices.ContainsFunc(keys, isSOPSEntry) {
				continue
			}
			p.report(finding{
				object: object, field: ref.Field,
				evidence: fmt.Sprintf("%s has the keys %s; none ends as a decryption key must", ref.Target, orNone(keys)),
				fix:      fmt.Sprintf("kubectl -n %s create secret generic %s --from-file=age.agekey=KEYFILE", object.Namespace, ref.Target.Name),
			})
		}
	}
}

func isSOPSEntry(key string) bool {
	return slices.ContainsFunc(sopsEntries, func(ending string) bool { return strings.HasSuffix(key, ending) })
}
