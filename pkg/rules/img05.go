package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var img05 = Rule{
	ID:       "IMG-05",
	Title:    "Image automation is only half set up",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Policies select tags that nobody commits, or an automation has no line that it could rewrite.",
	Fix:      "Add an ImageUpdateAutomation for the policies, or markers to the images, or remove what is left over.",
	Guard:    "Policies without automation are in order where ResourceSets or people read them, so that is said once, and not when a ResourceSet exists. Repositories other than this one may hold the markers, so automations that write elsewhere are passed over.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/guides/image-update/#configure-image-updates",
	Focus:    []string{"image-automation"},
	check:    checkAutomationComplete,
}

func checkAutomationComplete(p *pass) {
	if p.Repository == nil {
		return
	}
	var policies, automations []*model.Object
	for object := range specs[*fluxkind.ImagePolicy](p.index) {
		policies = append(policies, object)
	}
	for object := range specs[*fluxkind.ImageUpdateAutomation](p.index) {
		automations = append(automations, object)
	}
	for range specs[*fluxkind.ResourceSet](p.index) {
		return
	}
	switch {
	case len(policies) > 0 && len(automations) == 0:
		p.report(finding{
			object:   policies[0],
			evidence: fmt.Sprintf("%d ImagePolicies and no ImageUpdateAutomation", len(policies)),
			fix:      "flux create image update fleet --git-repo-ref=flux-system --checkout-branch=main --push-branch=image-updates --author-name=fluxbot --author-email=fluxbot@example.com --export",
		})
	case len(automations) > 0 && len(p.Repository.Markers) == 0:
		for _, object := range automations {
			if p.writesHere(object) {
				p.report(finding{
					object: object, field: "spec.update",
					evidence: "no line of the repository carries an image marker",
					fix:      `image: IMAGE:TAG # {"$imagepolicy": "` + object.Namespace + `:POLICY"}`,
				})
			}
		}
	}
}
