package rules

import (
	"fmt"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var ntf10 = Rule{
	ID:       "NTF-10",
	Title:    "Commit statuses go to a host that no source is fetched from",
	Severity: v1alpha1.SeverityInfo,
	Why:      "A commit status is set on the commit that was applied; the host of the Provider does not have it.",
	Fix:      "Set spec.address to the repository that Flux applies.",
	Guard:    "Only Providers of a Git host with an address, and only when all GitRepositories are on other hosts.",
	Since:    "0.1.0",
	Page:     pageProvider + "#git-commit-status-updates",
	Focus:    []string{"monitoring", "ci-cd"},
	check:    checkCommitStatus,
}

func checkCommitStatus(p *pass) {
	var hosts []string
	for _, spec := range specs[*fluxkind.GitRepository](p.index) {
		if templated(spec.URL) {
			return
		}
		hosts = append(hosts, host(spec.URL))
	}
	if len(hosts) == 0 {
		return
	}
	for object, spec := range specs[*fluxkind.Provider](p.index) {
		switch spec.Type {
		case "github", "gitlab", "gitea", "bitbucket", "bitbucketserver", "azuredevops":
		default:
			continue
		}
		if spec.Address == "" || templated(spec.Address) || slices.Contains(hosts, host(spec.Address)) {
			continue
		}
		p.report(finding{
			object: object, field: "spec.address",
			evidence: fmt.Sprintf("spec.address is on %s, the GitRepositories are on %s", host(spec.Address), hosts[0]),
			fix:      "address: the URL of the GitRepository",
		})
	}
}
