package merge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// explainAbsences says of each object that only one side has why that is so,
// where the evidence tells.
func (e *explainer) explainAbsences() {
	for i, object := range e.Objects {
		var absence *model.Absence
		switch object.Origin {
		case model.FromRepository:
			absence = e.notInCluster(object)
		case model.FromCluster:
			absence = e.notInRepository(object)
		}
		if absence == nil {
			continue
		}
		explained := *object
		explained.Absence = absence
		e.Objects[i] = &explained
	}
}

// notInCluster explains an object that only the repository has.
func (e *explainer) notInCluster(object *model.Object) *model.Absence {
	absent := func(reason model.AbsenceReason, expected bool, format string, args ...any) *model.Absence {
		return &model.Absence{From: model.FromCluster, Reason: reason, Expected: expected, Message: fmt.Sprintf(format, args...)}
	}
	if object.Effective == nil {
		switch {
		case !e.anyOwn:
			return nil
		case e.own.others[object.Location.File]:
			return absent(model.AbsentOtherCluster, true, "only other clusters build %s", object.Location.File)
		case e.unreached[object.Location.File]:
			return absent(model.AbsentNotBuilt, false, "no Kustomization builds %s", object.Location.File)
		}
		return nil
	}
	if !e.listed(object.Effective.ID) {
		return nil
	}
	maker := e.own.maker(object.Effective)
	owner := e.live[maker]
	switch {
	case e.changed[object.Location.File]:
		return absent(model.AbsentNotCommitted, true, "%s has changes that are not committed", object.Location.File)
	case owner == nil:
		return absent(model.AbsentNotApplied, true, "%s, which makes it, is not in the cluster either", maker)
	case owner.Spec != nil && owner.Spec.Suspended():
		return absent(model.AbsentSuspended, true, "%s, which makes it, is suspended", maker)
	}
	commit := e.lastCommit(object.Location.File)
	applied := e.applied(owner)
	if commit != nil && applied != "" && e.lacks(applied, commit.Hash) {
		return absent(model.AbsentNotApplied, true, "commit %s (%s) is not applied: %s is at %s", short(commit.Hash), commit.Subject, maker, short(applied))
	}
	if !owner.Assessment.State.Healthy() {
		return absent(model.AbsentFailing, false, "%s, which makes it, is %s: %s", maker, owner.Assessment.State, owner.Assessment.Reason)
	}
	if commit != nil && applied != "" && owner.Assessment.State == model.StateReady {
		return absent(model.AbsentDeleted, false, "%s has applied %s, which has it: it was deleted since; flux reconcile kustomization %s -n %s brings it back",
			maker, short(applied), owner.Name, owner.Namespace)
	}
	return nil
}

// notInRepository explains an object that only the cluster has.
func (e *explainer) notInRepository(object *model.Object) *model.Absence {
	absent := func(reason model.AbsenceReason, expected bool, format string, args ...any) *model.Absence {
		return &model.Absence{From: model.FromRepository, Reason: reason, Expected: expected, Message: fmt.Sprintf(format, args...)}
	}
	if maker, ok := e.made[object.ID]; ok {
		return absent(model.AbsentByFlux, true, "%s makes it", maker)
	}
	owner, labelled := appliedBy(object)
	switch {
	case !labelled:
		if manager := handManager(object); manager != "" {
			return absent(model.AbsentByHand, false, "no label of Flux: %s made it", manager)
		}
		return nil
	case owner.Kind == "ResourceSet":
		return absent(model.AbsentByResourceSet, true, "%s makes it", owner)
	case owner.Kind == "HelmRelease":
		return absent(model.AbsentByHelm, true, "the chart of %s has it", owner)
	case owner.Kind != "Kustomization":
		return absent(model.AbsentByFlux, true, "%s makes it", owner)
	}
	kustomization := e.live[owner]
	if kustomization == nil {
		if !e.listed(owner) {
			return nil
		}
		return absent(model.AbsentOrphan, false, "its label names %s, which does not exist: it was left behind", owner)
	}
	spec, ok := kustomization.Spec.(*fluxkind.Kustomization)
	if !ok {
		return nil
	}
	if !slices.ContainsFunc(kustomization.Status.Inventory, func(entry model.InventoryEntry) bool { return entry.ID == object.ID }) {
		if spec.Prune != nil && !*spec.Prune {
			return absent(model.AbsentOrphan, false, "%s, which does not prune, has left it behind", owner)
		}
		return absent(model.AbsentOrphan, false, "its label names %s, in whose inventory it is not: it was left behind", owner)
	}
	source := sourceOf(kustomization)
	if !e.own.sources[source] {
		return e.fromElsewhere(source, absent)
	}
	synced := e.source(source)
	git := e.Repository.Git
	if synced.Branch != "" && git.Branch != "" && synced.Branch != git.Branch {
		return absent(model.AbsentOtherBranch, true, "%s follows the branch %s, this clone is on %s", source, synced.Branch, git.Branch)
	}
	applied := e.applied(kustomization)
	if applied != "" && applied != git.Head {
		return absent(model.AbsentRemoved, true, "%s applied it at %s; it is not in Git any more at %s, and will be pruned when that is applied", owner, short(applied), short(git.Head))
	}
	return nil
}

func (e *explainer) fromElsewhere(source model.ID, absent func(model.AbsenceReason, bool, string, ...any) *model.Absence) *model.Absence {
	url := ""
	if object := e.live[source]; object != nil {
		switch spec := object.Spec.(type) {
		case *fluxkind.GitRepository:
			url = spec.URL
		case *fluxkind.OCIRepository:
			url = spec.URL
		case *fluxkind.Bucket:
			url = spec.Endpoint + "/" + spec.BucketName
		}
	}
	if url == "" {
		return absent(model.AbsentOtherRepository, true, "it comes from %s", source)
	}
	return absent(model.AbsentOtherRepository, true, "it comes from %s (%s)", source, url)
}

// handManager is the tool with which somebody made an object; empty when the
// managers tell of no tool that people use.
func handManager(object *model.Object) string {
	for _, field := range object.ManagedFields {
		name, _, _ := strings.Cut(field.Manager, "/")
		if strings.HasPrefix(name, "kubectl") || name == "flux" || name == "k9s" || name == "Lens" || name == "helm" {
			return name
		}
	}
	return ""
}

// listed is true when the cluster would have shown an object of this identity.
func (e *explainer) listed(id model.ID) bool {
	for _, kind := range e.Cluster.Kinds {
		if kind.Group == id.Group && kind.Kind == id.Kind {
			return kind.Scope == model.ReadCluster || kind.Scope == model.ReadNamespace && slices.Contains(kind.Namespaces, id.Namespace)
		}
	}
	return false
}
