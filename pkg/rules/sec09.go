package rules

import (
	"fmt"
	"path"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var sec09 = Rule{
	ID:       "SEC-09",
	Title:    "A Secret in plain text waits to be committed",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The file is neither encrypted nor ignored, so the next git add takes it along.",
	Fix:      "Encrypt the file, or add it to .gitignore.",
	Guard:    "Only files that Git does not track, in a folder with encrypted files or below a .sops.yaml.",
	Since:    "0.1.0",
	Page:     pageSecurity + "#secret-decryption",
	Focus:    []string{"security"},
	check:    checkUntrackedSecrets,
}

func checkUntrackedSecrets(p *pass) {
	if p.Repository == nil {
		return
	}
	encrypted := map[string]bool{}
	for _, document := range p.Repository.Documents {
		if document.Encrypted {
			encrypted[path.Dir(document.File)] = true
		}
	}
	for manifest := range p.manifests("", "Secret") {
		document := p.document[manifest.Location]
		if document == nil || !document.Local || document.Encrypted {
			continue
		}
		keys, line := plainKeys(manifest.Entries)
		config := sopsConfigOf(p.Repository.SOPS, manifest.File)
		if len(keys) == 0 || config == nil && !encrypted[path.Dir(manifest.File)] {
			continue
		}
		at := manifest.Location
		at.Line = line
		p.report(finding{
			id: manifest.ID, at: at,
			evidence: fmt.Sprintf("%s is not tracked, not ignored, and holds %d values in plain text", manifest.File, len(keys)),
			fix:      "sops --encrypt --in-place " + manifest.File,
		})
	}
}
