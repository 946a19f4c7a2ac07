package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

func adviseSecurity(p *project) entry {
	var e entry
	if p.Repository != nil {
		kinds := map[string]int{}
		encrypted := 0
		for _, document := range p.Repository.Documents {
			switch {
			case document.Encrypted:
				encrypted++
			case document.Kind == "SealedSecret" || document.Kind == "ExternalSecret":
				kinds[document.Kind]++
			}
		}
		if encrypted > 0 {
			kinds["document encrypted with SOPS"] = encrypted
		}
		if len(kinds) > 0 {
			e.today = append(e.today, "secrets are kept as "+tally(kinds))
		}
	}
	_, kustomizations := specsOf[*fluxkind.Kustomization](p)
	decrypting := 0
	for _, spec := range kustomizations {
		if spec.Decryption != nil {
			decrypting++
		}
	}
	if decrypting > 0 {
		e.today = append(e.today, fmt.Sprintf("%s %s before applying", count(decrypting, "Kustomization", "Kustomizations"), verb(decrypting, "decrypts", "decrypt")))
	}
	p.say(&e, "signatures", "service-accounts")
	p.practices(&e, "secrets")
	if decrypting > 0 && p.Cluster == nil {
		e.next = append(e.next, fmt.Sprintf("run this against the cluster too: whether %s exists shows only there", decryptionKey(kustomizations)))
	}
	return e
}

// decryptionKey names the first Secret that a Kustomization decrypts with.
func decryptionKey(kustomizations []*fluxkind.Kustomization) string {
	for _, spec := range kustomizations {
		if spec.Decryption != nil && spec.Decryption.SecretRef != nil {
			return "the Secret " + spec.Decryption.SecretRef.Name
		}
	}
	return "the key of the controller"
}
