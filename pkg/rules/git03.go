package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var git03 = Rule{
	ID:       "GIT-03",
	Title:    "The local change deletes a Kustomization and all that it applied",
	Severity: v1alpha1.SeverityCritical,
	Why: "The Kustomization that applies it prunes what leaves Git; a deleted Kustomization that prunes deletes every object of its inventory, volumes and namespaces " +
		"included. A renamed one does the same before the new one applies anything.",
	Fix: "Set spec.prune: false, or spec.deletionPolicy: Orphan, and let that reach the cluster before the rename or the removal.",
	Guard: "Only while something is uncommitted or unpushed, for live Kustomizations in the inventory of one that prunes and that this clone builds, when no file of the clone defines " +
		"the name any more.",
	Since: "0.1.0",
	Page:  pageFAQ + "#how-can-i-safely-rename-a-flux-kustomization",
	Focus: []string{"gitops", "kustomize", "disaster-recovery"},
	check: checkDeletedKustomizations,
}

func checkDeletedKustomizations(p *pass) {
	if p.Repository == nil || p.Cluster == nil {
		return
	}
	git := p.Repository.Git
	if !git.Known || len(git.Changed) == 0 && git.Ahead == 0 {
		return
	}
	for parent, spec := range specs[*fluxkind.Kustomization](p.index) {
		if !live(parent) || spec.Prune == nil || !*spec.Prune || spec.Suspended() || !p.fetchesClone(parent) || len(p.builds[parent.Location]) == 0 {
			continue
		}
		for _, child := range p.appliedBy(parent) {
			childSpec, ok := child.Spec.(*fluxkind.Kustomization)
			if !ok || inGit(child) || p.definedInGit(child.ID) || p.madeByTemplate(child) || childSpec.Prune == nil || !*childSpec.Prune ||
				childSpec.DeletionPolicy == "Orphan" || len(child.Status.Inventory) == 0 {
				continue
			}
			p.report(finding{
				object: child,
				evidence: fmt.Sprintf("no file of the clone defines %s, which %s applies; %d objects go with it: %s",
					child.ID, parent.ID, len(child.Status.Inventory), inventoryKinds(child.Status.Inventory)),
				fix: fmt.Sprintf("git log -1 --diff-filter=D --name-only -- . finds the file; or flux suspend kustomization %s -n %s before the commit reaches the cluster", parent.Name, parent.Namespace),
			})
		}
	}
}

// fetchesClone is true when the source of a Kustomization is a remote of this
// clone and follows the branch that is checked out.
func (x *index) fetchesClone(object *model.Object) bool {
	for _, source := range x.targets(object, model.RelationSource) {
		if spec, ok := source.Spec.(*fluxkind.GitRepository); ok && live(source) {
			return x.sameRepository(spec.URL) && spec.Ref != nil && spec.Ref.Branch == x.Repository.Git.Branch
		}
	}
	return false
}

// definedInGit is true when a document of the repository has the kind and name,
// in whatever namespace.
func (x *index) definedInGit(id model.ID) bool {
	return slices.ContainsFunc(x.named[withoutNamespace(id)], func(k known) bool { return k.File != "" })
}

// madeByTemplate is true when a ResourceSet, or a variable in a name, may make
// the object.
func (x *index) madeByTemplate(object *model.Object) bool {
	for label := range object.Labels {
		if strings.HasPrefix(label, "resourceset.fluxcd.controlplane.io/") {
			return true
		}
	}
	for key := range x.named {
		if key.Kind == object.Kind && key.Group == object.Group && templated(key.Name) {
			return true
		}
	}
	return x.namedByTemplate(object)
}

// inventoryKinds counts the kinds of an inventory, those that hold data first.
func inventoryKinds(inventory []model.InventoryEntry) string {
	counts := map[string]int{}
	for _, entry := range inventory {
		counts[entry.ID.Kind]++
	}
	precious := []string{"PersistentVolumeClaim", "Namespace", "CustomResourceDefinition"}
	kinds := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if x, y := slices.Contains(precious, a), slices.Contains(precious, b); x != y {
			if x {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	parts := make([]string, len(kinds))
	for i, kind := range kinds {
		parts[i] = fmt.Sprintf("%d %s", counts[kind], kind)
	}
	return strings.Join(parts, ", ")
}
