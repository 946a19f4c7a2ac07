package rules

import (
	"fmt"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var str06 = Rule{
	ID:       "STR-06",
	Title:    "Nothing checks a change before Flux applies it",
	Severity: v1alpha1.SeverityInfo,
	Why:      "A typing error is found by the cluster, after the merge.",
	Fix:      "Let CI build and validate the overlays of each pull request.",
	Guard:    "Only in Git repositories in which Flux builds something; said once.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/cli-plugins/flux-schema/",
	Focus:    []string{"ci-cd", "repository-structure"},
	check:    checkCI,
}

func checkCI(p *pass) {
	if p.Repository == nil || !p.Repository.Git.Known || len(p.Repository.Builds) == 0 {
		return
	}
	for _, pipeline := range p.Repository.CI {
		if slices.Contains(pipeline.Does, "validate") {
			return
		}
	}
	build := &p.Repository.Builds[0]
	p.report(finding{
		id: build.Owner, at: model.Location{File: build.File, Line: build.Line},
		evidence: fmt.Sprintf("%d folders are built by Flux, and none of %d pipelines validates them", len(p.Repository.Builds), len(p.Repository.CI)),
		fix:      "a workflow on pull_request that runs: flux build kustomization NAME --path PATH --dry-run | kubeconform -strict -ignore-missing-schemas",
	})
}
