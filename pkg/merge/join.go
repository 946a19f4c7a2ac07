// Package merge joins what the cluster says with what the repository says. It
// does no I/O and reads no clock.
package merge

import (
	"slices"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Join combines the two sides into facts; either may be nil. The sides are not
// changed: an object that both know becomes one new object with the live half
// of the cluster and the location of the repository.
func Join(now time.Time, focus []string, cluster *model.Cluster, repository *model.Repository) *model.Facts {
	facts := &model.Facts{Now: now, Focus: focus, Cluster: cluster, Repository: repository}

	var written []*model.Object
	if repository != nil {
		written = repository.Objects
	}
	claimed := map[*model.Object]bool{}
	places := map[model.ID]model.Location{}
	if cluster != nil {
		pairs := match(cluster.Objects, written)
		for _, live := range cluster.Objects {
			definition := pairs[live]
			if definition == nil {
				facts.Objects = append(facts.Objects, live)
				continue
			}
			claimed[definition] = true
			joined := *live
			joined.Origin = model.FromCluster | model.FromRepository
			joined.Location = definition.Location
			places[live.ID] = definition.Location
			facts.Objects = append(facts.Objects, &joined)
		}
	}
	for _, object := range written {
		if !claimed[object] {
			facts.Objects = append(facts.Objects, object)
		}
	}
	if cluster != nil {
		for _, cause := range cluster.RootCauses {
			cause.Location = places[cause.Object]
			if cause.State == model.StateMissing {
				cause.Location = onlyDefinition(cause.Object, written) // in Git, but not applied
			}
			facts.RootCauses = append(facts.RootCauses, cause)
		}
	}
	slices.SortStableFunc(facts.Objects, func(a, b *model.Object) int { return a.ID.Compare(b.ID) })
	return facts
}

// match pairs live objects with their one definition. Several definitions of an
// identity (one for each cluster of a fleet) pair with nothing: choosing would
// be a guess. A definition without a namespace gets it from a kustomization;
// it pairs when neither side has a second object of that name.
func match(live, written []*model.Object) map[*model.Object]*model.Object {
	definitions := map[model.ID][]*model.Object{}
	for _, object := range written {
		definitions[object.ID] = append(definitions[object.ID], object)
	}
	names := map[model.ID]int{}
	for _, object := range live {
		names[withoutNamespace(object.ID)]++
	}

	pairs := make(map[*model.Object]*model.Object, len(live))
	for _, object := range live {
		candidates := definitions[object.ID]
		if name := withoutNamespace(object.ID); len(candidates) == 0 && names[name] == 1 {
			candidates = definitions[name]
		}
		if len(candidates) == 1 {
			pairs[object] = candidates[0]
		}
	}
	return pairs
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
