package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var opr02 = Rule{
	ID:       "OPR-02",
	Title:    "A FluxInstance reads GitHub with a token or a key of a person",
	Severity: v1alpha1.SeverityInfo,
	Why:      "A token ends with the account that made it, and often may do more than read; a GitHub App belongs to the organisation and gets short-lived tokens.",
	Fix:      "Set spec.sync.provider: github and put the data of the App into the pull Secret.",
	Guard:    "Only github.com addresses with a pull Secret and no provider; a public repository needs none.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#github",
	Focus:    []string{"security", "sources"},
	check:    checkGitHubApp,
}

func checkGitHubApp(p *pass) {
	for object, spec := range specs[*fluxkind.FluxInstance](p.index) {
		sync := spec.Sync
		if sync == nil || sync.Kind != "GitRepository" || host(sync.URL) != "github.com" || sync.PullSecret == "" || sync.Provider != "" && sync.Provider != "generic" ||
			!strings.HasPrefix(sync.URL, "https://") {
			continue
		}
		p.report(finding{
			object: object, field: "spec.sync.pullSecret",
			evidence: fmt.Sprintf("spec.sync.url is %s, spec.sync.pullSecret is %s and spec.sync.provider is absent", sync.URL, sync.PullSecret),
			fix:      "provider: github, and flux create secret githubapp " + sync.PullSecret + " --app-id=ID --app-installation-id=ID --app-private-key=FILE",
		})
	}
}
