package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var img06 = Rule{
	ID:       "IMG-06",
	Title:    "Image policies are used by no marker",
	Severity: v1alpha1.SeverityInfo,
	Why:      "The registry is scanned and a tag selected, and nothing follows from it.",
	Fix:      "Put the marker behind the image, or remove policy and repository.",
	Guard:    "Only when the repository holds other markers, or Image automation is asked for. One finding for all.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/guides/image-update/#configure-image-updates",
	Focus:    []string{"image-automation"},
	check:    checkUnusedPolicies,
}

func checkUnusedPolicies(p *pass) {
	if p.Repository == nil || len(p.Repository.Markers) == 0 && !p.inFocus {
		return
	}
	used := map[string]bool{}
	for _, marker := range p.Repository.Markers {
		if templated(marker.Policy) {
			return // it may mean any of them
		}
		used[marker.Policy] = true
	}
	var unused []*model.Object
	total := 0
	for object := range specs[*fluxkind.ImagePolicy](p.index) {
		if total++; !used[object.Name] && !p.namedByTemplate(object) {
			unused = append(unused, object)
		}
	}
	p.reportAll(unused, total, "ImagePolicies are named by no marker of this repository", "metadata.name",
		`image: IMAGE:TAG # {"$imagepolicy": "NAMESPACE:POLICY"}`)
}
