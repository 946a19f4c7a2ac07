package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sec01 = Rule{
	ID:       "SEC-01",
	Title:    "A Secret stands in plain text in the repository",
	Severity: v1alpha1.SeverityCritical,
	Why: "Everybody who can read the repository, its forks and its backups has the credentials, and Git keeps them after they are deleted " +
		"from the newest commit.",
	Fix: "Change the credentials first. Then encrypt the file with SOPS, or keep the value in a secret store and commit an ExternalSecret.",
	Guard: "Encrypted, empty and placeholder values, variables and references to a secret store (op://, ref+, vault:) are no secrets. Files that Git does " +
		"not track count as a warning, and so do folders of tests and examples.",
	Anywhere: true,
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/security/best-practices/#secret-decryption",
	Focus:    []string{"security"},
	check:    checkPlainSecrets,
}

func checkPlainSecrets(p *pass) {
	for manifest := range p.manifests("", "Secret") {
		document := p.document[manifest.Location]
		if document.Encrypted {
			continue
		}
		keys, line := plainKeys(manifest)
		if len(keys) == 0 {
			continue
		}
		severity := v1alpha1.Severity("")
		if document.Local || exampleFolder(manifest.File) {
			severity = v1alpha1.SeverityWarning
		}
		at := manifest.Location
		at.Line = line
		p.report(finding{
			id: manifest.ID, at: at, severity: severity,
			evidence: fmt.Sprintf("%s in plain text", strings.Join(keys, ", ")),
			fix:      "rotate the credentials, then: sops --encrypt --in-place " + manifest.File,
		})
	}
}

// plainKeys names the entries of a Secret that hold a usable value, and the
// line of the first.
func plainKeys(manifest *model.Manifest) (keys []string, line int) {
	for _, entry := range manifest.Entries {
		if entry.Class != model.ValueText && entry.Class != model.ValueCredential {
			continue
		}
		if line == 0 {
			line = entry.Line
		}
		keys = append(keys, entry.Field+"."+entry.Key)
	}
	return keys, line
}
