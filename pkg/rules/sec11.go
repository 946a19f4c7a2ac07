package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sec11 = Rule{
	ID:       "SEC-11",
	Title:    "A kustomization fetches a base over the network at every build",
	Severity: v1alpha1.SeverityWarning,
	Why:      "What is applied can change without a commit here, every reconciliation fetches it again, and an outage of the other host fails the build.",
	Fix:      "Copy the base, or make it a source of its own; then let kustomize-controller refuse remote bases with --no-remote-bases=true.",
	Guard:    "Only bases of kustomizations that a Flux object builds; one that is pinned to a tag or a commit is information. Nothing is said when the controllers refuse remote bases, since then the build fails and KS-27 has it.",
	Since:    "0.1.0",
	Page:     pageFAQ + "#should-i-be-using-kustomize-remote-bases",
	Focus:    []string{"security", "kustomize"},
	check:    checkRemoteBases,
}

func checkRemoteBases(p *pass) {
	if p.Repository == nil || flagOn(p.component("kustomize-controller"), "no-remote-bases") {
		return
	}
	for _, kustomization := range p.Repository.Kustomizations {
		if !kustomization.Reached {
			continue
		}
		for _, entry := range kustomization.Remote {
			if templated(entry.Entry) {
				continue
			}
			severity := v1alpha1.Severity("")
			if pinned(entry.Entry) {
				severity = v1alpha1.SeverityInfo
			}
			p.report(finding{
				at: model.Location{File: kustomization.File, Line: entry.Line}, severity: severity,
				evidence: fmt.Sprintf("%s names %s", entry.Field, entry.Entry),
				fix:      "flux create source git NAME --url=" + remoteURL(entry.Entry) + " --tag=TAG --export, and a Kustomization with its path",
			})
		}
	}
}

// pinned is true for remote entries that always give the same content.
func pinned(entry string) bool {
	_, query, _ := strings.Cut(entry, "?")
	for _, parameter := range strings.Split(query, "&") {
		if name, ref, _ := strings.Cut(parameter, "="); (name == "ref" || name == "version") && ref != "" && ref != "main" && ref != "master" && ref != "HEAD" {
			return true
		}
	}
	// Release assets and raw files of a tag or a commit.
	return strings.Contains(entry, "/releases/download/") || rawOfVersion().MatchString(entry)
}

func remoteURL(entry string) string {
	entry, _, _ = strings.Cut(entry, "?")
	scheme, rest, ok := strings.Cut(entry, "://")
	if !ok {
		scheme, rest = "https", entry
	}
	rest, _, _ = strings.Cut(rest, "//")
	return scheme + "://" + rest
}
