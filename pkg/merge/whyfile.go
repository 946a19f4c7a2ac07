package merge

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// annotationPrune keeps an object when its Kustomization no longer has it.
const annotationPrune = fluxkind.GroupKustomize + "/prune"

// WhyFile says what a file of the repository becomes, for each owner that builds
// it, and what happens without it. Nothing builds a file for which it is empty.
func WhyFile(facts *model.Facts, file string) []model.FileUse {
	w := newWalk(facts, nil)
	var uses []model.FileUse
	rendered := map[model.Location]bool{} // owners, by where they are written
	if facts.Rendering != nil {
		for i := range facts.Rendering.Builds {
			use, ok := w.renderedUse(i, file)
			if facts.Rendering.Builds[i].State == model.BuildRendered {
				rendered[facts.Rendering.Builds[i].Location] = true
			}
			if ok {
				uses = append(uses, use)
			}
		}
	}
	for i := range facts.Repository.Builds {
		b := &facts.Repository.Builds[i]
		if !slices.Contains(b.Files, file) || slices.ContainsFunc(uses, func(u model.FileUse) bool { return u.Location == b.Location }) {
			continue
		}
		use := model.FileUse{Owner: b.Owner, Location: b.Location, Cluster: w.clusterOf(&model.RenderedBuild{Location: b.Location, Path: b.Path})}
		if !rendered[b.Location] {
			for _, d := range facts.Repository.Documents {
				if d.File == file && !d.Patch && !isKustomizeFile(d) {
					use.Defines = append(use.Defines, d.ID())
				}
			}
		}
		w.withoutFile(&use, file, -1)
		uses = append(uses, use)
	}
	return uses
}

// Unbuilt says what the cluster has of a file that nothing here builds; empty
// when it has nothing.
func Unbuilt(facts *model.Facts, file string) string {
	built := slices.ContainsFunc(facts.Repository.Builds, func(b model.Build) bool { return slices.Contains(b.Files, file) })
	if built || facts.Cluster == nil || !facts.Cluster.Reachable {
		return ""
	}
	const shown = 3
	var names []string
	n := 0
	for _, o := range facts.Objects {
		if o.Location.File != file || o.Origin != model.FromCluster|model.FromRepository {
			continue
		}
		if n++; n <= shown {
			names = append(names, o.ID.String())
		}
	}
	if n == 0 {
		return ""
	}
	if n > shown {
		names = append(names, fmt.Sprintf("%d more", n-shown))
	}
	return "nothing here builds this file, but the cluster has " + strings.Join(names, ", ") +
		": somebody applied it, or another repository does; nothing is deleted when the file goes"
}

func isKustomizeFile(d model.Document) bool {
	return strings.HasSuffix(d.ID().Group, "kustomize.config.k8s.io")
}

// renderedUse is what one build makes of a file.
func (w *walk) renderedUse(build int, file string) (use model.FileUse, ok bool) {
	b := &w.facts.Rendering.Builds[build]
	use = model.FileUse{Owner: b.Owner, Location: b.Location, Cluster: w.clusterOf(w.root(build))}
	for i := range b.Objects {
		e := &b.Objects[i]
		switch {
		case e.Location.File == file:
			use.Defines = append(use.Defines, e.ID)
		case slices.ContainsFunc(e.Steps, func(s model.AppliedStep) bool {
			return !byController(s.Kind) && (s.Location.File == file || s.Declared.File == file)
		}):
			use.Changes = append(use.Changes, e.ID)
		}
	}
	if len(use.Defines)+len(use.Changes) == 0 {
		return use, false
	}
	w.withoutFile(&use, file, build)
	return use, true
}

func (w *walk) root(build int) *model.RenderedBuild {
	builds := w.facts.Rendering.Builds
	for builds[build].Parent >= 0 {
		build = builds[build].Parent
	}
	return &builds[build]
}

// withoutFile finds out what goes when the file does. build is -1 for an owner
// that was not rendered.
func (w *walk) withoutFile(use *model.FileUse, file string, build int) {
	for _, k := range w.facts.Repository.Kustomizations {
		if !k.Reached {
			continue
		}
		for _, entry := range k.Entries {
			// An entry for the folder goes on without the file, unless it was the
			// kustomization of the folder.
			isKustomization := path.Dir(file) == entry.Target && strings.HasPrefix(strings.ToLower(path.Base(file)), "kustomization")
			if entry.Target == file || isKustomization {
				use.ListedBy = append(use.ListedBy, model.Evidence{Location: model.Location{File: k.File, Line: entry.Line}, Text: entry.Field + " names " + entry.Entry})
			}
		}
	}
	if w.isRootKustomization(use, file) {
		use.Note = "Flux builds every manifest in and below the folder in its place"
		return // what that makes is another build
	}
	owner := w.objects[use.Owner]
	inventory := w.liveInventory(owner, use)
	for _, id := range use.Defines {
		if inventory != nil {
			use.Live = true
			if !slices.Contains(inventory, id) {
				continue // it was never applied, so nothing goes
			}
		}
		if !w.prunes(use) || w.kept(build, id) {
			use.Left = append(use.Left, id)
			continue
		}
		use.Pruned = append(use.Pruned, id)
		use.Follows = append(use.Follows, w.follow(build, id)...)
	}
}

// isRootKustomization is true for the kustomization of the very folder that the
// owner builds.
func (w *walk) isRootKustomization(use *model.FileUse, file string) bool {
	return slices.ContainsFunc(w.facts.Repository.Builds, func(b model.Build) bool {
		return b.Location == use.Location && b.Kustomization == file
	})
}

// liveInventory is what the owner has applied, nil when no cluster says so.
func (w *walk) liveInventory(owner *model.Object, use *model.FileUse) []model.ID {
	if owner == nil || owner.Origin&model.FromCluster == 0 || owner.Location != use.Location {
		return nil
	}
	ids := []model.ID{}
	for _, entry := range owner.Status.Inventory {
		ids = append(ids, entry.ID)
	}
	return ids
}

// prunes is true for an owner that deletes what it no longer builds.
func (w *walk) prunes(use *model.FileUse) bool {
	o := w.tracer.written[use.Location]
	if o == nil {
		return true // a ResourceSet or FluxInstance, which do
	}
	spec, ok := o.Spec.(*fluxkind.Kustomization)
	return !ok || spec.Prune != nil && *spec.Prune
}

// kept is true for an object with an annotation against pruning.
func (w *walk) kept(build int, id model.ID) bool {
	for _, m := range w.facts.Repository.Manifests {
		if sameOwner(m.ID, id) && m.Annotations[annotationPrune] == "disabled" {
			return true
		}
	}
	if build < 0 {
		return false
	}
	for i := range w.facts.Rendering.Builds[build].Objects {
		if e := &w.facts.Rendering.Builds[build].Objects[i]; e.ID == id {
			return strings.Contains(string(e.Body), `"`+annotationPrune+`":"disabled"`)
		}
	}
	return false
}

// follow are the objects that go with a pruned Kustomization that prunes, or
// with a release.
func (w *walk) follow(build int, id model.ID) (ids []model.ID) {
	o := w.objects[id]
	if o == nil {
		for _, written := range w.facts.Repository.Objects {
			if sameOwner(written.ID, id) {
				o = written
			}
		}
	}
	if o == nil {
		return nil
	}
	switch spec := o.Spec.(type) {
	case *fluxkind.Kustomization:
		// deletionPolicy is MirrorPrune when nothing else is said.
		if spec.DeletionPolicy == "Orphan" || spec.DeletionPolicy != "Delete" && spec.DeletionPolicy != "WaitForTermination" && (spec.Prune == nil || !*spec.Prune) {
			return nil
		}
	case *fluxkind.HelmRelease, *fluxkind.ResourceSet:
	default:
		return nil
	}
	if len(o.Status.Inventory) > 0 {
		for _, entry := range o.Status.Inventory {
			ids = append(ids, entry.ID)
		}
		return ids
	}
	if w.facts.Rendering == nil || build < 0 {
		return nil
	}
	for i := range w.facts.Rendering.Builds {
		if b := &w.facts.Rendering.Builds[i]; b.Parent == build && b.Owner == id {
			for j := range b.Objects {
				ids = append(ids, b.Objects[j].ID)
			}
		}
	}
	return ids
}
