package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
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
		"not track count as a warning, and so do tests, examples and templates, and Secrets with nothing but names, addresses and the like.",
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
		keys, line := plainKeys(manifest.Entries)
		if len(keys) == 0 {
			continue
		}
		severity := v1alpha1.Severity("")
		if document.Local || example(manifest.File) || !anySensitive(manifest.Entries) {
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
func plainKeys(entries []model.Entry) (keys []string, line int) {
	for _, entry := range entries {
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

// plainFields are names of entries that are no secret by themselves: the parts
// of a Secret that says where to log in, without what to log in with.
var plainFields = lazyregexp.New(`(?i)^(.*[-_.])?(user(name)?|login|e?mail|host(name)?|port|endpoint|server|name|type|region|zone|bucket|database|db|project|repo(sitory)?|` +
	`domain|namespace|cluster|path|enabled|insecure|account|tenant[-_]?id|client[-_]?id|issuer|known_hosts|timezone|tz)$`)

// anySensitive is true when an entry that stands in plain text may be one to log
// in with: its value looks so, or its name does not say that it is none.
func anySensitive(entries []model.Entry) bool {
	for _, entry := range entries {
		switch {
		case entry.Class == model.ValueCredential:
			return true
		case entry.Class == model.ValueText && !plainFields().MatchString(camelField().ReplaceAllString(entry.Key, "${1}_${2}")):
			return true
		}
	}
	return false
}
