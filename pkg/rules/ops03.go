package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
)

var ops03 = Rule{
	ID:       "OPS-03",
	Title:    "This Flux gets no fixes any more",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The Flux project mends weaknesses in the last three minors only.",
	Fix:      "Upgrade to a supported minor; see DEP-05 for what changes on the way.",
	Guard:    "The age of this build counts: it knows releases up to the one it names. Without a cluster, the version that a folder pins counts, once for each.",
	Since:    "0.1.0",
	Page:     pageReleases + "#supported-releases",
	Focus:    []string{"controllers", "security", "migration"},
	check:    checkSupported,
}

func checkSupported(p *pass) {
	for _, v := range p.versions {
		if v.minor.AtLeast(fluxver.OldestSupported()) {
			continue
		}
		f := finding{
			at:       v.at,
			evidence: fmt.Sprintf("%s; Flux %s is the newest, %s the oldest that is supported", v.said, fluxver.Newest(), fluxver.OldestSupported()),
			fix:      "flux install --version=v" + fluxver.Newest().String() + " --export, after the steps of DEP-05",
		}
		if v.folder == "" && v.at.File == "" {
			if !p.hasControllers() {
				continue
			}
			f.id = deploymentID(&p.Cluster.Flux.Components[0])
		}
		p.report(f)
	}
}
