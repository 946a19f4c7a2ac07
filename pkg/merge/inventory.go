package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// compareInventories puts what each Kustomization of this repository has applied
// beside what the repository makes for it.
func (d *drifter) compareInventories() {
	for i := range d.Sync.Kustomizations {
		k := &d.Sync.Kustomizations[i]
		if owner := d.live[k.ID]; owner != nil {
			k.Inventory = d.inventory(owner)
		}
	}
}

func (d *drifter) inventory(owner *model.Object) []model.InventoryObject {
	made := map[model.ID]*model.EffectiveObject{}
	build := d.onlyBuild(owner.ID)
	if build != nil {
		for i := range build.Objects {
			made[build.Objects[i].ID] = &build.Objects[i]
		}
	}
	list := make([]model.InventoryObject, 0, max(len(owner.Status.Inventory), len(made)))
	for _, entry := range owner.Status.Inventory {
		object := model.InventoryObject{ID: entry.ID, Origin: model.FromCluster}
		id := entry.ID
		if made[id] == nil && id.Namespace == "default" {
			id.Namespace = "" // as it is written when nothing sets a namespace
		}
		if found := made[id]; found != nil {
			object.Origin |= model.FromRepository
			object.Location, object.Commit = found.Location, d.lastCommit(found.Location.File)
			delete(made, id)
		} else if build != nil {
			object.Absence = d.notMade(owner, build)
		}
		list = append(list, object)
	}
	for id, found := range made {
		if notRecorded(found) {
			continue
		}
		list = append(list, model.InventoryObject{
			ID: id, Origin: model.FromRepository, Location: found.Location, Commit: d.lastCommit(found.Location.File), Absence: d.notApplied(owner, build, found),
		})
	}
	slices.SortFunc(list, func(a, b model.InventoryObject) int { return a.ID.Compare(b.ID) })
	return list
}

// onlyBuild is the one build of this cluster that an object owns; nil when it
// was not rendered, or when there are several.
func (d *drifter) onlyBuild(owner model.ID) *model.RenderedBuild {
	builds := d.own.builds[owner]
	if len(builds) != 1 || builds[0].State != model.BuildRendered {
		return nil
	}
	return builds[0]
}

// notRecorded is true for an object that kustomize-controller leaves out of its
// inventory, as its annotations ask.
func notRecorded(made *model.EffectiveObject) bool {
	if !bytes.Contains(made.Body, []byte(fluxkind.GroupKustomize)) {
		return false
	}
	var body struct {
		Metadata struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
	}
	return json.Unmarshal(made.Body, &body) == nil && leftAlone(body.Metadata.Annotations)
}

// changedForBuild lists the files that changed here since an owner applied its
// build; known is false when nobody can tell.
func (d *drifter) changedForBuild(owner *model.Object, build *model.RenderedBuild) (changed bool, known bool) {
	written := d.written[build.Location]
	commits := d.appliedCommits(build)
	if written == nil || len(commits) == 0 || d.live[owner.ID] == nil {
		return false, false
	}
	for _, commit := range commits {
		files, known := d.changedSince(commit)
		if !known {
			return false, false
		}
		if slices.ContainsFunc(written.Files, func(file string) bool { return files[file] }) || d.removedFrom(build, files) {
			changed = true
		}
	}
	return changed, true
}

// removedFrom is true when a changed file lies in the folder of a build: one
// that was deleted is not among its files any more.
func (d *drifter) removedFrom(build *model.RenderedBuild, changed map[string]bool) bool {
	for file := range changed {
		if within(file, build.Path) {
			return true
		}
	}
	return false
}

// notMade explains an object of the inventory that the repository does not make.
func (d *drifter) notMade(owner *model.Object, build *model.RenderedBuild) *model.Absence {
	changed, known := d.changedForBuild(owner, build)
	if !known || !changed {
		return nil
	}
	after := "it will be pruned when that is applied"
	if spec, ok := owner.Spec.(*fluxkind.Kustomization); ok && spec.Prune != nil && !*spec.Prune {
		after = owner.ID.String() + " does not prune, so it will be left behind"
	}
	return &model.Absence{
		From: model.FromRepository, Reason: model.AbsentRemoved, Expected: true,
		Message: fmt.Sprintf("%s applied it at %s; it is not in the files here any more, and %s", owner.ID, short(d.applied(owner)), after),
	}
}

// notApplied explains an object that the repository makes and that the inventory
// does not list.
func (d *drifter) notApplied(owner *model.Object, build *model.RenderedBuild, made *model.EffectiveObject) *model.Absence {
	absent := func(reason model.AbsenceReason, expected bool, format string, args ...any) *model.Absence {
		return &model.Absence{From: model.FromCluster, Reason: reason, Expected: expected, Message: fmt.Sprintf(format, args...)}
	}
	if d.changed[made.Location.File] {
		return absent(model.AbsentNotCommitted, true, "%s has changes that are not committed", made.Location.File)
	}
	changed, known := d.changedForBuild(owner, build)
	switch {
	case suspendedHere(owner):
		return absent(model.AbsentSuspended, true, "%s is suspended", owner.ID)
	case known && changed:
		return absent(model.AbsentNotApplied, true, "%s is at %s, and files that it builds have changed since", owner.ID, short(d.applied(owner)))
	case !owner.Assessment.State.Healthy():
		return absent(model.AbsentFailing, false, "%s is %s: %s", owner.ID, owner.Assessment.State, owner.Assessment.Reason)
	}
	return nil
}
