package rules

import (
	"iter"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// index holds the facts with the look-ups that rules share. It is made once
// for a run and not changed by rules.
type index struct {
	*model.Facts
	// objects are the Flux objects to judge: patches and templates are none.
	objects []*model.Object
	// named finds everything that both sides know, Flux object or not, by kind
	// and name; the namespace is compared by whoever looks.
	named map[model.ID][]known
	// roots are folders that a cluster syncs, each with a trailing slash; the
	// longest first.
	roots []string
	// document is the document in each place of the repository.
	document map[model.Location]model.Document
	// versions are the Flux versions that the facts tell of.
	versions []fluxVersion
}

// known is one object that exists, in Git or in the cluster.
type known struct {
	model.ID
	model.Location
	live   bool
	object *model.Object // nil for kinds outside the Flux table
}

func newIndex(facts *model.Facts) *index {
	x := &index{Facts: facts, named: map[model.ID][]known{}, document: map[model.Location]model.Document{}}
	if facts.Repository != nil {
		for _, document := range facts.Repository.Documents {
			x.document[document.Location] = document
		}
	}
	objects := map[model.Location]bool{}
	for _, object := range facts.Objects {
		if x.document[object.Location].Patch && object.Origin == model.FromRepository {
			continue
		}
		objects[object.Location] = true
		x.add(known{ID: object.ID, Location: object.Location, live: object.Origin&model.FromCluster != 0, object: object})
		if !templated(object.Name) && !templated(object.Namespace) {
			x.objects = append(x.objects, object)
		}
	}
	if facts.Repository != nil {
		for _, document := range facts.Repository.Documents {
			if !document.Patch && !objects[document.Location] {
				x.add(known{ID: document.ID(), Location: document.Location})
			}
		}
	}
	x.roots = syncRoots(facts)
	x.versions = fluxVersions(facts)
	return x
}

func (x *index) add(k known) {
	key := withoutNamespace(k.ID)
	x.named[key] = append(x.named[key], k)
}

func withoutNamespace(id model.ID) model.ID {
	id.Namespace = ""
	return id
}

// specs yields the objects of one kind with their typed spec.
func specs[T model.Spec](p *pass) iter.Seq2[*model.Object, T] {
	return func(yield func(*model.Object, T) bool) {
		for _, object := range p.objects {
			if spec, ok := object.Spec.(T); ok && !yield(object, spec) {
				return
			}
		}
	}
}

// live is true when the object was read from a cluster.
func live(object *model.Object) bool { return object.Origin&model.FromCluster != 0 }

// templated is true for text that becomes a value only later: Flux variables,
// Helm, Jinja and ResourceSet templates.
func templated(text string) bool {
	return strings.Contains(text, "${") || strings.Contains(text, "{{") || strings.Contains(text, "<<") || strings.Contains(text, "{%")
}

// syncRoots lists the folders of the repository that clusters sync: the paths
// of objects that flux bootstrap and the Flux Operator write.
func syncRoots(facts *model.Facts) []string {
	var roots []string
	for _, object := range facts.Objects {
		if folder := syncFolder(object); folder != "" {
			roots = append(roots, folder)
		}
	}
	slices.SortFunc(roots, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(roots)
}
