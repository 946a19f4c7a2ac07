package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var opr01 = Rule{
	ID:       "OPR-01",
	Title:    "The controllers keep their default size whatever the cluster's",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Without spec.cluster.size the Flux Operator sets neither concurrency nor limits for the size of the cluster.",
	Fix:      "Set spec.cluster.size to small, medium or large.",
	Guard:    "Instances whose resources are set by patches are passed over.",
	Since:    "0.1.0",
	Page:     pageFluxInstance + "#cluster-size",
	Focus:    []string{"controllers", "performance"},
	check:    checkClusterSize,
}

func checkClusterSize(p *pass) {
	for object, spec := range specs[*fluxkind.FluxInstance](p.index) {
		if spec.Cluster != nil && spec.Cluster.Size != "" || spec.Kustomize != nil && (mentions(spec.Kustomize.Patches, "limits") || mentions(spec.Kustomize.Patches, "--concurrent")) {
			continue
		}
		p.report(finding{object: object, field: "spec.cluster", evidence: "spec.cluster.size is absent", fix: "cluster: {size: medium}"})
	}
}
