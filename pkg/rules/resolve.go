package rules

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
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
// that is a variable, a kind that nobody could list, an object that something
// outside Git may make.
func (x *index) resolve(owner *model.Object, target model.ID) (verdict, string) {
	if templated(target.Name) || templated(target.Namespace) {
		return unknown, "the name is a variable"
	}
	if live(owner) {
		return x.resolveLive(owner, target)
	}
	if len(x.candidates(owner, target)) > 0 {
		return found, ""
	}
	if !isFlux(target) {
		return unknown, "it may be made by something outside Git"
	}
	if target.Name == "flux-system" {
		return found, "" // flux bootstrap and the Flux Operator make it
	}
	if reason := x.mayCome(target.Kind); reason != "" {
		return unknown, reason
	}
	return missing, ""
}

// mayCome says what in the repository may bring objects of a Flux kind that
// nobody can see in its files; it is empty when nothing does.
func (x *index) mayCome(kind string) string {
	for object := range specs[*fluxkind.ResourceSet](x) {
		templates := slices.Concat(rawField(object.RawSpec, "resources"), rawField(object.RawSpec, "resourcesTemplate"))
		if len(x.madeBy[object.Location]) == 0 && bytes.Contains(templates, []byte(kind)) {
			return "a ResourceSet may make it: " + object.ID.String()
		}
	}
	if x.Repository == nil {
		return ""
	}
	for _, kustomization := range x.Repository.Kustomizations {
		for _, entry := range kustomization.Remote {
			if kustomization.Reached && entry.Field != "openapi" && !manifestURL(entry.Entry) {
				return fmt.Sprintf("the remote base of %s:%d may define it", kustomization.File, entry.Line)
			}
		}
	}
	return ""
}

// manifestURL is true for an address of one file with manifests. Such files
// hold what others install, hardly ever Flux objects of this project.
func manifestURL(address string) bool {
	address, _, _ = strings.Cut(address, "?")
	return strings.HasPrefix(address, "http") && (model.IsYAML(address) || strings.HasSuffix(address, ".json"))
}

// noneKnown is true when neither side knows a single object of a kind: all of
// them come from elsewhere then, as far as anybody can tell.
func (x *index) noneKnown(id model.ID) bool {
	for key := range x.named {
		if key.Group == id.Group && key.Kind == id.Kind {
			return false
		}
	}
	return true
}

// resolveLive asks what the cluster said. An object that is only in Git will
// come with the next reconciliation and is not called missing.
func (x *index) resolveLive(owner *model.Object, target model.ID) (verdict, string) {
	if !isFlux(target) {
		switch named := x.Cluster.Named[target]; named.Presence {
		case model.Present:
			return found, ""
		case model.Absent:
			return missing, ""
		case model.PresenceUnknown:
		}
		return unknown, "the cluster does not say whether it exists"
	}
	candidates := x.candidates(owner, target)
	if slices.ContainsFunc(candidates, func(k known) bool { return k.live }) {
		return found, ""
	}
	if len(candidates) > 0 {
		return unknown, "it is in Git, but not in the cluster yet"
	}
	if !x.readable(target) {
		return unknown, "objects of its kind could not be listed"
	}
	return missing, ""
}

func isFlux(id model.ID) bool {
	_, ok := fluxkind.Lookup(id.Group, id.Kind)
	return ok
}

// readable is true when the cluster's list of a Flux kind covers a namespace,
// or when the cluster does not serve the kind at all.
func (x *index) readable(target model.ID) bool {
	for _, kind := range x.Cluster.Kinds {
		if kind.Group != target.Group || kind.Kind != target.Kind {
			continue
		}
		return kind.Scope == model.ReadCluster || kind.Scope == model.ReadNamespace && slices.Contains(kind.Namespaces, target.Namespace)
	}
	return len(x.Cluster.Kinds) > 0
}

// candidates are the objects that a reference of owner may mean. A namespace
// that is empty in Git is set by a kustomization that nobody has built, so it
// equals any other.
func (x *index) candidates(owner *model.Object, target model.ID) []known {
	var list []known
	file := owner.Location.File
	cluster := x.clusterOf(file)
	for _, k := range x.named[withoutNamespace(target)] {
		if k.Namespace != target.Namespace && k.Namespace != "" && target.Namespace != "" && !templated(k.Namespace) {
			continue
		}
		if !live(owner) && !k.live && !x.joined(file, cluster, k.File, k.cluster) {
			continue
		}
		list = append(list, k)
	}
	return list
}

// ifKnown is the severity of a finding about a missing object: that of the rule
// when others of its kind are known, a warning when none is.
func (p *pass) ifKnown(target model.ID) v1alpha1.Severity {
	if p.noneKnown(target) {
		return v1alpha1.SeverityWarning
	}
	return ""
}

// nearest are the Flux objects that a reference of owner means. Where several
// clusters define one, and nothing else tells them apart, it is the one with
// the longest way in common.
func (x *index) nearest(owner *model.Object, target model.ID) []*model.Object {
	var list []*model.Object
	longest := 0
	for _, k := range x.candidates(owner, target) {
		if k.object == nil {
			continue
		}
		common := commonFolders(owner.Location.File, k.File)
		if common > longest {
			longest, list = common, nil
		}
		if common == longest {
			list = append(list, k.object)
		}
	}
	return list
}

// commonFolders counts the folders with which two paths begin alike.
func commonFolders(a, b string) int {
	count := 0
	for {
		folder, restA, okA := strings.Cut(a, "/")
		other, restB, okB := strings.Cut(b, "/")
		if !okA || !okB || folder != other {
			return count
		}
		a, b = restA, restB
		count++
	}
}

// elsewhere finds an object of the same kind and name in another namespace,
// the usual mistake behind a reference to nothing.
func (x *index) elsewhere(owner *model.Object, target model.ID) (known, bool) {
	for _, k := range x.named[withoutNamespace(target)] {
		if k.Namespace != target.Namespace && (k.live || x.together(owner.Location.File, k.File)) {
			return k, true
		}
	}
	return known{}, false
}

// targets are the Flux objects that references of one relation lead to.
func (x *index) targets(owner *model.Object, relation model.Relation) []*model.Object {
	var list []*model.Object
	if owner.Spec == nil {
		return nil
	}
	for _, ref := range owner.Spec.References(owner.ID) {
		if ref.Relation != relation {
			continue
		}
		for _, k := range x.candidates(owner, ref.Target) {
			if k.object != nil {
				list = append(list, k.object)
			}
		}
	}
	return list
}

// nowhere says where a missing object was looked for.
func (x *index) nowhere(owner *model.Object) string {
	switch {
	case owner != nil && live(owner):
		return "is not in the cluster"
	case x.Cluster == nil || !x.Cluster.Reachable:
		return "the repository does not define"
	}
	return "is neither in the repository nor in the cluster"
}
