package merge

import (
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Own tells which objects have more than one owner, and which have none: by the
// inventories of the live owners, and by what the repository renders to.
func Own(facts *model.Facts) model.Ownership {
	var found model.Ownership
	if facts.Cluster != nil {
		live := slices.Concat(facts.Cluster.Objects, facts.Cluster.Outside)
		found.Shared = sharedObjects(live)
		found.Orphans = orphans(facts.Cluster, live)
	}
	found.Contested = contestedObjects(facts)
	return found
}

// sharedObjects are those in the inventories of several owners. What a FluxInstance,
// a ResourceSet and a HelmRelease apply can be a Kustomization's, too: each of
// them sets its own field manager, and both go on to apply.
func sharedObjects(live []*model.Object) []model.SharedObject {
	owners := map[model.ID][]model.ID{}
	for _, object := range live {
		for id := range inventoryOf(object) {
			owners[id] = append(owners[id], object.ID)
		}
	}
	return severalOwners(owners, nil)
}

// severalOwners lists the objects with more than one owner, sorted.
func severalOwners(owners map[model.ID][]model.ID, places map[model.ID][]model.Location) []model.SharedObject {
	var shared []model.SharedObject
	for id, of := range owners {
		slices.SortFunc(of, model.ID.Compare)
		if of = slices.Compact(of); len(of) > 1 {
			shared = append(shared, model.SharedObject{ID: id, Owners: of, Locations: places[id]})
		}
	}
	slices.SortFunc(shared, func(a, b model.SharedObject) int { return a.Compare(b.ID) })
	return shared
}

// contestedObjects are those that several builds of one cluster would apply.
func contestedObjects(facts *model.Facts) []model.SharedObject {
	if facts.Rendering == nil {
		return nil
	}
	b := newBlast(facts)
	var contested []model.SharedObject
	fleet := b.fleet(facts.Rendering, facts.Repository)
	for _, name := range sortedNames(fleet) {
		owners, places := map[model.ID][]model.ID{}, map[model.ID][]model.Location{}
		for _, build := range fleet[name].builds {
			for i := range build.Objects {
				object := &build.Objects[i]
				if templated(object.ID) {
					continue // two of them may become different ones
				}
				owners[object.ID] = append(owners[object.ID], build.Owner)
				places[object.ID] = append(places[object.ID], object.Location)
			}
		}
		contested = append(contested, severalOwners(owners, places)...)
	}
	return contested
}

// orphans are live Flux objects whose owner, as their labels say, does not have
// them in its inventory. Other kinds are not listed by anybody here, so nothing
// is known of them.
func orphans(cluster *model.Cluster, live []*model.Object) []model.Orphan {
	byID := make(map[model.ID]*model.Object, len(live))
	for _, object := range live {
		byID[object.ID] = object
	}
	var found []model.Orphan
	for _, object := range cluster.Objects {
		id, ok := appliedBy(object)
		if !ok || id.Kind == "HelmRelease" {
			continue // Helm keeps its list in the release
		}
		owner := byID[id]
		switch {
		case owner == nil && readWhole(cluster, id):
			found = append(found, model.Orphan{ID: object.ID, Owner: id})
		case owner != nil && len(owner.Status.Inventory) > 0 && !inventoryOf(owner)[object.ID]:
			found = append(found, model.Orphan{ID: object.ID, Owner: id, OwnerExists: true})
		}
	}
	return found
}

// readWhole is true when an object would have been read if it existed.
func readWhole(cluster *model.Cluster, id model.ID) bool {
	return slices.ContainsFunc(cluster.Kinds, func(k model.KindRead) bool {
		return k.Group == id.Group && k.Kind == id.Kind &&
			(k.Scope == model.ReadCluster || k.Scope == model.ReadNamespace && slices.Contains(k.Namespaces, id.Namespace))
	})
}
