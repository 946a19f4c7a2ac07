// Package merge joins what the cluster says with what the repository says. It
// does no I/O and reads no clock.
package merge

import (
	"slices"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Sides are what the collectors found.
type Sides struct {
	Now time.Time
	// Focus lists the topics asked for.
	Focus []string
	// Cluster and Repository may be nil.
	Cluster    *model.Cluster
	Repository *model.Repository
	// Rendering is what the repository amounts to; nil when nothing was built.
	Rendering *model.Rendering
	// ClusterPath is the folder of the cluster in the repository, relative to
	// the scanned folder, when somebody names it.
	ClusterPath string
}

// Join combines the two sides into facts. The sides are not changed: an object
// that both know becomes one new object with the live half of the cluster and
// the location of the repository.
func Join(sides Sides) *model.Facts {
	facts := &model.Facts{
		Now: sides.Now, Focus: sides.Focus, Cluster: sides.Cluster, Repository: sides.Repository, Rendering: sides.Rendering,
	}
	var written []*model.Object
	if sides.Repository != nil {
		written = sides.Repository.Objects
	}
	if sides.Cluster == nil {
		facts.Objects = slices.Clone(written)
		sortObjects(facts.Objects)
		return facts
	}
	var own ownBuilds
	if sides.Repository != nil {
		facts.Sync = matchClone(sides)
		own = newOwnBuilds(sides, facts.Sync)
	}
	claimed := map[*model.Object]bool{}
	places := map[model.ID]model.Location{}
	pairs := match(sides.Cluster.Objects, written, own)
	for _, live := range sides.Cluster.Objects {
		definition, ok := pairs[live]
		if !ok {
			facts.Objects = append(facts.Objects, live)
			continue
		}
		claimed[definition.written] = true
		joined := *live
		joined.Origin = model.FromCluster | model.FromRepository
		joined.Effective = definition.effective
		joined.Location = definition.location
		if definition.written != nil {
			joined.Lines = definition.written.Lines
		}
		places[live.ID] = joined.Location
		facts.Objects = append(facts.Objects, &joined)
	}
	for _, object := range written {
		if !claimed[object] {
			facts.Objects = append(facts.Objects, own.complete(object))
		}
	}
	for _, cause := range sides.Cluster.RootCauses {
		cause.Location = places[cause.Object]
		if cause.State == model.StateMissing {
			cause.Location = onlyDefinition(cause.Object, written) // in Git, but not applied
		}
		facts.RootCauses = append(facts.RootCauses, cause)
	}
	sortObjects(facts.Objects)
	return facts
}

func sortObjects(objects []*model.Object) {
	slices.SortStableFunc(objects, func(a, b *model.Object) int { return a.ID.Compare(b.ID) })
}

// definition is where the repository defines a live object. written is nil for
// what a ResourceSet or a generator makes, effective when it was not rendered.
type definition struct {
	location  model.Location
	written   *model.Object
	effective *model.EffectiveObject
}

// match pairs live objects with their one definition: by identity in what this
// cluster's builds make, then by identity as written. Several definitions of an
// identity (one for each cluster of a fleet) pair with nothing: choosing would
// be a guess. A definition without a namespace gets it from a kustomization; it
// pairs when neither side has a second object of that name. At last a
// Kustomization pairs with the only one left that builds the same folder.
func match(live, written []*model.Object, own ownBuilds) map[*model.Object]definition {
	byPlace := make(map[model.Location]*model.Object, len(written))
	byID := map[model.ID][]*model.Object{}
	for _, object := range written {
		byPlace[object.Location] = object
		if !own.others[object.Location.File] {
			byID[object.ID] = append(byID[object.ID], object)
		}
	}
	names := map[model.ID]int{}
	for _, object := range live {
		names[withoutNamespace(object.ID)]++
	}

	pairs := make(map[*model.Object]definition, len(live))
	paired := map[*model.Object]bool{}
	for _, object := range live {
		if made := own.objects[object.ID]; made != nil {
			place := byPlace[made.Location]
			pairs[object] = definition{location: made.Location, written: place, effective: made}
			paired[place] = true
			continue
		}
		candidates := byID[object.ID]
		if name := withoutNamespace(object.ID); len(candidates) == 0 && names[name] == 1 {
			candidates = byID[name]
		}
		if len(candidates) == 1 {
			pairs[object] = definition{location: candidates[0].Location, written: candidates[0]}
			paired[candidates[0]] = true
		}
	}
	matchPaths(live, byID, own, pairs, paired)
	return pairs
}

// matchPaths pairs Kustomizations whose names differ, because they are made of
// variables that nobody could resolve, by the folder that they build.
func matchPaths(live []*model.Object, byID map[model.ID][]*model.Object, own ownBuilds, pairs map[*model.Object]definition, paired map[*model.Object]bool) {
	folders := map[string][]*model.Object{}
	for id, candidates := range byID {
		if id.Kind != "Kustomization" || !templated(id) {
			continue
		}
		for _, object := range candidates {
			if folder, ok := own.folder(object); ok && !paired[object] {
				folders[folder] = append(folders[folder], object)
			}
		}
	}
	if len(folders) == 0 {
		return
	}
	left := map[string][]*model.Object{}
	for _, object := range live {
		if _, done := pairs[object]; !done && own.sources[sourceOf(object)] {
			if folder, ok := own.folder(object); ok {
				left[folder] = append(left[folder], object)
			}
		}
	}
	for folder, objects := range left {
		if candidates := folders[folder]; len(objects) == 1 && len(candidates) == 1 {
			pairs[objects[0]] = definition{location: candidates[0].Location, written: candidates[0]}
		}
	}
}

// onlyDefinition is where an identity is written, if that is one place.
func onlyDefinition(id model.ID, written []*model.Object) model.Location {
	var found model.Location
	for _, object := range written {
		if object.ID == id {
			if found.File != "" {
				return model.Location{}
			}
			found = object.Location
		}
	}
	return found
}

func withoutNamespace(id model.ID) model.ID {
	id.Namespace = ""
	return id
}
