package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sec03 = Rule{
	ID:       "SEC-03",
	Title:    "An encrypted file is applied without being decrypted",
	Severity: v1alpha1.SeverityCritical,
	Why: "The Kustomization that builds the file has no spec.decryption, so the cipher text is applied as the value: workloads start with garbage for a password, or the " +
		"API server refuses the sops field and the whole build.",
	Fix: "Set spec.decryption with provider sops and the Secret that holds the key.",
	Guard: "Only documents that SOPS has encrypted, in builds of this repository. The live spec counts; without a cluster, Kustomizations that a patch may complete are left " +
		"open. Controllers with keys of their own still need spec.decryption.provider.",
	Since: "0.1.0",
	Page:  pageKustomization + "#decryption",
	Focus: []string{"security", "kustomize"},
	check: checkDecryption,
}

func checkDecryption(p *pass) {
	if p.Repository == nil {
		return
	}
	encrypted := map[string]*model.Document{}
	for i := range p.Repository.Documents {
		if document := &p.Repository.Documents[i]; document.Encrypted && encrypted[document.File] == nil {
			encrypted[document.File] = document
		}
	}
	for object, spec := range specs[*fluxkind.Kustomization](p.index) {
		if spec.Decryption != nil || spec.Suspended() {
			continue
		}
		for _, build := range p.builds[object.Location] {
			document := firstOf(build.Files, encrypted)
			if document == nil || build.Source == model.SourceOther {
				continue
			}
			if p.mayBePatched(object) {
				p.undecided(object, "spec.decryption is absent, and a patch may set it")
				break
			}
			p.report(finding{
				object: object, field: "metadata.name",
				evidence: fmt.Sprintf("spec.decryption is absent, and ./%s builds the encrypted %s of %s", build.Path, document.Kind, document.Location),
				fix:      "decryption: {provider: sops, secretRef: {name: " + p.decryptionSecret() + "}}",
			})
			break
		}
	}
}

func firstOf(files []string, encrypted map[string]*model.Document) *model.Document {
	for _, file := range files {
		if document := encrypted[file]; document != nil {
			return document
		}
	}
	return nil
}

// decryptionSecret is the Secret that other Kustomizations decrypt with.
func (x *index) decryptionSecret() string {
	for _, spec := range specs[*fluxkind.Kustomization](x) {
		if spec.Decryption != nil && spec.Decryption.SecretRef != nil {
			return spec.Decryption.SecretRef.Name
		}
	}
	return "sops-age"
}
