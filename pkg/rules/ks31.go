package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks31 = Rule{
	ID:       "KS-31",
	Title:    "A patch finds nothing to change",
	Severity: v1alpha1.SeverityError,
	Why:      "kustomize refuses a patch whose object is not there, so the build fails and nothing of the Kustomization is applied any more.",
	Fix:      "Correct kind, name or namespace of the patch, or remove it.",
	Guard:    "Only what the build itself reports; patches with a target that selects nothing are passed over in silence by kustomize, and so here.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#patches",
	Focus:    []string{"kustomize", "troubleshooting"},
	check:    checkPatchTargets,
}

// noTarget is what kustomize says of a patch without an object: group, version
// and kind, a slash, the name, and the namespace.
var noTarget = lazyregexp.New(`no resource matches strategic merge patch "([A-Za-z0-9]+)\.[^/"]*/([^"]+?)\.(\[noNs\]|[^."]+)"`)

func checkPatchTargets(p *pass) {
	if p.Rendering == nil || p.Repository == nil {
		return
	}
	reported := map[model.Location]bool{}
	for i := range p.Rendering.Builds {
		build := &p.Rendering.Builds[i]
		if build.State != model.BuildFailed {
			continue
		}
		match := noTarget().FindStringSubmatch(build.Reason)
		if match == nil {
			continue
		}
		f := finding{
			id: build.Owner, at: build.Location,
			evidence: fmt.Sprintf("%s builds ./%s: no %s %s is there to patch", build.Owner, build.Path, match[1], match[2]),
			fix:      p.patchFix(build, match[1], match[2]),
		}
		if document := p.patchOf(build, match[1], match[2]); document != nil {
			f.at = nameLine(*document)
		}
		if !reported[f.at] {
			reported[f.at] = true
			p.report(f)
		}
	}
}

// patchOf is the document with a patch that a build reads.
func (x *index) patchOf(build *model.RenderedBuild, kind, name string) *model.Document {
	files := map[string]bool{}
	for _, b := range x.builds[build.Location] {
		for _, file := range b.Files {
			files[file] = true
		}
	}
	for i := range x.Repository.Documents {
		if document := &x.Repository.Documents[i]; document.Patch && document.Kind == kind && document.Name == name && files[document.File] {
			return document
		}
	}
	return nil
}

// patchFix names the object of the same kind that the build has; one with the
// name is in a namespace that the patch does not say.
func (x *index) patchFix(build *model.RenderedBuild, kind, name string) string {
	var names []string
	for _, b := range x.builds[build.Location] {
		for _, file := range b.Files {
			for _, document := range x.inDocuments(file) {
				if document.Kind != kind || document.Patch {
					continue
				}
				if document.Name == name && document.Namespace != "" {
					return "metadata: {name: " + name + ", namespace: " + document.Namespace + "}"
				}
				names = append(names, document.Name)
			}
		}
	}
	if near := focus.Nearest(name, names); near != "" {
		return "metadata: {name: " + near + "}"
	}
	return "remove the patch, or add the " + kind + " " + name + " to the resources"
}

// inDocuments are the documents of a file, which are sorted by file.
func (x *index) inDocuments(file string) []model.Document {
	documents := x.Repository.Documents
	first, _ := slices.BinarySearchFunc(documents, file, func(d model.Document, file string) int { return strings.Compare(d.File, file) })
	last := first
	for last < len(documents) && documents[last].File == file {
		last++
	}
	return documents[first:last]
}
