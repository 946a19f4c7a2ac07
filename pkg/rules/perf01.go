package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var perf01 = Rule{
	ID:       "PERF-01",
	Title:    "A controller works through hundreds of objects four at a time",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Changes queue behind the regular reconciliations; a commit takes minutes to show.",
	Fix:      "Raise --concurrent together with the CPU and memory limits, or shard the controller.",
	Guard:    "Only when the cluster said how its controllers run: more than 200 live objects of one controller and no --concurrent.",
	Since:    "0.1.0",
	Page:     pageScaling + "#increase-the-number-of-workers-and-limits",
	Focus:    []string{"performance", "controllers"},
	check:    checkConcurrency,
}

const manyObjects = 200

func checkConcurrency(p *pass) {
	counts := map[string]int{}
	for _, object := range p.objects {
		switch object.Spec.(type) {
		case *fluxkind.Kustomization, *fluxkind.HelmRelease:
			if live(object) {
				counts[controllerOf(object)]++
			}
		}
	}
	for _, name := range []string{"helm-controller", "kustomize-controller"} {
		component := p.component(name)
		if component == nil || counts[name] <= manyObjects {
			continue
		}
		if _, given := component.Flag("concurrent"); given {
			continue
		}
		p.report(finding{
			id:       deploymentID(component),
			evidence: fmt.Sprintf("%d objects, and %s runs without --concurrent, which means 4", counts[name], name),
			fix:      "add - --concurrent=10 to its arguments and raise limits: {cpu: 2000m, memory: 2Gi}",
		})
	}
}
