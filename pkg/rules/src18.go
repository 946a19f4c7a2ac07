package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var src18 = Rule{
	ID:       "SRC-18",
	Title:    "A large repository is fetched whole",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Every change is packed, stored and unpacked by each Kustomization that uses the source; files that nobody applies cost the same as those that are.",
	Fix:      "Leave out what is not deployed with spec.ignore or .sourceignore, or fetch only folders with spec.sparseCheckout.",
	Guard:    "Only artifacts above 10 MiB, as the cluster measured them.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#sparse-checkout",
	Focus:    []string{"sources", "performance"},
	check:    checkArtifactSize,
}

func checkArtifactSize(p *pass) {
	for object, spec := range specs[*fluxkind.GitRepository](p.index) {
		artifact := object.Status.Artifact
		if artifact == nil || artifact.Size <= 10<<20 || spec.Ignore != nil || len(spec.SparseCheckout) > 0 {
			continue
		}
		p.report(finding{
			object: object, field: "spec.ignore",
			evidence: fmt.Sprintf("the artifact has %d MiB, and neither spec.ignore nor spec.sparseCheckout is set", artifact.Size>>20),
			fix:      `ignore: "/*\n!/clusters\n!/apps", with the folders that are applied`,
		})
	}
}
