package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var sec08 = Rule{
	ID:       "SEC-08",
	Title:    "A private key stands in the repository",
	Severity: v1alpha1.SeverityCritical,
	Why:      "Everybody who can read the repository, its forks and its backups has the key. An age or OpenPGP key opens every secret that was ever encrypted to it.",
	Fix:      "Make a new key, encrypt everything to it, change the secrets that the old one opened, and remove the file.",
	Guard:    "Only whole keys: a document about keys, a public key or a certificate is none, and Secrets are reported by SEC-01. Files that Git does not track, and folders of tests and examples, are a warning.",
	Anywhere: true,
	Since:    "0.1.0",
	Page:     pageSecurity + "#secret-decryption",
	Focus:    []string{"security"},
	check:    checkKeyFiles,
}

func checkKeyFiles(p *pass) {
	if p.Repository == nil {
		return
	}
	for _, key := range p.Repository.KeyFiles {
		f := finding{at: key.Location, evidence: "the file holds " + key.What, fix: "replace the key, then git rm --cached " + key.File + " && echo /" + key.File + " >> .gitignore"}
		if key.Local || example(key.File) {
			f.severity = v1alpha1.SeverityWarning
		}
		p.report(f)
	}
}
