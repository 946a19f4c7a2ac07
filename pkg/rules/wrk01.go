package rules

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var wrk01 = Rule{
	ID:       "WRK-01",
	Title:    "An image of production has a tag that moves",
	Severity: v1alpha1.SeverityWarning,
	Why: "Whoever pushes the tag changes production without a commit: nodes run different builds under one name, a rollback " +
		"brings back the same tag, and nobody can tell from Git what ran.",
	Fix:   "Set a version that is never pushed again, or a digest; let image automation write it.",
	Guard: "Only images without a digest that a kustomization in a folder of a production environment sets, or that a build of such a folder ends up with.",
	Since: "0.1.0",
	Page:  fluxcd + "/flux/guides/sortable-image-tags/",
	Focus: []string{"image-automation", "security"},
	check: checkMovingImageTag,
}

// movingTags are names that registries and build pipelines push again and
// again.
var movingTags = map[string]bool{
	"latest": true, "main": true, "master": true, "edge": true, "nightly": true, "dev": true, "develop": true, "canary": true,
}

func checkMovingImageTag(p *pass) {
	if p.Repository == nil {
		return
	}
	for _, kustomization := range p.Repository.Kustomizations {
		if !productionFile(kustomization.File) {
			continue
		}
		for _, image := range kustomization.Images {
			if image.Digest != "" || !movingTags[image.NewTag] {
				continue
			}
			p.report(finding{
				at:       model.Location{File: kustomization.File, Line: image.Line},
				evidence: fmt.Sprintf("images sets the tag of %s to %s", image.Name, image.NewTag),
				fix:      "newTag: the version that runs now, for example \"1.4.2\"",
			})
		}
	}
	reported := map[model.Location]bool{}
	for w := range p.workloads() {
		if !productionFile(w.build.Path+"/") && !productionFile(w.build.File) || !mayMove(w.Body) {
			continue
		}
		_, pod, ok := w.pod()
		if !ok {
			continue
		}
		for i, container := range pod.Containers {
			field := w.podField(fmt.Sprintf("spec.containers[%d].image", i))
			tag := imageTag(container.Image)
			if tag != "" && !movingTags[tag] || templated(container.Image) || strings.Contains(container.Image, "@") {
				continue
			}
			at := p.setAt(w, field)
			if reported[at] || slices.ContainsFunc(w.StepsOf(field), func(s model.AppliedStep) bool { return s.Kind == model.StepImages }) {
				continue // the images of a kustomization are reported above
			}
			reported[at] = true
			p.report(finding{
				id: w.ID, at: at,
				evidence: fmt.Sprintf("%s has the image %s in %s", w.ID, container.Image, w.build.Owner),
				fix:      "image: " + strings.TrimSuffix(container.Image, ":"+tag) + ":VERSION, the one that runs now",
			})
		}
	}
}

// mayMove is a quick look for images with a moving tag or none.
func mayMove(body []byte) bool {
	for {
		_, after, found := bytes.Cut(body, []byte(`"image":"`))
		if !found {
			return false
		}
		image, rest, _ := bytes.Cut(after, []byte(`"`))
		if tag := imageTag(string(image)); tag == "" || movingTags[tag] {
			return true
		}
		body = rest
	}
}

// imageTag is the tag of an image; empty when there is none.
func imageTag(image string) string {
	name, _, _ := strings.Cut(image, "@")
	name = name[strings.LastIndexByte(name, '/')+1:]
	_, tag, _ := strings.Cut(name, ":")
	return tag
}
