package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var img13 = Rule{
	ID:       "IMG-13",
	Title:    "Nobody reconciles the image automation",
	Severity: v1alpha1.SeverityError,
	Why:      "The objects are there, but the optional image controllers are not installed: nothing is scanned, nothing is updated, and no object says so.",
	Fix:      "Install image-reflector-controller and image-automation-controller.",
	Guard:    "Only when the cluster said which controllers run.",
	Since:    "0.1.0",
	Page:     pageOptional + "#extra-components",
	Focus:    []string{"image-automation", "controllers", "troubleshooting"},
	check:    checkImageControllers,
}

func checkImageControllers(p *pass) {
	if !p.hasControllers() {
		return
	}
	orphans := map[string][]*model.Object{}
	for _, object := range p.objects {
		row, ok := fluxkind.Lookup(object.Group, object.Kind)
		if ok && row.Group == fluxkind.GroupImage && live(object) && p.component(row.Controller) == nil {
			orphans[row.Controller] = append(orphans[row.Controller], object)
		}
	}
	for _, controller := range []string{"image-reflector-controller", "image-automation-controller"} {
		objects := orphans[controller]
		if len(objects) == 0 {
			continue
		}
		p.report(finding{
			object:   objects[0],
			evidence: fmt.Sprintf("%s does not run in %s; %s needs it", controller, p.Cluster.Flux.Namespace, names(objects)),
			fix:      "flux bootstrap … --components-extra=image-reflector-controller,image-automation-controller, or the two under spec.components of the FluxInstance",
		})
	}
}
