package status

import (
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// cycle is a group of objects that all wait for each other.
type cycle struct {
	members []model.ID // sorted
	// path is a shortest way from the first member back to it.
	path []model.ID
}

func (c cycle) cause() model.RootCause {
	return model.RootCause{
		Object: c.members[0], State: model.StateFailed, Reason: reasonCycle,
		Message: "waits for itself: " + c.String(), Cycle: c.path,
	}
}

// String is the path with arrows.
func (c cycle) String() string {
	steps := make([]string, len(c.path))
	for i, id := range c.path {
		steps[i] = id.String()
	}
	return strings.Join(steps, " → ")
}

// findCycles finds the cycles, of any length and across kinds, in time that
// grows with the number of objects and references, and judges their members:
// nothing that waits for itself will ever go on.
func (g *graph) findCycles() {
	for _, component := range g.components() {
		if len(component) == 1 && !slices.Contains(g.next(component[0]), component[0]) {
			continue
		}
		var c cycle
		for _, i := range component {
			c.members = append(c.members, g.nodes[i].object.ID)
		}
		slices.SortFunc(c.members, model.ID.Compare)
		c.path = g.pathBack(g.index[c.members[0]])
		g.cycles = append(g.cycles, c)
		for _, i := range component {
			n := &g.nodes[i]
			n.cyclic = true
			n.object.Assessment.State = model.StateFailed
			n.object.Assessment.SubState = subCycle
		}
	}
}

// next lists the nodes that a node waits for.
func (g *graph) next(i int) []int {
	var next []int
	for _, b := range g.nodes[i].wait.blockers {
		if j, ok := g.index[b.id]; ok {
			next = append(next, j)
		}
	}
	return next
}

// components are the strongly connected components, after Tarjan.
func (g *graph) components() [][]int {
	const unvisited = 0
	var (
		components [][]int
		stack      []int
		onStack    = make([]bool, len(g.nodes))
		order      = make([]int, len(g.nodes))
		low        = make([]int, len(g.nodes))
		counter    int
		visit      func(int)
	)
	visit = func(i int) {
		counter++
		order[i], low[i] = counter, counter
		stack, onStack[i] = append(stack, i), true
		for _, j := range g.next(i) {
			if order[j] == unvisited {
				visit(j)
				low[i] = min(low[i], low[j])
			} else if onStack[j] {
				low[i] = min(low[i], order[j])
			}
		}
		if low[i] != order[i] {
			return
		}
		var component []int
		for {
			j := stack[len(stack)-1]
			stack, onStack[j] = stack[:len(stack)-1], false
			component = append(component, j)
			if j == i {
				break
			}
		}
		components = append(components, component)
	}
	for i := range g.nodes {
		if order[i] == unvisited {
			visit(i)
		}
	}
	return components
}

// pathBack is a shortest way from a node to itself; there is one.
func (g *graph) pathBack(start int) []model.ID {
	from := map[int]int{}
	queue := []int{start}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for _, j := range g.next(i) {
			if j == start {
				path := []model.ID{g.nodes[start].object.ID}
				for ; i != start; i = from[i] {
					path = append(path, g.nodes[i].object.ID)
				}
				path = append(path, g.nodes[start].object.ID)
				slices.Reverse(path)
				return path
			}
			if _, seen := from[j]; !seen {
				from[j] = i
				queue = append(queue, j)
			}
		}
	}
	return nil
}
