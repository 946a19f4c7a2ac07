package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

func adviseKustomize(p *project) entry {
	var e entry
	objects, specs := specsOf[*fluxkind.Kustomization](p)
	if len(objects) == 0 {
		return e
	}
	pruned, waiting, health := 0, 0, 0
	var bare []string
	for i, spec := range specs {
		if spec.Prune != nil && *spec.Prune {
			pruned++
		}
		if len(spec.DependsOn) > 0 {
			waiting++
		}
		if spec.Wait || len(spec.HealthChecks) > 0 {
			health++
		} else {
			bare = append(bare, objects[i].Name)
		}
	}
	e.today = append(e.today, fmt.Sprintf("%s: %d prune, %d wait for others, %d check the health of what they apply",
		count(len(objects), "Kustomization", "Kustomizations"), pruned, waiting, health))
	if states := p.states("Kustomization"); states != "" {
		e.today = append(e.today, "their state is: "+states)
	}
	p.say(&e, "patches", "substitution")
	if health == 0 {
		e.gap = append(e.gap, fmt.Sprintf("none of them waits for its workloads: %s %s ready as soon as applied", some(bare), verb(len(bare), "is", "are")))
		e.next = append(e.next, fmt.Sprintf("set spec.wait: true on %s first, since it is ready too early", dependedOn(p, bare)))
	}
	p.practices(&e, "order", "prune")
	p.miss(&e, "open-gates")
	return e
}

// dependedOn is the first of some Kustomizations that another waits for, else
// the first of them.
func dependedOn(p *project, names []string) string {
	wanted := map[string]bool{}
	_, specs := specsOf[*fluxkind.Kustomization](p)
	for _, spec := range specs {
		for _, dependency := range spec.DependsOn {
			wanted[dependency.Name] = true
		}
	}
	for _, name := range names {
		if wanted[name] {
			return name
		}
	}
	return names[0]
}
