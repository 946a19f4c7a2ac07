package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// verdict says whether the target of a reference exists.
type verdict int

const (
	found verdict = iota
	missing
	unknown
)

// resolve looks for the target of a reference that owner holds. It answers
// unknown, with a reason, when the facts do not settle the question: a name
// that is a variable, a kind that the cluster would not list.
func (x *index) resolve(owner *model.Object, target model.ID) (verdict, string) {
	if templated(target.Name) || templated(target.Namespace) {
		return unknown, "the name is a variable"
	}
	candidates := x.candidates(owner, target)
	if len(candidates) > 0 {
		return found, ""
	}
	if live(owner) || x.Cluster != nil && x.Cluster.Reachable {
		if _, isFlux := fluxkind.Lookup(target.Group, target.Kind); !isFlux {
			return unknown, "the cluster was not asked for " + target.Kind + " objects"
		}
	}
	return missing, ""
}

// candidates are the objects that a reference of owner may mean. A namespace
// that is empty in Git is set by a kustomization, so it equals any other.
func (x *index) candidates(owner *model.Object, target model.ID) []known {
	var list []known
	for _, k := range x.named[withoutNamespace(target)] {
		if k.Namespace != target.Namespace && k.Namespace != "" && target.Namespace != "" && !templated(k.Namespace) {
			continue
		}
		if !live(owner) && !k.live && !x.together(owner.Location.File, k.File) {
			continue
		}
		list = append(list, k)
	}
	return list
}

// elsewhere finds an object of the same kind and name in another namespace,
// the usual mistake behind a reference to nothing.
func (x *index) elsewhere(target model.ID) (known, bool) {
	for _, k := range x.named[withoutNamespace(target)] {
		if k.Namespace != target.Namespace {
			return k, true
		}
	}
	return known{}, false
}

// sees is true when owner could mean object: both live, or of one cluster.
func (x *index) sees(owner, object *model.Object) bool {
	return live(owner) && live(object) || x.together(owner.Location.File, object.Location.File)
}

// nowhere says where a missing object was looked for.
func (x *index) nowhere() string {
	switch {
	case x.Cluster == nil || !x.Cluster.Reachable:
		return "the repository does not define"
	case x.Repository == nil:
		return "is not in the cluster"
	}
	return "is neither in the repository nor in the cluster"
}
