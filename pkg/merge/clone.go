package merge

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// matchClone finds the sources of the cluster that fetch this repository, and
// the folder of it that the cluster syncs.
func matchClone(sides Sides) *model.Sync {
	sync := &model.Sync{Given: sides.ClusterPath}
	remotes := map[string]string{}
	for _, remote := range sides.Repository.Git.Remotes {
		if address := model.RepositoryAddress(remote.URL); address != "" && remotes[address] == "" {
			remotes[address] = remote.Name
		}
	}
	var foreign []string
	// With -n the sources of what is shown may lie outside.
	live := slices.Concat(sides.Cluster.Objects, sides.Cluster.Outside)
	applied := map[model.ID]bool{}
	for _, object := range live {
		if object.Kind == "Kustomization" {
			applied[sourceOf(object)] = true
		}
	}
	for _, object := range live {
		switch spec := object.Spec.(type) {
		case *fluxkind.GitRepository:
			if remote, ours := remotes[model.RepositoryAddress(spec.URL)]; ours {
				sync.Sources = append(sync.Sources, gitSource(object, spec, remote))
			} else {
				foreign = append(foreign, spec.URL)
			}
		case *fluxkind.OCIRepository:
			// Charts and images have these annotations too; what counts is what
			// somebody applies.
			if object.Status.Artifact == nil || object.Status.Artifact.Repository == "" || !applied[object.ID] {
				continue
			}
			if remote, ours := remotes[object.Status.Artifact.Repository]; ours {
				sync.Sources = append(sync.Sources, artifactSource(object, spec, remote))
			} else {
				foreign = append(foreign, spec.URL+" of "+object.Status.Artifact.Repository)
			}
		}
	}
	slices.SortFunc(sync.Sources, func(a, b model.SyncedSource) int { return a.ID.Compare(b.ID) })
	sync.Root, sync.Path = syncRoot(sides, sync)
	if sync.Given != "" {
		sync.Path = folder(sides.Repository, sync.Given)
	}
	if len(sync.Sources) == 0 && len(foreign) > 0 && len(remotes) > 0 {
		sync.Mismatch = mismatch(sides, foreign)
	}
	return sync
}

// artifactSource is a source whose artifact was built of this repository. Its
// branch may be a tag: only the log of the clone tells.
func artifactSource(object *model.Object, spec *fluxkind.OCIRepository, remote string) model.SyncedSource {
	artifact := object.Status.Artifact
	source := model.SyncedSource{ID: object.ID, URL: spec.URL, Remote: remote, Artifact: artifact.Revision}
	source.Interval, _ = spec.Interval.Value()
	source.Branch, source.Fetched = model.Revision(artifact.Origin)
	if strings.HasPrefix(source.Branch, "refs/") {
		source.Branch = branchOf(source.Branch)
	}
	return source
}

// branchOf is the branch that a full name of a ref means, empty for other refs.
func branchOf(ref string) string {
	branch, ok := strings.CutPrefix(ref, "refs/heads/")
	if !ok {
		return ""
	}
	return branch
}

// commitOf is the commit of a revision that a Kustomization has applied or
// tried, empty when nobody knows: that of an artifact is the one that it was
// built of.
func commitOf(sync *model.Sync, kustomization *model.Object, revision string) string {
	i := slices.IndexFunc(sync.Sources, func(s model.SyncedSource) bool { return s.ID == sourceOf(kustomization) })
	if i >= 0 && sync.Sources[i].Artifact != "" {
		switch status := &kustomization.Status; {
		case revision == status.LastAppliedRevision && status.LastAppliedOrigin != "":
			revision = status.LastAppliedOrigin
		case revision == sync.Sources[i].Artifact:
			return sync.Sources[i].Fetched
		default:
			return ""
		}
	}
	_, hash := model.Revision(revision)
	return hash
}

func gitSource(object *model.Object, spec *fluxkind.GitRepository, remote string) model.SyncedSource {
	source := model.SyncedSource{ID: object.ID, URL: spec.URL, Remote: remote}
	source.Interval, _ = spec.Interval.Value()
	switch ref := spec.Ref; {
	case ref == nil:
		source.Branch = "master" // as the API documents it
	case ref.Name != "":
		source.Branch = branchOf(ref.Name) // it goes before all others
	case ref.Tag == "" && ref.SemVer == "" && ref.Commit == "":
		source.Branch = ref.Branch
	}
	if object.Status.Artifact != nil {
		_, source.Fetched = model.Revision(object.Status.Artifact.Revision)
	}
	return source
}

// mismatch words that no source of the cluster is this clone.
func mismatch(sides Sides, foreign []string) string {
	slices.Sort(foreign)
	foreign = slices.Compact(foreign)
	remote := sides.Repository.Git.Remotes[0].URL
	shown := foreign
	if len(shown) > 3 {
		shown = append(slices.Clone(foreign[:3]), fmt.Sprintf("%d more", len(foreign)-3))
	}
	text := fmt.Sprintf("this clone of %s is not what the cluster syncs: it fetches %s", remote, strings.Join(shown, ", "))
	for _, url := range foreign {
		if path.Base(model.RepositoryAddress(url)) == path.Base(model.RepositoryAddress(remote)) {
			return text + "; the names are equal, one may be a fork or a mirror of the other"
		}
	}
	return text
}

// syncRoot finds what applies the folder of this cluster: the FluxInstance, or
// the Kustomization of Sources that nothing else applies.
func syncRoot(sides Sides, sync *model.Sync) (model.ID, string) {
	fromHere := map[model.ID]bool{}
	for _, source := range sync.Sources {
		fromHere[source.ID] = true
	}
	var roots []*model.Object
	for _, object := range sides.Cluster.Objects {
		switch spec := object.Spec.(type) {
		case *fluxkind.FluxInstance:
			if spec.Sync != nil && fetchesClone(sides.Repository, sync, spec.Sync.URL) {
				return object.ID, folder(sides.Repository, spec.Sync.Path)
			}
		case *fluxkind.Kustomization:
			owner, _ := appliedBy(object)
			if fromHere[sourceOf(object)] && (owner == (model.ID{}) || owner == object.ID) {
				roots = append(roots, object)
			}
		}
	}
	// The one that bootstrap makes has the name of the namespace; otherwise it
	// has to be the only one, or the only one that applies others.
	for _, object := range roots {
		if object.Name == object.Namespace && object.Namespace == sides.Cluster.Flux.Namespace {
			return object.ID, folder(sides.Repository, pathOf(object))
		}
	}
	if len(roots) > 1 {
		roots = slices.DeleteFunc(roots, func(root *model.Object) bool {
			return !slices.ContainsFunc(root.Status.Inventory, func(e model.InventoryEntry) bool { return e.ID.Kind == "Kustomization" && e.ID != root.ID })
		})
	}
	if len(roots) == 1 {
		return roots[0].ID, folder(sides.Repository, pathOf(roots[0]))
	}
	return model.ID{}, ""
}

// fetchesClone is true for the address of a remote of the clone, and for that of
// an artifact that was built of it.
func fetchesClone(repository *model.Repository, sync *model.Sync, url string) bool {
	if slices.ContainsFunc(sync.Sources, func(s model.SyncedSource) bool { return s.Artifact != "" && s.URL == url }) {
		return true
	}
	address := model.RepositoryAddress(url)
	return address != "" && slices.ContainsFunc(repository.Git.Remotes, func(r model.Remote) bool { return model.RepositoryAddress(r.URL) == address })
}

// ownBuilds are what this cluster makes of the repository.
type ownBuilds struct {
	repository *model.Repository
	// sources are those of the cluster that fetch this repository, artifacts
	// those that fetch what was built of it.
	sources, artifacts map[model.ID]bool
	// objects are what the builds of this cluster make, by identity; nil for an
	// identity that two of them make.
	objects map[model.ID]*model.EffectiveObject
	// makers are these builds by what they make, builds by their owner, byPlace the objects that are made
	// of a document, others the files that only builds of other clusters read.
	makers  map[*model.EffectiveObject]*model.RenderedBuild
	builds  map[model.ID][]*model.RenderedBuild
	byPlace map[model.Location][]*model.EffectiveObject
	others  map[string]bool
}

func newOwnBuilds(sides Sides, sync *model.Sync) ownBuilds {
	own := ownBuilds{
		repository: sides.Repository, sources: map[model.ID]bool{}, artifacts: map[model.ID]bool{}, objects: map[model.ID]*model.EffectiveObject{},
		makers: map[*model.EffectiveObject]*model.RenderedBuild{}, builds: map[model.ID][]*model.RenderedBuild{}, byPlace: map[model.Location][]*model.EffectiveObject{}, others: map[string]bool{},
	}
	for _, source := range sync.Sources {
		own.sources[source.ID] = true
		own.artifacts[source.ID] = source.Artifact != ""
	}
	if sides.Rendering == nil {
		return own
	}
	live := map[model.ID]*model.Object{}
	for _, object := range sides.Cluster.Objects {
		live[object.ID] = object
	}
	builds := sides.Rendering.Builds
	ours := make([]bool, len(builds))
	twice := map[model.ID]bool{}
	for i := range builds {
		build := &builds[i]
		if build.Parent >= 0 {
			ours[i] = ours[build.Parent]
		} else {
			ours[i] = own.root(sides, sync, build, live[build.Owner])
		}
		if !ours[i] {
			continue
		}
		own.builds[build.Owner] = append(own.builds[build.Owner], build)
		for j := range build.Objects {
			object := &build.Objects[j]
			if first := own.objects[object.ID]; first != nil && first.Location != object.Location {
				twice[object.ID] = true
			}
			own.objects[object.ID] = object
			own.makers[object] = build
			own.byPlace[object.Location] = append(own.byPlace[object.Location], object)
		}
	}
	for id := range twice {
		delete(own.objects, id)
	}
	if slices.Contains(ours, true) {
		own.findOthers(builds, ours)
	}
	return own
}

// root is true for a build that starts in this cluster.
func (own ownBuilds) root(sides Sides, sync *model.Sync, build *model.RenderedBuild, live *model.Object) bool {
	if sides.ClusterPath != "" {
		return within(build.Path, sides.ClusterPath) || within(build.File, sides.ClusterPath)
	}
	if live == nil {
		return false
	}
	switch spec := live.Spec.(type) {
	case *fluxkind.Kustomization:
		at, ok := own.folder(live)
		return ok && at == build.Path && (own.sources[sourceOf(live)] || len(sides.Repository.Git.Remotes) == 0)
	case *fluxkind.FluxInstance:
		// It makes the Kustomization that builds the folder.
		return spec.Sync != nil && slices.ContainsFunc(build.Objects, func(made model.EffectiveObject) bool {
			return made.Kind == "Kustomization" && folder(sides.Repository, writtenPath(&made)) == folder(sides.Repository, spec.Sync.Path)
		}) && (fetchesClone(sides.Repository, sync, spec.Sync.URL) || len(sides.Repository.Git.Remotes) == 0)
	}
	return false
}

// writtenPath is spec.path of a Kustomization as a build makes it.
func writtenPath(made *model.EffectiveObject) string {
	var whole struct{ Spec struct{ Path string } }
	_ = json.Unmarshal(made.Body, &whole) // what cannot be read has none
	return whole.Spec.Path
}

// findOthers lists the files that only other builds make objects of.
func (own ownBuilds) findOthers(builds []model.RenderedBuild, ours []bool) {
	mine := map[string]bool{}
	for i := range builds {
		for j := range builds[i].Objects {
			if file := builds[i].Objects[j].Location.File; ours[i] {
				mine[file] = true
			} else {
				own.others[file] = true
			}
		}
	}
	for file := range mine {
		delete(own.others, file)
	}
}

// maker is the owner of the build that makes an object; zero when none does.
func (own ownBuilds) maker(object *model.EffectiveObject) model.ID {
	if build := own.makers[object]; build != nil {
		return build.Owner
	}
	return model.ID{}
}

// complete adds to an object of the repository what this cluster would make of
// it, if that is one thing.
func (own ownBuilds) complete(object *model.Object) *model.Object {
	made := own.byPlace[object.Location]
	if len(made) != 1 {
		return object
	}
	completed := *object
	completed.Effective = made[0]
	return &completed
}

// folder is the folder that a Kustomization builds, relative to the scanned
// one; ok is false for other kinds.
func (own ownBuilds) folder(object *model.Object) (at string, ok bool) {
	if _, ok := object.Spec.(*fluxkind.Kustomization); !ok || own.repository == nil {
		return "", false
	}
	at = folder(own.repository, pathOf(object))
	if !own.artifacts[sourceOf(object)] {
		return at, true
	}
	// The root of an artifact may be any folder of the repository.
	found := at
	for i := range own.repository.Builds {
		build := &own.repository.Builds[i]
		if build.Owner == object.ID && below(build.Path, at) {
			if found != at && found != build.Path {
				return at, true
			}
			found = build.Path
		}
	}
	return found, true
}

// below is true when a path in the repository may be one in an artifact.
func below(inRepository, inArtifact string) bool {
	return inArtifact == "" || inRepository == inArtifact || strings.HasSuffix(inRepository, "/"+inArtifact)
}

// folder cleans a path of a spec, as the controller does: leading .. are
// stopped at the root. It is relative to the scanned folder, which may be a
// part of the repository.
func folder(repository *model.Repository, written string) string {
	clean := strings.Trim(path.Clean("/"+written), "/")
	prefix := strings.Trim(repository.Git.Prefix, "/")
	if prefix != "" && within(clean, prefix) {
		clean = strings.Trim(strings.TrimPrefix(clean, prefix), "/")
	}
	return clean
}

func pathOf(object *model.Object) string {
	if spec, ok := object.Spec.(*fluxkind.Kustomization); ok {
		return spec.Path
	}
	return ""
}

// sourceOf is the source that an object names first.
func sourceOf(object *model.Object) model.ID {
	if object.Spec == nil {
		return model.ID{}
	}
	for _, reference := range object.Spec.References(object.ID) {
		if reference.Relation == model.RelationSource {
			return reference.Target
		}
	}
	return model.ID{}
}

// within is true for a folder or file that is, or lies in, another folder.
func within(name, outer string) bool {
	outer = strings.Trim(path.Clean("/"+outer), "/")
	return outer == "" || name == outer || strings.HasPrefix(name, outer+"/")
}

// templated is true for a name with variables in it.
func templated(id model.ID) bool { return strings.ContainsAny(id.Name+id.Namespace, "${<") }
