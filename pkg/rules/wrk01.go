package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var wrk01 = Rule{
	ID:       "WRK-01",
	Title:    "A production overlay sets an image tag that moves",
	Severity: v1alpha1.SeverityWarning,
	Why: "Whoever pushes the tag changes production without a commit: nodes run different builds under one name, a rollback " +
		"brings back the same tag, and nobody can tell from Git what ran.",
	Fix:   "Set a version that is never pushed again, or a digest; let image automation write it.",
	Guard: "Only the images of kustomizations in a folder of a production environment, without a digest.",
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
}
