package status

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Reasons of root causes that no controller writes.
const (
	reasonCycle    = "DependencyCycle"
	reasonNotFound = "NotFound"
	reasonNotRead  = "NotRead"
)

// Judge assesses all objects, the outside ones too, and returns the root causes
// of what does not work among objects: for each object to mend, everything that
// waits for it, directly or not. Objects that nobody finds and dependency
// cycles are root causes of their own. The causes that block most come first. The
// installation explains objects that no controller has reported on.
//
// Lookup must know all the given objects and return no others.
func Judge(objects, outside []*model.Object, lookup Lookup, flux model.Installation, now time.Time) []model.RootCause {
	g := graph{lookup: lookup, index: map[model.ID]int{}, waiters: map[model.ID][]int{}}
	for _, list := range [][]*model.Object{objects, outside} {
		for _, o := range list {
			o.Assessment = Assess(o, lookup, now)
			if o.Assessment.State == model.StateUnknown {
				o.Assessment.Message = cmp.Or(explain(o, flux), o.Assessment.Message)
			}
			g.add(o)
		}
	}
	g.resolveGenerated()
	g.findCycles()
	g.shown = make(map[model.ID]bool, len(objects))
	for _, o := range objects {
		g.shown[o.ID] = true
	}
	return g.causes()
}

// graph is who waits for whom.
type graph struct {
	lookup Lookup
	nodes  []node
	index  map[model.ID]int
	// waiters are the nodes that wait for an object, whether it exists or not.
	waiters map[model.ID][]int
	cycles  []cycle
	shown   map[model.ID]bool
}

type node struct {
	object *model.Object
	wait   wait
	// cyclic nodes wait for themselves.
	cyclic bool
}

func (g *graph) add(o *model.Object) {
	n := node{object: o}
	if o.Assessment.State == model.StateWaiting || o.Assessment.State == model.StateFailed {
		n.wait = waitOf(o, g.lookup)
	}
	g.index[o.ID] = len(g.nodes)
	for _, b := range n.wait.blockers {
		g.waiters[b.id] = append(g.waiters[b.id], len(g.nodes))
	}
	g.nodes = append(g.nodes, n)
}

// resolveGenerated lets who waits for an ExternalArtifact that does not exist wait
// for the ArtifactGenerator that should make it.
func (g *graph) resolveGenerated() {
	generators := map[model.ID]*model.Object{}
	for _, n := range g.nodes {
		spec, ok := n.object.Spec.(*fluxkind.ArtifactGenerator)
		if !ok || works(n.object) {
			continue
		}
		for _, artifact := range spec.Artifacts {
			generators[model.ID{Group: fluxkind.GroupSource, Kind: "ExternalArtifact", Namespace: n.object.Namespace, Name: artifact.Name}] = n.object
		}
	}
	for artifact, generator := range generators {
		waiters := g.waiters[artifact]
		if _, exists := g.index[artifact]; exists || len(waiters) == 0 {
			continue
		}
		delete(g.waiters, artifact)
		g.waiters[generator.ID] = append(g.waiters[generator.ID], waiters...)
		for _, i := range waiters {
			n := &g.nodes[i]
			for j := range n.wait.blockers {
				if n.wait.blockers[j].id == artifact {
					n.wait.blockers[j].id, n.wait.blockers[j].presence = generator.ID, model.Present
				}
			}
			if a := &n.object.Assessment; a.SubState == subNoSource && !n.wait.has(model.Absent) {
				a.State, a.SubState = model.StateWaiting, subSource
			}
		}
	}
}

// causes makes one entry for each root.
func (g *graph) causes() []model.RootCause {
	var causes []model.RootCause
	add := func(cause model.RootCause, from ...model.ID) {
		cause.Blocks = g.blocked(from)
		if len(cause.Blocks) > 0 || g.shown[cause.Object] {
			causes = append(causes, cause)
		}
	}
	for _, c := range g.cycles {
		add(c.cause(), c.members...)
	}
	for _, n := range g.nodes {
		o := n.object
		if g.isRoot(n) {
			a := o.Assessment
			add(model.RootCause{Object: o.ID, State: a.State, Reason: a.Reason, Message: rootMessage(a)}, o.ID)
		}
	}
	for id, waiters := range g.waiters {
		if _, known := g.index[id]; !known {
			add(g.absentee(id, waiters), id)
		}
	}
	slices.SortFunc(causes, func(a, b model.RootCause) int {
		return cmp.Or(
			cmp.Compare(len(b.Blocks), len(a.Blocks)),
			cmp.Compare(a.State.Urgency(), b.State.Urgency()),
			a.Object.Compare(b.Object),
		)
	})
	return causes
}

// rootMessage says why others wait. What the controller of an object says is
// enough when it failed; else its message is about something that goes well.
func rootMessage(a model.Assessment) string {
	switch {
	case a.SubState == "" || a.Message != "" && a.State.Urgency() <= model.StateTerminating.Urgency():
		return a.Message
	case a.Message == "":
		return a.SubState
	}
	return a.SubState + ": " + a.Message
}

// isRoot is true for an object that neither works nor waits for another. What is
// suspended or under way is a cause only when others wait for it, or when its
// last run failed.
func (g *graph) isRoot(n node) bool {
	o := n.object
	blocks := len(g.waiters[o.ID]) > 0
	if n.cyclic || len(n.wait.blockers) > 0 {
		return false
	}
	switch a := o.Assessment; a.State {
	case model.StateFailed, model.StateStalled, model.StateTerminating:
		return true
	case model.StateUnknown:
		// A kind that nobody knows need not have conditions.
		return blocks || o.Spec != nil
	case model.StateSuspended:
		return blocks
	case model.StateReconciling:
		return blocks || strings.Contains(a.SubState, subLastRunFailed)
	case model.StateWaiting:
		return strings.Contains(a.SubState, subReadyExpr)
	}
	return false
}

// absentee is the cause that others wait for an object that was not found, or
// that nobody may look at.
func (g *graph) absentee(id model.ID, waiters []int) model.RootCause {
	var by []string
	presence := model.PresenceUnknown
	for _, i := range waiters {
		n := g.nodes[i]
		for _, b := range n.wait.blockers {
			if b.id == id {
				presence = b.presence
				by = append(by, fmt.Sprintf("%s of %s", b.field, n.object.ID))
			}
		}
	}
	slices.Sort(by)
	named := "; named by " + by[0]
	if len(by) > 1 {
		named += fmt.Sprintf(" and %d more", len(by)-1)
	}
	if presence == model.Absent {
		return model.RootCause{Object: id, State: model.StateMissing, Reason: reasonNotFound, Message: "does not exist" + named}
	}
	return model.RootCause{Object: id, State: model.StateUnknown, Reason: reasonNotRead, Message: "its state was not read" + named}
}

// blocked lists what waits for any of these objects, directly or not, sorted;
// only what is shown.
func (g *graph) blocked(from []model.ID) []model.ID {
	var blocked []model.ID
	seen := map[model.ID]bool{from[0]: true}
	queue := slices.Clone(from)
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, i := range g.waiters[id] {
			waiter := g.nodes[i].object.ID
			if seen[waiter] {
				continue
			}
			seen[waiter] = true
			queue = append(queue, waiter)
			if g.shown[waiter] {
				blocked = append(blocked, waiter)
			}
		}
	}
	slices.SortFunc(blocked, model.ID.Compare)
	return blocked
}
