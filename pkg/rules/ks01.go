package rules

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks01 = Rule{
	ID:       "KS-01",
	Title:    "The path of a Kustomization does not exist",
	Severity: v1alpha1.SeverityError,
	Why:      "The Kustomization fails with reason ArtifactFailed (kustomization path not found); nothing of it is applied or pruned.",
	Fix:      "Correct spec.path; it is relative to the root of the source.",
	Guard: "Only for sources that are this very repository, by their URL or because it holds the objects that sync it. Paths inside other artifacts are " +
		"left open.",
	Since: "0.1.0",
	Page:  pageKustomization + "#path",
	Focus: []string{"kustomize", "repository-structure", "troubleshooting"},
	check: checkPaths,
}

func checkPaths(p *pass) {
	if p.Repository == nil {
		return
	}
	for i := range p.Repository.Builds {
		build := &p.Repository.Builds[i]
		object := p.judged(build)
		if object == nil || build.Found || templated(build.Path) {
			continue
		}
		if build.Source != model.SourceTree {
			p.undecided(object, fmt.Sprintf("spec.path is %s, and whether its source is this repository is not certain", build.Path))
			continue
		}
		p.report(finding{
			object: object, field: pathField(object), at: p.ownerPlace(build, pathField(object)),
			evidence: fmt.Sprintf("%s is ./%s, and the repository has no such folder", pathField(object), build.Path),
			fix:      "path: ./" + p.nearestFolder(build.Path),
		})
	}
}

// judged is the object that owns a build, nil for patches and templates.
func (x *index) judged(build *model.Build) *model.Object {
	object := x.written[build.Location]
	if object == nil || x.isPatch(build.Location) || templated(object.Name) || templated(object.Namespace) {
		return nil
	}
	return object
}

// pathField is where the owner of a build writes its path.
func pathField(object *model.Object) string {
	if object.Kind == "FluxInstance" {
		return "spec.sync.path"
	}
	return "spec.path"
}

// nearestFolder is the folder with manifests that is most like a path: one that
// ends in it, as when everything has moved into a folder, or one that is written
// almost the same.
func (x *index) nearestFolder(wanted string) string {
	folders := x.folders()
	sorted := slices.Sorted(maps.Keys(folders))
	for _, folder := range sorted {
		if strings.HasSuffix(folder, "/"+wanted) {
			return folder
		}
	}
	// Part by part, each the folder of this name or the one most like it.
	near := ""
	for part := range strings.SplitSeq(wanted, "/") {
		next := path.Join(near, part)
		if !folders[next] {
			var beside []string
			for _, folder := range sorted {
				if parent, base := path.Split(folder); strings.TrimSuffix(parent, "/") == near {
					beside = append(beside, base)
				}
			}
			next = path.Join(near, focus.Nearest(part, beside))
		}
		if next == near {
			return "FOLDER"
		}
		near = next
	}
	return near
}

// foldersOf are the folders that hold documents, and those above them.
func foldersOf(documents []model.Document) map[string]bool {
	folders := map[string]bool{}
	last := ""
	for i := range documents {
		file := documents[i].File
		if file == last {
			continue
		}
		last = file
		for folder := path.Dir(file); folder != "." && !folders[folder]; folder = path.Dir(folder) {
			folders[folder] = true
		}
	}
	return folders
}
