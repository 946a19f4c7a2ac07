package merge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Blast tells what the changes since facts.Base will delete: nothing when one of
// the two states was not rendered.
//
// The controllers decide like this: a Kustomization that prunes deletes what is
// in its inventory and no longer in what it builds, unless the object says
// prune: disabled or carries the labels of another owner by then. One that is
// deleted does the same with its whole inventory, as its deletionPolicy says,
// and nothing while it is suspended. A HelmRelease that is deleted is
// uninstalled; one whose release name, namespaces or chart change is uninstalled
// and installed again.
func Blast(facts *model.Facts) []model.Deletion {
	if facts.Base == nil || facts.Base.Rendering == nil || facts.Rendering == nil {
		return nil
	}
	b := newBlast(facts)
	b.stages = newStages(facts)
	before := b.fleet(facts.Base.Rendering, facts.Base.Repository)
	if len(before) == 0 && b.sides != nil {
		// This is not the cluster that the repository describes.
		b.sides, b.live = nil, nil
		before = b.fleet(facts.Base.Rendering, facts.Base.Repository)
	}
	after := b.fleet(facts.Rendering, facts.Repository)
	for _, name := range sortedNames(before) {
		then, now := before[name], after[name]
		if now == nil {
			now = moved(then, before, after)
		}
		b.cluster, b.then, b.now, b.gone = name, then, now, map[model.ID]bool{}
		b.compare()
	}
	slices.SortStableFunc(b.found, func(x, y model.Deletion) int {
		return cmp.Or(strings.Compare(x.Cluster, y.Cluster), x.Owner.Compare(y.Owner), strings.Compare(string(x.Action), string(y.Action)), x.To.Compare(y.To))
	})
	return b.found
}

// moved finds the cluster that a folder has become: one that was not there, with
// the same root.
func moved(then *applied, before, after map[string]*applied) *applied {
	for _, name := range sortedNames(after) {
		if before[name] == nil && after[name].byOwner[then.builds[0].Owner] != nil {
			return after[name]
		}
	}
	return &applied{}
}

// blast compares two states of one cluster after the other.
type blast struct {
	facts  *model.Facts
	sides  *Sides // nil without a cluster
	live   map[model.ID]*model.Object
	stages stages
	found  []model.Deletion

	cluster   string
	then, now *applied
	// gone are owners whose end has been told.
	gone map[model.ID]bool
}

// Bases are the revisions to compare with when nobody names one, the best first;
// none when nothing has changed since.
func Bases(facts *model.Facts) []model.Base {
	git := facts.Repository.Git
	var bases []model.Base
	changed := slices.ContainsFunc(git.Changed, func(c model.Change) bool { return c.Flux })
	if facts.Sync.Matched() {
		for _, kustomization := range facts.Sync.Kustomizations {
			at := model.Base{Reason: model.BaseApplied, Revision: kustomization.Applied}
			switch {
			case kustomization.Applied == "" || kustomization.Applied == git.Head && !changed:
			case kustomization.ID == facts.Sync.Root:
				bases = slices.Insert(bases, 0, at)
			case !slices.Contains(bases, at):
				bases = append(bases, at)
			}
		}
		if len(bases) == 0 && !changed {
			return nil
		}
	}
	if git.Upstream != "" && git.Ahead > 0 {
		bases = append(bases, model.Base{Reason: model.BaseUpstream, Revision: git.Upstream})
	}
	if changed && git.Head != "" {
		bases = append(bases, model.Base{Reason: model.BaseHead, Revision: git.Head})
	}
	return bases
}

func newBlast(facts *model.Facts) *blast {
	b := &blast{facts: facts, live: map[model.ID]*model.Object{}}
	if facts.Cluster != nil && facts.Cluster.Reachable && facts.Sync != nil {
		b.sides = &Sides{Cluster: facts.Cluster, Repository: facts.Repository, Rendering: facts.Rendering, ClusterPath: facts.Sync.Given}
		for _, object := range slices.Concat(facts.Cluster.Outside, facts.Cluster.Objects) {
			b.live[object.ID] = object
		}
	}
	return b
}

// applied is what the builds of one cluster make.
type applied struct {
	builds  []*model.RenderedBuild
	byOwner map[model.ID]*model.RenderedBuild
	made    map[model.ID]made
	written map[model.Location]*model.Object
}

// made is an object with the build that makes it.
type made struct {
	*model.EffectiveObject
	by *model.RenderedBuild
}

// fleet sorts the builds of a rendering by clusters: this one when there is one,
// else by the folder of the root.
func (b *blast) fleet(rendering *model.Rendering, repository *model.Repository) map[string]*applied {
	written := make(map[model.Location]*model.Object, len(repository.Objects))
	for _, object := range repository.Objects {
		written[object.Location] = object
	}
	var own ownBuilds
	if b.sides != nil {
		own = newOwnBuilds(Sides{Cluster: b.sides.Cluster, Repository: b.facts.Repository}, b.facts.Sync)
	}
	fleet := map[string]*applied{}
	of := make([]*applied, len(rendering.Builds))
	for i := range rendering.Builds {
		build := &rendering.Builds[i]
		if build.Parent >= 0 {
			of[i] = of[build.Parent]
		} else {
			name := strings.TrimSuffix(path.Dir(build.File), "/flux-system") // as bootstrap lays it out
			if b.sides != nil {
				name = ""
				if !own.root(*b.sides, b.facts.Sync, build, b.live[build.Owner]) {
					continue
				}
			}
			if of[i] = fleet[name]; of[i] == nil {
				of[i] = &applied{byOwner: map[model.ID]*model.RenderedBuild{}, made: map[model.ID]made{}, written: written}
				fleet[name] = of[i]
			}
		}
		if of[i] == nil {
			continue
		}
		of[i].builds = append(of[i].builds, build)
		of[i].byOwner[build.Owner] = build
		for j := range build.Objects {
			object := &build.Objects[j]
			of[i].made[object.ID] = made{object, build}
		}
	}
	return fleet
}

// compare tells what each owner of the base deletes now.
func (b *blast) compare() {
	for _, build := range b.then.builds {
		if now := b.now.byOwner[build.Owner]; now != nil {
			b.pruned(build, now)
			continue
		}
		if _, child := b.then.made[build.Owner]; !child && !b.gone[build.Owner] && b.sides == nil {
			// Nothing here applies it, and whatever does may prune.
			b.end(build.Owner, build.Location, "", fmt.Sprintf("%s is no longer in Git: if what applies it prunes, it goes", build.Owner))
		}
	}
	for _, build := range b.then.builds {
		for i := range build.Objects {
			object := &build.Objects[i]
			if now, ok := b.now.made[object.ID]; ok && object.Kind == "HelmRelease" {
				b.reinstalled(object, now)
			}
		}
	}
}

// policy is what an owner's spec says of deleting.
type policy struct {
	Prune          *bool  `json:"prune"`
	Suspend        bool   `json:"suspend"`
	DeletionPolicy string `json:"deletionPolicy"`
}

// policyOf is that of the state given, or of the live object when it is asked
// for.
func (b *blast) policyOf(id model.ID, state *applied, live bool) policy {
	var p policy
	if object := b.live[id]; object != nil && live {
		_ = json.Unmarshal(object.RawSpec, &p) // what cannot be read says nothing
		return p
	}
	if object, ok := state.made[id]; ok {
		var whole struct{ Spec policy }
		_ = json.Unmarshal(object.Body, &whole)
		return whole.Spec
	}
	if build := state.byOwner[id]; build != nil && state.written[build.Location] != nil {
		_ = json.Unmarshal(state.written[build.Location].RawSpec, &p)
	}
	return p
}

// pruned tells what an owner that stays no longer builds.
func (b *blast) pruned(then, now *model.RenderedBuild) {
	if then.State != model.BuildRendered || now.State != model.BuildRendered {
		return // one that cannot be built prunes nothing
	}
	still := make(map[model.ID]bool, len(now.Objects))
	for i := range now.Objects {
		still[now.Objects[i].ID] = true
	}
	var removed []model.DeletedObject
	for i := range then.Objects {
		if object := &then.Objects[i]; !still[object.ID] {
			removed = append(removed, model.DeletedObject{ID: object.ID, Location: object.Location})
		}
	}
	source := model.InventoryRendered
	if live := b.live[then.Owner]; live != nil {
		// What was never applied cannot be deleted.
		source = model.InventoryLive
		inventory := inventoryOf(live)
		removed = slices.DeleteFunc(removed, func(o model.DeletedObject) bool { return !inventory[o.ID] })
	} else if b.sides != nil {
		return // it never ran here
	}
	if len(removed) == 0 {
		return
	}
	p := b.policyOf(then.Owner, b.now, false)
	prunes := then.Owner.Kind == "ResourceSet" || p.Prune != nil && *p.Prune
	deletion := model.Deletion{Owner: then.Owner, Action: model.DeletePrune, Inventory: source, Location: removed[0].Location}
	b.split(&deletion, removed, prunes, "prune is false")
	stage := b.stage(deletion)
	suffix := ""
	if p.Suspend {
		suffix = ", once it is resumed"
	}
	if len(deletion.Objects) > 0 {
		deletion.Message = fmt.Sprintf("%s no longer builds %s, and prunes them%s", then.Owner, kinds(deletion.Objects), suffix)
		if len(deletion.Objects) == 1 {
			deletion.Message = fmt.Sprintf("%s no longer builds %s, and prunes it%s", then.Owner, deletion.Objects[0].ID, suffix)
		}
		b.add(deletion)
	}
	for _, object := range deletion.Objects {
		b.end(object.ID, object.Location, stage, fmt.Sprintf("%s prunes %s", then.Owner, object.ID))
	}
}

// split sorts what an owner no longer has into what goes, what stays, and what
// another owner takes over.
func (b *blast) split(deletion *model.Deletion, removed []model.DeletedObject, prunes bool, why string) {
	handed := map[model.ID][]model.DeletedObject{}
	for _, object := range removed {
		switch taken, ok := b.now.made[object.ID]; {
		case !prunes:
			deletion.Kept = append(deletion.Kept, model.KeptObject{ID: object.ID, Reason: why})
		case b.disabled(object.ID) != "":
			deletion.Kept = append(deletion.Kept, model.KeptObject{ID: object.ID, Reason: b.disabled(object.ID)})
		case ok && taken.by.Owner != deletion.Owner:
			handed[taken.by.Owner] = append(handed[taken.by.Owner], object)
		case !ok:
			deletion.Objects = append(deletion.Objects, object)
		}
	}
	slices.SortFunc(deletion.Objects, func(x, y model.DeletedObject) int { return x.Compare(y.ID) })
	for to, objects := range handed {
		slices.SortFunc(objects, func(x, y model.DeletedObject) int { return x.Compare(y.ID) })
		b.add(model.Deletion{
			Owner: deletion.Owner, Action: model.DeleteHandover, To: to, Inventory: deletion.Inventory, Location: objects[0].Location, Objects: objects,
			Stage:   deletion.Stage,
			Message: fmt.Sprintf("%s go from %s to %s: %s", kinds(objects), deletion.Owner, to, b.order(deletion.Owner, to)),
		})
	}
}

// order says what a handover depends on: the owner labels of the object, which
// the one that applies it last has set.
func (b *blast) order(from, to model.ID) string {
	if b.waits(from, to) {
		return fmt.Sprintf("%s waits for it, so nothing is deleted", from)
	}
	if b.waits(to, from) {
		return fmt.Sprintf("%s waits for %s, which deletes them first: they are made anew", to, from)
	}
	return fmt.Sprintf("they are deleted and made anew if %s is faster; set prune: false on it first", from)
}

// waits is true when one owner depends on another.
func (b *blast) waits(owner, on model.ID) bool {
	object, ok := b.now.made[owner]
	if !ok {
		return false
	}
	var whole struct {
		Spec struct {
			DependsOn []struct{ Name, Namespace string } `json:"dependsOn"`
		}
	}
	_ = json.Unmarshal(object.Body, &whole)
	for _, dependency := range whole.Spec.DependsOn {
		if dependency.Name == on.Name && cmp.Or(dependency.Namespace, owner.Namespace) == on.Namespace && owner.Kind == on.Kind {
			return true
		}
	}
	return false
}

// disabled is what keeps an object from being pruned, by label or annotation.
func (b *blast) disabled(id model.ID) string {
	object, ok := b.then.made[id]
	if !ok {
		return ""
	}
	var whole struct {
		Metadata struct{ Labels, Annotations map[string]string }
	}
	_ = json.Unmarshal(object.Body, &whole)
	for _, key := range []string{
		"kustomize.toolkit.fluxcd.io/prune", "kustomize.toolkit.fluxcd.io/reconcile", "fluxcd.controlplane.io/prune", "fluxcd.controlplane.io/reconcile",
	} {
		group, _, _ := strings.Cut(key, "/")
		if (group == "kustomize.toolkit.fluxcd.io") != (object.by.Owner.Kind == "Kustomization") {
			continue
		}
		if whole.Metadata.Annotations[key] == "disabled" || whole.Metadata.Labels[key] == "disabled" {
			return key + ": disabled"
		}
	}
	return ""
}

// end tells what goes with a Flux object that is deleted. The stage is that of
// the change that deletes it.
func (b *blast) end(id model.ID, at model.Location, stage model.ChangeStage, why string) {
	if b.gone[id] {
		return
	}
	b.gone[id] = true
	deletion := model.Deletion{Owner: id, Location: at, Stage: stage}
	if stage == "" {
		deletion.Stage = b.stage(deletion)
	}
	p := b.policyOf(id, b.then, true)
	switch {
	case id.Kind == "HelmRelease" && id.Group == "helm.toolkit.fluxcd.io":
		deletion.Action = model.DeleteUninstall
		deletion.Message = why + ": its release is uninstalled"
		if p.Suspend {
			return // it leaves its release behind
		}
		if other := b.sameRelease(id); other != (model.ID{}) {
			deletion.To = other
			deletion.Message += fmt.Sprintf(", which is the one that %s installs", other)
		}
		b.inventory(&deletion)
	case id.Kind == "Kustomization" && id.Group == "kustomize.toolkit.fluxcd.io":
		deletion.Action = model.DeleteOwner
		deletes := p.DeletionPolicy == "Delete" || p.DeletionPolicy == "WaitForTermination" ||
			p.DeletionPolicy != "Orphan" && p.Prune != nil && *p.Prune
		if !deletes || p.Suspend {
			return // it leaves all behind
		}
		b.inventory(&deletion)
		deletion.Message = fmt.Sprintf("%s, and with it %s", why, kinds(deletion.Objects))
	case id.Kind == "ResourceSet":
		deletion.Action = model.DeleteOwner
		b.inventory(&deletion)
		deletion.Message = fmt.Sprintf("%s, and with it %s", why, kinds(deletion.Objects))
	default:
		return
	}
	if deletion.Action == model.DeleteOwner && len(deletion.Objects) == 0 && deletion.Inventory != model.InventoryUnknown {
		return
	}
	if deletion.Action == model.DeleteOwner && deletion.Inventory == model.InventoryUnknown {
		deletion.Message = why + ": what goes with it could not be told"
	}
	b.add(deletion)
	for _, object := range deletion.Objects {
		b.end(object.ID, object.Location, deletion.Stage, fmt.Sprintf("%s goes with %s", object.ID, id))
	}
}

// inventory lists what an owner has applied: as the cluster says, else as the
// base renders it.
func (b *blast) inventory(deletion *model.Deletion) {
	var all []model.DeletedObject
	build := b.then.byOwner[deletion.Owner]
	live := b.live[deletion.Owner]
	switch {
	case live != nil && len(live.Status.Inventory) > 0:
		deletion.Inventory = model.InventoryLive
		for _, entry := range live.Status.Inventory {
			object := model.DeletedObject{ID: entry.ID}
			if known, ok := b.then.made[entry.ID]; ok {
				object.Location = known.Location
			}
			all = append(all, object)
		}
	case build != nil && build.State == model.BuildRendered:
		deletion.Inventory = model.InventoryRendered
		for i := range build.Objects {
			all = append(all, model.DeletedObject{ID: build.Objects[i].ID, Location: build.Objects[i].Location})
		}
	default:
		deletion.Inventory = model.InventoryUnknown
	}
	b.split(deletion, all, true, "")
}

// target is what Helm cannot change in a release.
type target struct{ release, namespace, storage, chart string }

func (b *blast) targetOf(object *model.EffectiveObject) (target, bool) {
	var whole struct {
		Spec struct {
			ReleaseName, TargetNamespace, StorageNamespace string
			Chart                                          struct {
				Spec struct {
					Chart     string
					SourceRef struct{ Kind string }
				}
			}
		}
	}
	if json.Unmarshal(object.Body, &whole) != nil || len(object.Unresolved) > 0 {
		return target{}, false
	}
	spec := &whole.Spec
	t := target{
		release: spec.ReleaseName, namespace: cmp.Or(spec.TargetNamespace, object.Namespace), storage: cmp.Or(spec.StorageNamespace, object.Namespace),
	}
	if t.release == "" {
		t.release = object.Name
		if spec.TargetNamespace != "" {
			t.release = spec.TargetNamespace + "-" + object.Name
		}
	}
	// The name of a chart in a repository is its name; that in a path is in the
	// chart itself.
	if spec.Chart.Spec.SourceRef.Kind == "HelmRepository" {
		t.chart = spec.Chart.Spec.Chart
	}
	return t, true
}

// sameRelease is a HelmRelease of now that installs the release of one that
// goes.
func (b *blast) sameRelease(id model.ID) model.ID {
	then, ok := b.then.made[id]
	if !ok {
		return model.ID{}
	}
	was, ok := b.targetOf(then.EffectiveObject)
	if !ok {
		return model.ID{}
	}
	for _, build := range b.now.builds {
		for i := range build.Objects {
			object := &build.Objects[i]
			if object.Kind != "HelmRelease" || object.ID == id {
				continue
			}
			if is, ok := b.targetOf(object); ok && is.release == was.release && is.storage == was.storage {
				return object.ID
			}
		}
	}
	return model.ID{}
}

// reinstalled tells what changes in a release that Helm cannot change.
func (b *blast) reinstalled(then *model.EffectiveObject, now made) {
	was, known := b.targetOf(then)
	is, still := b.targetOf(now.EffectiveObject)
	if !known || !still || b.sides != nil && b.live[then.ID] == nil {
		return
	}
	var changes []string
	for _, pair := range []struct{ name, was, is string }{
		{"release name", was.release, is.release},
		{"target namespace", was.namespace, is.namespace},
		{"storage namespace", was.storage, is.storage},
		{"chart", was.chart, is.chart},
	} {
		if pair.was != pair.is && (pair.name != "chart" || pair.was != "" && pair.is != "") {
			changes = append(changes, fmt.Sprintf("%s from %s to %s", pair.name, pair.was, pair.is))
		}
	}
	if len(changes) == 0 {
		return
	}
	deletion := model.Deletion{Owner: then.ID, Action: model.DeleteReinstall, Location: now.Location}
	b.inventory(&deletion)
	deletion.Message = fmt.Sprintf("%s changes its %s: the release is uninstalled and installed anew", then.ID, strings.Join(changes, ", its "))
	if b.policyOf(then.ID, b.now, false).Suspend {
		deletion.Message += ", once it is resumed"
	}
	b.add(deletion)
}

func (b *blast) add(deletion model.Deletion) {
	deletion.Cluster = b.cluster
	if deletion.Stage == "" {
		deletion.Stage = b.stage(deletion)
	}
	b.found = append(b.found, deletion)
}

// stage tells how far a change has come, by the files that it may be in.
func (b *blast) stage(deletion model.Deletion) model.ChangeStage {
	var files []string
	for _, object := range deletion.Objects {
		files = append(files, object.Location.File)
	}
	if build := b.then.byOwner[deletion.Owner]; build != nil {
		for _, written := range b.facts.Base.Repository.Builds {
			if written.Location == build.Location && written.Kustomization != "" {
				files = append(files, written.Kustomization)
			}
		}
	}
	return b.stages.of(append([]string{deletion.Location.File}, files...))
}

// stages tells how far the change of a file has come.
type stages struct {
	changed, notPushed map[string]bool
	rest               model.ChangeStage
}

func newStages(facts *model.Facts) stages {
	s := stages{changed: map[string]bool{}, notPushed: map[string]bool{}, rest: model.StageCommitted}
	for _, change := range facts.Repository.Git.Changed {
		s.changed[change.Path] = true
		if change.From != "" {
			s.changed[change.From] = true
		}
	}
	switch {
	case facts.Base.Reason == model.BaseUpstream:
		s.rest = model.StageNotPushed
	case facts.Base.Reason == model.BaseHead:
		s.rest = model.StageUncommitted
	case facts.Sync.Matched():
		s.rest = model.StageNotApplied
		for _, source := range facts.Sync.Sources {
			for _, commit := range source.NotPushed.List {
				for _, file := range commit.Files {
					s.notPushed[file] = true
				}
			}
		}
	}
	return s
}

func (s stages) of(files []string) model.ChangeStage {
	for _, file := range files {
		switch {
		case s.changed[file]:
			return model.StageUncommitted
		case s.notPushed[file]:
			return model.StageNotPushed
		}
	}
	return s.rest
}

func inventoryOf(object *model.Object) map[model.ID]bool {
	inventory := make(map[model.ID]bool, len(object.Status.Inventory))
	for _, entry := range object.Status.Inventory {
		inventory[entry.ID] = true
	}
	return inventory
}

// kinds words objects by kind: "1 ConfigMap, 2 Deployments".
func kinds(objects []model.DeletedObject) string {
	if len(objects) == 0 {
		return "nothing"
	}
	counts := map[string]int{}
	for _, object := range objects {
		counts[object.Kind]++
	}
	var words []string
	for _, kind := range sortedNames(counts) {
		word := fmt.Sprintf("%d %s", counts[kind], kind)
		if counts[kind] > 1 {
			word += "s"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func sortedNames[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
