package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks20 = Rule{
	ID:       "KS-20",
	Title:    "Two Kustomizations of one cluster apply the same folder",
	Severity: v1alpha1.SeverityError,
	Why: "Both own the same objects and undo each other's labels at every interval; when one of them is removed or stops building the folder, it " +
		"deletes what the other still wants.",
	Fix: "Let one of them apply the folder, or give each a folder of its own.",
	Guard: "Same source, one path equal to or inside the other, and all files of the inner one built by the outer one. Kustomizations that differ in target namespace, " +
		"name prefix or suffix, cluster, variables, patches or components make other objects.",
	Since: "0.1.0",
	Page:  pageFAQ + "#how-can-i-safely-move-resources-from-one-dir-to-another",
	Focus: []string{"kustomize", "repository-structure"},
	check: checkOverlaps,
}

func checkOverlaps(p *pass) {
	if p.Repository == nil {
		return
	}
	byPath := map[string][]*model.Build{}
	for i := range p.Repository.Builds {
		build := &p.Repository.Builds[i]
		if build.Owner.Kind == "Kustomization" && build.Found && len(build.Files) > 0 && p.judged(build) != nil &&
			(build.Source == model.SourceTree || build.Source == model.SourceAssumed) {
			byPath[build.Path] = append(byPath[build.Path], build)
		}
	}
	for i := range p.Repository.Builds {
		inner := &p.Repository.Builds[i]
		if !slices.Contains(byPath[inner.Path], inner) {
			continue
		}
		// Outer paths are the folders above; of two with one path, the second
		// is the one too many. The outermost is enough to know.
		var outermost *model.Build
		for folder := inner.Path; ; {
			for _, outer := range byPath[folder] {
				if outer == inner {
					break
				}
				if p.overlap(inner, outer) {
					outermost = outer
					break
				}
			}
			if folder == "" {
				break
			}
			folder = folder[:max(strings.LastIndex(folder, "/"), 0)]
		}
		if outermost != nil {
			p.reportOverlap(inner, outermost)
		}
	}
}

// overlap is true when the outer build makes all that the inner one makes.
func (p *pass) overlap(inner, outer *model.Build) bool {
	a, b := p.written[inner.Location], p.written[outer.Location]
	return a.ID != b.ID && p.together(inner.File, outer.File) && sameTarget(a, b) && contains(outer.Files, inner.Files)
}

func (p *pass) reportOverlap(inner, outer *model.Build) {
	a, b := p.written[inner.Location], p.written[outer.Location]
	p.report(finding{
		object: a, at: p.ownerPlace(inner, "spec.path"),
		evidence: fmt.Sprintf("%s builds ./%s, and %s (%s) builds ./%s", a.ID, inner.Path, b.ID, outer.Location, outer.Path),
		fix:      fmt.Sprintf("remove one of %s and %s, or give it another path", a.ID, b.ID),
	})
}

// sameTarget is true when two Kustomizations make the same objects of the same
// files.
func sameTarget(a, b *model.Object) bool {
	x, okX := a.Spec.(*fluxkind.Kustomization)
	y, okY := b.Spec.(*fluxkind.Kustomization)
	if !okX || !okY || x.TargetNamespace != y.TargetNamespace || x.NamePrefix != y.NamePrefix || x.NameSuffix != y.NameSuffix {
		return false
	}
	for _, field := range []string{"kubeConfig", "patches", "components"} {
		if string(rawField(a.RawSpec, field)) != string(rawField(b.RawSpec, field)) {
			return false
		}
	}
	return x.PostBuild == nil && y.PostBuild == nil || string(rawField(a.RawSpec, "postBuild")) == string(rawField(b.RawSpec, "postBuild"))
}

// contains is true when all of part are in whole; both are sorted.
func contains(whole, part []string) bool {
	i := 0
	for _, file := range part {
		for i < len(whole) && cmp.Less(whole[i], file) {
			i++
		}
		if i == len(whole) || whole[i] != file {
			return false
		}
	}
	return true
}
