package merge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Subjects are the objects of a kind, as people name it, and a name that either
// side knows: Flux objects, what they have applied, what the repository builds,
// and what is written in it. They are sorted, each once. An empty name means all.
func Subjects(facts *model.Facts, kind, name string) []model.ID {
	var found []model.ID
	add := func(id model.ID) {
		if (name == "" || id.Name == name) && id.Name != "" && kindNamed(id, kind) {
			found = append(found, id)
		}
	}
	eachKnown(facts, add)
	slices.SortFunc(found, model.ID.Compare)
	found = slices.Compact(found)
	// One that is written without a namespace is the one that got it from a
	// build.
	return slices.DeleteFunc(found, func(id model.ID) bool {
		return id.Namespace == "" && slices.ContainsFunc(found, func(other model.ID) bool {
			return other.Namespace != "" && withoutNamespace(other) == id
		})
	})
}

// eachKnown calls do for every object that is known, some more than once.
func eachKnown(facts *model.Facts, do func(model.ID)) {
	for _, o := range facts.Objects {
		do(o.ID)
		for _, entry := range o.Status.Inventory {
			do(entry.ID)
		}
	}
	if facts.Cluster != nil {
		for _, o := range facts.Cluster.Outside {
			do(o.ID)
		}
		for _, cause := range facts.RootCauses {
			do(cause.Object) // it may be missing
		}
	}
	if facts.Rendering != nil {
		for i := range facts.Rendering.Builds {
			for j := range facts.Rendering.Builds[i].Objects {
				do(facts.Rendering.Builds[i].Objects[j].ID)
			}
		}
	}
	if facts.Repository != nil {
		for _, d := range facts.Repository.Documents {
			if d.Patch || strings.HasSuffix(d.ID().Group, "kustomize.config.k8s.io") {
				continue
			}
			id := d.ID()
			do(id)
			for _, namespace := range d.Namespaces {
				id.Namespace = namespace
				do(id)
			}
		}
	}
}

// kindNamed reports whether a word means the kind of an object. Kinds that no
// table knows are compared as they are, and in the usual plural.
func kindNamed(id model.ID, word string) bool {
	if r, ok := fluxkind.LookupResource(id.Group, id.Kind); ok {
		return r.Named(word)
	}
	kind := strings.ToLower(id.Kind)
	for _, plural := range []string{kind, kind + "s", kind + "es", strings.TrimSuffix(kind, "y") + "ies"} {
		if (fluxkind.Resource{Group: id.Group, Kind: id.Kind, Plural: plural}).Named(word) {
			return true
		}
	}
	return false
}

// Nearest lists the known objects of which one may have been meant: first those
// of the kind, then those of the name. distance says how far two words are
// apart, 0 for equal ones.
func Nearest(facts *model.Facts, kind, name string, distance func(a, b string) int) []model.ID {
	const most = 5
	type near struct {
		id   model.ID
		cost int
	}
	var all []near
	seen := map[model.ID]bool{}
	eachKnown(facts, func(id model.ID) {
		if seen[id] || id.Name == "" {
			return
		}
		seen[id] = true
		cost := distance(strings.ToLower(name), strings.ToLower(id.Name))
		if strings.Contains(id.Name, name) || strings.Contains(name, id.Name) {
			cost = min(cost, 2)
		}
		if !kindNamed(id, kind) {
			cost += 3
		}
		if cost <= len(name)/2+2 {
			all = append(all, near{id, cost})
		}
	})
	slices.SortFunc(all, func(a, b near) int { return cmp.Or(cmp.Compare(a.cost, b.cost), a.id.Compare(b.id)) })
	var ids []model.ID
	for _, n := range all[:min(len(all), most)] {
		ids = append(ids, n.id)
	}
	return ids
}
