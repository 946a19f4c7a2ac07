package rules

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// syncRoots lists the folders of the repository that clusters sync: the paths
// of the objects that flux bootstrap and the Flux Operator write, and what the
// scan takes for the folder of a cluster.
func syncRoots(facts *model.Facts) []string {
	var roots []string
	if facts.Repository != nil {
		for _, target := range facts.Repository.Analysis.Targets {
			if target.Path != "" && !target.Remote && !templated(target.Path) {
				roots = append(roots, target.Path+"/")
			}
		}
	}
	for _, object := range facts.Objects {
		if folder := syncFolder(object); folder != "" {
			roots = append(roots, folder)
		}
	}
	slices.SortFunc(roots, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(roots)
}

// syncFolder is the folder, with a trailing slash, that an object makes a
// cluster sync when it is the entry point of one, and "" otherwise.
func syncFolder(object *model.Object) string {
	folder := ""
	switch spec := object.Spec.(type) {
	case *fluxkind.Kustomization:
		if object.Name != "flux-system" || object.Namespace != "flux-system" {
			return ""
		}
		folder = spec.Path
	case *fluxkind.FluxInstance:
		if spec.Sync == nil {
			return ""
		}
		folder = spec.Sync.Path
	}
	if folder = cleanPath(folder); folder == "" || templated(folder) {
		return ""
	}
	return folder + "/"
}

// cleanPath is a spec.path relative to the root of its source: no leading
// "./" or "/", no climbing out, "" for the root itself.
func cleanPath(specPath string) string {
	return strings.TrimPrefix(path.Clean("/"+specPath), "/")
}

// clusterOf is the synced folder that a file lies in, "" for shared files.
func (x *index) clusterOf(file string) string {
	if cluster, known := x.clusters.Load(file); known {
		return cluster.(string)
	}
	cluster := ""
	if i := slices.IndexFunc(x.roots, func(root string) bool { return strings.HasPrefix(file, root) }); i >= 0 {
		cluster = x.roots[i]
	}
	x.clusters.Store(file, cluster)
	return cluster
}

// together is false for two files that belong to different clusters: an object
// of one does not exist for the other.
func (x *index) together(a, b string) bool {
	return x.joined(a, x.clusterOf(a), b, x.clusterOf(b))
}

// joined is together, of files whose clusters are known.
func (x *index) joined(a, ca, b, cb string) bool {
	return ca == "" || cb == "" || ca == cb || x.reachesFrom(ca, b) || x.reachesFrom(cb, a)
}

// reachesFrom is true when something in the folder of one cluster builds a file
// that lies in the folder of another.
func (x *index) reachesFrom(cluster, file string) bool {
	return slices.ContainsFunc(x.builders[file], func(build *model.Build) bool {
		return strings.HasPrefix(build.File, cluster) || strings.HasPrefix(build.Path+"/", cluster)
	})
}

// sees is true when owner could mean object: both live, or of one cluster.
func (x *index) sees(owner, object *model.Object) bool {
	return live(owner) && live(object) || x.together(owner.Location.File, object.Location.File)
}

// applied is true for files that reach a cluster as far as anybody can tell: a
// build reads them, or they hold an object that builds something, which somebody
// must have applied. Where nothing builds anything, and for what is no file,
// there is nothing to tell by.
func (x *index) applied(file string) bool {
	if file == "" || x.Repository == nil || len(x.builders) == 0 {
		return true
	}
	return len(x.builders[file]) > 0 || x.entries[file]
}
