package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sec02 = Rule{
	ID:       "SEC-02",
	Title:    "A secretGenerator holds a secret in plain text",
	Severity: v1alpha1.SeverityCritical,
	Why: "A generated Secret is as readable in Git as one that is written out: everybody who can read the repository, its forks and its backups " +
		"has the credentials.",
	Fix: "Change the credentials first. Then put them into a file that SOPS has encrypted, and name that under files or envs of the generator.",
	Guard: "Only literals: whether a file that a generator reads is a secret nobody can tell by its name. Empty and placeholder values, variables and references " +
		"to a secret store are none. Tests, examples, templates, and generators with nothing but names and addresses, are a warning.",
	Anywhere: true,
	Since:    "0.1.0",
	Page:     pageKustomization + "#kustomize-secretgenerator",
	Focus:    []string{"security", "kustomize"},
	check:    checkSecretGenerators,
}

func checkSecretGenerators(p *pass) {
	if p.Repository == nil {
		return
	}
	for _, kustomization := range p.Repository.Kustomizations {
		for _, generated := range kustomization.Generated {
			keys, line := plainKeys(generated.Literals)
			if generated.Kind != "Secret" || len(keys) == 0 {
				continue
			}
			severity := v1alpha1.Severity("")
			if example(kustomization.File) || !anySensitive(generated.Literals) {
				severity = v1alpha1.SeverityWarning
			}
			p.report(finding{
				id:       model.ID{Kind: "Secret", Namespace: generated.Namespace, Name: generated.Name},
				at:       model.Location{File: kustomization.File, Line: line},
				severity: severity,
				evidence: fmt.Sprintf("%s of the secretGenerator %s in plain text", strings.Join(keys, ", "), generated.Name),
				fix:      "rotate the credentials; then put them into a file, sops --encrypt --in-place FILE, and envs: [FILE] in place of literals",
			})
		}
	}
}
