package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var perf06 = Rule{
	ID:       "PERF-06",
	Title:    "A long chain of dependencies starts slowly",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Each link is looked at again after 30 seconds by default, so a commit takes that long for every link that is not ready in time.",
	Fix:      "Make the chain shorter, or start the controllers with --requeue-dependency=5s.",
	Guard:    "Only chains of more than six Kustomizations or HelmReleases, and not when the flag is set.",
	Since:    "0.1.0",
	Page:     pageScaling,
	Focus:    []string{"performance"},
	check:    checkChains,
}

const longChain = 6

func checkChains(p *pass) {
	depth := map[*model.Object]int{}
	var visit func(object *model.Object, open map[*model.Object]bool) int
	visit = func(object *model.Object, open map[*model.Object]bool) int {
		if d, done := depth[object]; done {
			return d
		}
		if open[object] {
			return 0 // KS-04 has the cycle
		}
		open[object] = true
		longest := 0
		for _, target := range p.targets(object, model.RelationDependsOn) {
			longest = max(longest, visit(target, open))
		}
		open[object] = false
		depth[object] = longest + 1
		return longest + 1
	}
	var deepest *model.Object
	for _, object := range p.objects {
		switch object.Spec.(type) {
		case *fluxkind.Kustomization, *fluxkind.HelmRelease:
		default:
			continue
		}
		if component := p.component(controllerOf(object)); component != nil {
			if _, given := component.Flag("requeue-dependency"); given {
				continue
			}
		}
		if d := visit(object, map[*model.Object]bool{}); deepest == nil || d > depth[deepest] {
			deepest = object
		}
	}
	if deepest == nil || depth[deepest] <= longChain {
		return
	}
	p.report(finding{
		object: deepest, field: "spec.dependsOn",
		evidence: fmt.Sprintf("%s is the end of a chain of %d", deepest.ID, depth[deepest]),
		fix:      "add - --requeue-dependency=5s to the arguments of " + controllerOf(deepest),
	})
}
