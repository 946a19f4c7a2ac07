package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var perf03 = Rule{
	ID:       "PERF-03",
	Title:    "The indexes of many Helm repositories are read again for each chart",
	Severity: v1alpha1.SeverityInfo,
	Why:      "An index of a public repository has many megabytes; without a cache source-controller parses it for every chart and every interval.",
	Fix:      "Start source-controller with --helm-cache-max-size, or move the charts to OCIRepositories.",
	Guard:    "Only when the cluster said how source-controller runs, and more than ten live HelmRepositories have an index.",
	Since:    "0.1.0",
	Page:     pageScaling + "#enable-helm-repositories-caching",
	Focus:    []string{"performance", "helm"},
	check:    checkHelmCache,
}

func checkHelmCache(p *pass) {
	component := p.component("source-controller")
	if component == nil {
		return
	}
	if size, given := component.Flag("helm-cache-max-size"); given && size != "0" {
		return
	}
	n := 0
	var first *model.Object
	for object, spec := range specs[*fluxkind.HelmRepository](p.index) {
		if live(object) && spec.Type != "oci" {
			if n++; first == nil {
				first = object
			}
		}
	}
	if n <= 10 {
		return
	}
	p.report(finding{
		id:       deploymentID(component),
		evidence: fmt.Sprintf("%d HelmRepositories with an index, such as %s, and no --helm-cache-max-size", n, first.ID),
		fix:      fmt.Sprintf("add - --helm-cache-max-size=%d, - --helm-cache-ttl=60m and - --helm-cache-purge-interval=5m to its arguments", n),
	})
}
