package rules

import (
	"fmt"
	"path"
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
	Guard: "Only for sources that are this very repository, by their URL or because it holds the objects that sync it, and only when the folder that the path " +
		"begins with exists. Paths inside other artifacts are left open.",
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

// nearestFolder is the folder with manifests that is most like a path.
func (x *index) nearestFolder(wanted string) string {
	var folders []string
	seen := map[string]bool{}
	for _, document := range x.Repository.Documents {
		if folder := path.Dir(document.File); !seen[folder] && strings.HasPrefix(folder, firstFolder(wanted)) {
			seen[folder] = true
			folders = append(folders, folder)
		}
	}
	if near := focus.Nearest(wanted, folders); near != "" {
		return near
	}
	return "FOLDER"
}

func firstFolder(p string) string {
	first, _, _ := strings.Cut(p, "/")
	return first
}
