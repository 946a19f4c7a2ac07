package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks04 = Rule{
	ID:       "KS-04",
	Title:    "Dependencies form a cycle",
	Severity: v1alpha1.SeverityCritical,
	Why: "Every member waits for another for ever, and none is reported as stalled. The failing look-ups also hold up the " +
		"event-driven reconciliation of every other Kustomization of the same source (fluxcd/kustomize-controller#1712).",
	Fix:   "Remove one dependsOn entry of the cycle.",
	Guard: "Only entries whose target exists count, and only within one cluster.",
	Since: "0.1.0",
	Page:  fluxcd + "/flux/components/kustomize/kustomizations/#dependencies",
	Focus: []string{"kustomize", "helm", "troubleshooting"},
	check: checkCycles,
}

func checkCycles(p *pass) {
	graph := map[*model.Object][]edge{}
	var nodes []*model.Object
	for _, object := range p.objects {
		switch object.Spec.(type) {
		case *fluxkind.Kustomization, *fluxkind.HelmRelease, *fluxkind.ResourceSet:
		default:
			continue
		}
		nodes = append(nodes, object)
		for _, ref := range object.Spec.References(object.ID) {
			if ref.Relation != model.RelationDependsOn {
				continue
			}
			for _, other := range p.nearest(object, ref.Target) {
				graph[object] = append(graph[object], edge{to: other, field: ref.Field})
			}
		}
	}
	for _, cycle := range cycles(nodes, graph) {
		names := make([]string, 0, len(cycle)+1)
		for _, e := range cycle {
			names = append(names, e.from.ID.String())
		}
		names = append(names, names[0])
		first := cycle[0]
		p.report(finding{
			object: first.from, field: first.field + ".name",
			evidence: strings.Join(names, " → "),
			fix:      fmt.Sprintf("remove %s from %s, or the other entry of the cycle that is not needed", first.field, first.from.ID),
		})
	}
}

// edge is one dependsOn entry.
type edge struct {
	from, to *model.Object
	field    string
}

// cycles returns one shortest cycle for each strongly connected set of nodes,
// beginning at its first node in the order of nodes.
func cycles(nodes []*model.Object, graph map[*model.Object][]edge) [][]edge {
	var out [][]edge
	done := map[*model.Object]bool{}
	for _, start := range nodes {
		if done[start] || len(graph[start]) == 0 {
			continue
		}
		cycle := shortestCycle(start, graph)
		for _, e := range cycle {
			if done[e.from] {
				cycle = nil // shares a member with a cycle that was reported
				break
			}
		}
		for _, e := range cycle {
			done[e.from] = true
		}
		if cycle != nil {
			out = append(out, cycle)
		}
	}
	return out
}

// shortestCycle searches breadth first for the way from start back to start.
func shortestCycle(start *model.Object, graph map[*model.Object][]edge) []edge {
	cameBy := map[*model.Object]edge{}
	queue := []*model.Object{start}
	for len(queue) > 0 {
		node := queue[0]
		queue = queue[1:]
		for _, e := range graph[node] {
			e.from = node
			if e.to == start {
				path := []edge{e}
				for path[len(path)-1].from != start {
					path = append(path, cameBy[path[len(path)-1].from])
				}
				slices.Reverse(path)
				return path
			}
			if _, seen := cameBy[e.to]; !seen {
				cameBy[e.to] = e
				queue = append(queue, e.to)
			}
		}
	}
	return nil
}
