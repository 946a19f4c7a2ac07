package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var img03 = Rule{
	ID:       "IMG-03",
	Title:    "An image marker names a policy that does not exist",
	Severity: v1alpha1.SeverityError,
	Why:      "Image automation passes the line over without a word: the image stays at the version that is written there.",
	Fix:      "Name an existing ImagePolicy as namespace:name in the marker.",
	Guard:    "The namespace that a kustomization sets counts; markers with variables are left open.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/components/image/imageupdateautomations/#marking-images-for-update",
	Focus:    []string{"image-automation"},
	check:    checkMarkers,
}

func checkMarkers(p *pass) {
	if p.Repository == nil {
		return
	}
	for _, marker := range p.Repository.Markers {
		target := model.ID{Group: fluxkind.GroupImage, Kind: "ImagePolicy", Namespace: marker.Namespace, Name: marker.Policy}
		carrier := &model.Object{Origin: model.FromRepository, Location: marker.Location}
		switch verdict, reason := p.resolve(carrier, target); verdict {
		case unknown:
			p.undecided(carrier, fmt.Sprintf("the marker names %s:%s: %s", marker.Namespace, marker.Policy, reason))
		case missing:
			p.report(finding{
				at: marker.Location, severity: p.ifKnown(target),
				evidence: fmt.Sprintf("the marker names the ImagePolicy %s:%s, which %s", marker.Namespace, marker.Policy, p.nowhere(nil)),
				fix:      p.markerFix(carrier, marker, target),
			})
		case found:
		}
	}
}

func (p *pass) markerFix(carrier *model.Object, marker model.ImageMarker, target model.ID) string {
	policy := ""
	if k, ok := p.elsewhere(carrier, target); ok && k.Namespace != "" {
		policy = k.Namespace + ":" + k.Name
	} else {
		var names []string
		for object := range specs[*fluxkind.ImagePolicy](p.index) {
			names = append(names, object.Name)
		}
		if near := focus.Nearest(marker.Policy, names); near != "" {
			policy = marker.Namespace + ":" + near
		}
	}
	if policy == "" {
		return fmt.Sprintf("add an ImagePolicy %s in the namespace %s, or remove the marker", marker.Policy, marker.Namespace)
	}
	if marker.Field != "" {
		policy += ":" + marker.Field
	}
	return fmt.Sprintf(`# {"$imagepolicy": %q}`, policy)
}
