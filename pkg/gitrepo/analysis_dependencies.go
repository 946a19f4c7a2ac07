package gitrepo

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// dependencies lists the objects that wait for others, those with the longest
// chain below them last.
func (p *project) dependencies() []model.Dependency {
	depths := map[*model.Object]int{}
	var list []model.Dependency
	for _, objects := range p.objects {
		for _, o := range objects {
			waits := p.dependsOn(o)
			if len(waits) == 0 {
				continue
			}
			list = append(list, model.Dependency{
				Object: o.ID, DependsOn: waits, Depth: p.depth(o, depths), Evidence: []model.Evidence{at(o, "spec.dependsOn")},
			})
		}
	}
	slices.SortFunc(list, func(a, b model.Dependency) int {
		return cmp.Or(cmp.Compare(a.Depth, b.Depth), a.Object.Compare(b.Object), compareEvidence(a.Evidence[0], b.Evidence[0]))
	})
	return list
}

// depth is the length of the longest chain of dependencies below an object, 0
// when one of them leads back to it.
func (p *project) depth(o *model.Object, known map[*model.Object]int) int {
	const open = -1
	if depth, ok := known[o]; ok {
		return max(depth, 0)
	}
	known[o] = open
	deepest := 0
	for _, id := range p.dependsOn(o) {
		next, ok := p.lookup(id, o.Location.File)
		if !ok {
			deepest = max(deepest, 1)
			continue
		}
		below := p.depth(next, known)
		if known[next] == open {
			known[o] = open // part of the cycle, or waits for one
			return 0
		}
		deepest = max(deepest, below+1)
	}
	known[o] = deepest
	return deepest
}

// chain is the longest chain of dependencies of Kustomizations, first applied
// first, with the object at its end; nil when none waits for another.
func (p *project) chain() ([]string, *model.Object) {
	depths := map[*model.Object]int{}
	var last *model.Object
	for _, o := range p.kustomizations() {
		depth := p.depth(o, depths)
		if depth > 0 && (last == nil || depth > depths[last]) {
			last = o
		}
	}
	if last == nil {
		return nil, nil
	}
	var chain []string
	for o := last; o != nil; {
		chain = append(chain, o.Name)
		var next *model.Object
		for _, id := range p.dependsOn(o) {
			if below, ok := p.lookup(id, o.Location.File); ok && (next == nil || depths[below] > depths[next]) && depths[below] == depths[o]-1 {
				next = below
			}
		}
		o = next
	}
	slices.Reverse(chain)
	return chain, last
}

// arrow writes a chain.
func arrow(chain []string) string {
	const limit = 6
	if len(chain) > limit {
		chain = slices.Concat(chain[:limit-2], []string{"…"}, chain[len(chain)-1:])
	}
	return strings.Join(chain, " → ")
}
