package rules

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// fluxVersion is a Flux minor and the sentence that says where it was seen.
type fluxVersion struct {
	minor fluxver.Minor
	full  string
	// folder is that of the cluster whose pin this is, at the place of the pin;
	// both are empty for what the cluster runs.
	folder string
	at     model.Location
	said   string
}

// fullVersion is a version down to the patch.
var fullVersion = regexp.MustCompile(`^v?\d+\.\d+\.\d+$`)

// fluxVersions lists what the cluster runs and what the repository pins.
func fluxVersions(facts *model.Facts) []fluxVersion {
	var list []fluxVersion
	if facts.Cluster != nil {
		if minor := fluxver.ParseMinor(facts.Cluster.Flux.Version); minor.Known() {
			list = append(list, fluxVersion{minor: minor, full: facts.Cluster.Flux.Version, said: "the cluster runs " + facts.Cluster.Flux.Version})
		}
	}
	if facts.Repository == nil {
		return list
	}
	for _, manifest := range facts.Repository.Manifests {
		version := manifest.Labels["app.kubernetes.io/version"]
		if minor := fluxver.ParseMinor(version); manifest.Kind == "Namespace" && manifest.Labels["app.kubernetes.io/part-of"] == "flux" && minor.Known() {
			list = append(list, fluxVersion{
				minor: minor, full: version, folder: clusterFolder(manifest.File), at: manifestPlace(&manifest, "metadata.labels.app.kubernetes.io/version"),
				said: fmt.Sprintf("%s pins %s", manifest.File, version),
			})
		}
	}
	for _, object := range facts.Repository.Objects {
		if spec, ok := object.Spec.(*fluxkind.FluxInstance); ok {
			if minor := fluxver.ParseMinor(spec.Distribution.Version); minor.Known() {
				list = append(list, fluxVersion{
					minor: minor, full: spec.Distribution.Version, folder: clusterFolder(object.Location.File), at: object.Location,
					said: fmt.Sprintf("%s asks for %s", object.Location, spec.Distribution.Version),
				})
			}
		}
	}
	return list
}

// clusterFolder is the folder of a cluster that holds a file of flux-system.
func clusterFolder(file string) string {
	folder := path.Dir(file)
	if path.Base(folder) == "flux-system" {
		folder = path.Dir(folder)
	}
	return folder
}

// fluxOf is the Flux that reconciles an object: that of its cluster, else the
// newest that shares the tree with it, since what breaks there breaks.
func (x *index) fluxOf(object *model.Object) fluxVersion {
	best := fluxVersion{said: "which Flux is used here is not known"}
	for _, v := range x.versions {
		if v.folder == "" && live(object) {
			return v
		}
		if v.folder != "" && v.folder != "." && strings.HasPrefix(object.Location.File, v.folder+"/") {
			return v
		}
		if best.minor.Less(v.minor) && (v.folder == "" || strings.HasPrefix(object.Location.File, treeOf(v.folder)) && x.mayReach(v.folder, object.Location.File)) {
			best = v
		}
	}
	return best
}

// mayReach is false when all that builds a file belongs to other clusters than
// the one of a folder.
func (x *index) mayReach(folder, file string) bool {
	builders := x.builders[file]
	return len(builders) == 0 || slices.ContainsFunc(builders, func(build *model.Build) bool {
		cluster := x.clusterOf(build.File)
		return cluster == "" || folder == "." || strings.HasPrefix(cluster, folder+"/") || strings.HasPrefix(build.File, folder+"/")
	})
}

// treeOf is the folder, with a trailing slash, that holds the folders of
// clusters and what they share; empty for the whole repository.
func treeOf(clusterFolder string) string {
	before, _, found := strings.Cut("/"+clusterFolder, "/clusters/")
	if !found || before == "" {
		return ""
	}
	return strings.TrimPrefix(before, "/") + "/"
}

// writtenVersion is the apiVersion in the file of an object, which a cluster
// may serve as another.
func (x *index) writtenVersion(object *model.Object) string {
	if document := x.document[object.Location]; document != nil {
		return document.APIVersion
	}
	return object.APIVersion
}

// upgrade is a change of the Flux minor that the repository holds and the
// cluster has not seen yet.
type upgrade struct{ from, to fluxVersion }

// upgrade finds the upgrade that is pending for this cluster.
func (x *index) upgrade() (upgrade, bool) {
	var u upgrade
	for _, v := range x.versions {
		switch {
		case v.folder == "":
			u.from = v
		case u.to.minor.Less(v.minor):
			u.to = v
		}
	}
	return u, u.from.minor.Known() && u.from.minor.Less(u.to.minor)
}

// crosses is true when the upgrade brings what came with a minor.
func (u upgrade) crosses(minor fluxver.Minor) bool {
	return u.from.minor.Less(minor) && u.to.minor.AtLeast(minor)
}
