package rules

import (
	"fmt"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sec06 = Rule{
	ID:       "SEC-06",
	Title:    "An encrypted file is read where Flux does not decrypt",
	Severity: v1alpha1.SeverityWarning,
	Why:      "kustomize-controller decrypts resources and the files of a secretGenerator, not those of a configMapGenerator and not what a Component generates (fluxcd/flux2#4945): the cipher text arrives.",
	Fix:      "Generate a Secret instead, in a kustomization that is no Component.",
	Guard:    "Only files that SOPS has encrypted and that the entry names itself.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#controlling-the-decryption-behavior-of-resources",
	Focus:    []string{"security", "kustomize"},
	check:    checkUndecryptedFiles,
}

func checkUndecryptedFiles(p *pass) {
	if p.Repository == nil {
		return
	}
	var encrypted []string
	for _, document := range p.Repository.Documents {
		if document.Encrypted {
			encrypted = append(encrypted, document.File)
		}
	}
	slices.Sort(encrypted)
	for _, kustomization := range p.Repository.Kustomizations {
		for _, entry := range kustomization.Entries {
			generator := entry.Field == "configMapGenerator" || entry.Field == "secretGenerator" && kustomization.Kind == "Component"
			if _, isEncrypted := slices.BinarySearch(encrypted, entry.Target); !generator || !isEncrypted {
				continue
			}
			p.report(finding{
				at:       model.Location{File: kustomization.File, Line: entry.Line},
				evidence: fmt.Sprintf("%s of a %s reads the encrypted %s", entry.Field, orDefault(kustomization.Kind, "Kustomization"), entry.Target),
				fix:      "move the entry to secretGenerator of a kustomization that is no Component",
			})
		}
	}
}
