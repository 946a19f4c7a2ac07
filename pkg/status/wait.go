package status

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// wait is what an object with Ready=False waits for.
type wait struct {
	// state and sub are the verdict; both are empty when the object waits for
	// nothing and has failed by itself.
	state model.State
	sub   string
	// note is added to the verdict of an object that failed by itself.
	note string
	// blockers are the objects that must work first, and do not.
	blockers []blocker
}

// blocker is an object that another one waits for.
type blocker struct {
	id model.ID
	// field is where the waiting object names it.
	field    string
	presence model.Presence
}

// sourceReasons are those of Ready=False that may be the fault of the source.
var sourceReasons = []string{
	"ArtifactFailed",    // Kustomization, HelmRelease
	"SourceNotReady",    // HelmRelease
	"NoSourceArtifact",  // HelmChart
	"SourceUnavailable", // HelmChart
	"SourceFetchFailed", // ArtifactGenerator
}

// waitOf finds what an object waits for. It looks at conditions only, so that it
// needs no verdict on other objects.
func waitOf(o *model.Object, lookup Lookup) wait {
	c := o.Status.Condition(ready)
	if c == nil || c.Status != "False" || isTrue(o.Status.Condition(stalled)) || !o.DeletionTimestamp.IsZero() {
		return wait{}
	}
	switch {
	case c.Reason == dependencyNotReady:
		return waitForDependencies(o, lookup)
	case slices.Contains(sourceReasons, c.Reason), isTrue(o.Status.Condition(includeUnavailable)):
		return waitForSource(o, lookup)
	case c.Reason == healthCheckFailed:
		return waitForChildren(o, c.Message, lookup)
	}
	return wait{}
}

func waitForDependencies(o *model.Object, lookup Lookup) wait {
	w := wait{state: model.StateWaiting, sub: subDependency}
	var readyExpr bool
	if o.Spec != nil {
		for _, ref := range o.Spec.References(o.ID) {
			if ref.Relation != model.RelationDependsOn && ref.Relation != model.RelationImage {
				continue
			}
			w.look(ref, lookup)
		}
		readyExpr = hasReadyExpr(o.Spec)
	}
	switch {
	case w.has(model.Absent):
		w.state, w.sub = model.StateFailed, subNoDependency
	case w.has(model.Present):
	case w.has(model.PresenceUnknown):
		w.sub = join([]string{subDependency, subNotRead})
	case readyExpr:
		w.sub = join([]string{subDependency, subReadyExpr})
	default:
		w.sub = join([]string{subDependency, subRetryDue})
	}
	return w
}

func waitForSource(o *model.Object, lookup Lookup) wait {
	w := wait{state: model.StateWaiting, sub: subSource}
	for _, ref := range sourcesOf(o, lookup) {
		w.look(ref, lookup)
	}
	switch {
	case w.has(model.Absent):
		w.state, w.sub = model.StateFailed, subNoSource
	case w.has(model.Present):
	case w.has(model.PresenceUnknown):
		// It may be the source, or the path in it.
		return wait{note: subSource + " " + subNotRead}
	default:
		return wait{}
	}
	return w
}

// sourcesOf lists what an object takes its artifact from. A HelmRelease with a
// chart template takes it from the HelmChart that its controller made.
func sourcesOf(o *model.Object, lookup Lookup) (sources []model.Reference) {
	if o.Spec == nil {
		return nil
	}
	if namespace, name, ok := strings.Cut(o.Status.HelmChart, "/"); ok {
		id := model.ID{Group: fluxkind.GroupSource, Kind: "HelmChart", Namespace: namespace, Name: name}
		if _, presence := lookup(id); presence == model.Present {
			return []model.Reference{{Relation: model.RelationSource, Field: "spec.chart", Target: id}}
		}
	}
	for _, ref := range o.Spec.References(o.ID) {
		if ref.Relation == model.RelationSource {
			sources = append(sources, ref)
		}
	}
	return sources
}

// listedResource is how the health check of kustomize-controller names what it
// waited for: Kind/namespace/name status: 'InProgress'.
var listedResource = regexp.MustCompile(`([A-Za-z0-9]+)/(?:([^/\s]+)/)?([^/\s]+) status: '[A-Za-z]+'`)

// waitForChildren judges a failed health check by what its message lists. When
// all of them are Flux objects that wait or are suspended, the object waits too.
// When others of them failed, the object failed with them, and they are the
// cause.
func waitForChildren(o *model.Object, message string, lookup Lookup) wait {
	_, list, ok := strings.Cut(message, ": [")
	list, _, closed := strings.Cut(list, "]")
	listed := listedResource.FindAllStringSubmatch(list, -1)
	if !ok || !closed || len(listed) == 0 {
		return wait{}
	}
	w := wait{state: model.StateWaiting, sub: subChildren}
	for _, match := range listed {
		id := childID(o, match[1], match[2], match[3])
		child, presence := lookup(id)
		if presence != model.Present || works(child) {
			return wait{}
		}
		w.blockers = append(w.blockers, blocker{id: id, field: "its health check", presence: presence})
		row, _ := fluxkind.Lookup(child.Group, child.Kind)
		if !suspended(child, row) && waitOf(child, lookup).state != model.StateWaiting {
			w.state, w.sub = "", ""
		}
	}
	return w
}

// childID finds the group of a resource that a health check names without one.
func childID(o *model.Object, kind, namespace, name string) model.ID {
	matches := func(id model.ID) bool { return id.Kind == kind && id.Namespace == namespace && id.Name == name }
	for _, entry := range o.Status.Inventory {
		if matches(entry.ID) {
			return entry.ID
		}
	}
	if o.Spec != nil {
		for _, ref := range o.Spec.References(o.ID) {
			if ref.Relation == model.RelationHealthCheck && matches(ref.Target) {
				return ref.Target
			}
		}
	}
	return model.ID{Kind: kind, Namespace: namespace, Name: name}
}

// look adds a referenced object if it stands in the way.
func (w *wait) look(ref model.Reference, lookup Lookup) {
	target, presence := lookup(ref.Target)
	if presence != model.Present || !works(target) {
		w.blockers = append(w.blockers, blocker{id: ref.Target, field: ref.Field, presence: presence})
	}
}

func (w *wait) has(presence model.Presence) bool {
	return slices.ContainsFunc(w.blockers, func(b blocker) bool { return b.presence == presence })
}

// works reports whether others that wait for this object may go on: it is ready
// for its current spec, suspended or not.
func works(o *model.Object) bool {
	row, _ := fluxkind.Lookup(o.Group, o.Kind)
	if !o.DeletionTimestamp.IsZero() {
		return false
	}
	if static(o, row) || o.Kind == "ExternalArtifact" && o.Status.Artifact != nil && len(o.Status.Conditions) == 0 {
		return true
	}
	c := o.Status.Condition(ready)
	return isTrue(c) && observed(o, c) && !isTrue(o.Status.Condition(stalled))
}

func hasReadyExpr(spec model.Spec) bool {
	var list []fluxkind.DependsOn
	switch s := spec.(type) {
	case *fluxkind.Kustomization:
		list = s.DependsOn
	case *fluxkind.HelmRelease:
		list = s.DependsOn
	case *fluxkind.ResourceSet:
		list = s.DependsOn
	}
	return slices.ContainsFunc(list, func(d fluxkind.DependsOn) bool { return d.ReadyExpr != "" })
}
