package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var img04 = Rule{
	ID:       "IMG-04",
	Title:    "No automation reaches an image marker",
	Severity: v1alpha1.SeverityError,
	Why:      "An ImageUpdateAutomation rewrites only files below spec.update.path, and only for policies of its own namespace that its selector takes: this line is never updated.",
	Fix:      "Widen spec.update.path or spec.policySelector, or move the policy into the namespace of the automation.",
	Guard: "Only when there are automations, all of their paths, namespaces and selectors are known, and all of them write to this repository. Markers whose policy does not exist are " +
		"reported by IMG-03.",
	Since: "0.1.0",
	Page:  pageImageUpdate + "#update",
	Focus: []string{"image-automation"},
	check: checkMarkerReach,
}

func checkMarkerReach(p *pass) {
	if p.Repository == nil || len(p.Repository.Markers) == 0 {
		return
	}
	type automation struct {
		object *model.Object
		spec   *fluxkind.ImageUpdateAutomation
	}
	var automations []automation
	for object, spec := range specs[*fluxkind.ImageUpdateAutomation](p.index) {
		if spec.Suspended() || object.Namespace == "" || !p.writesHere(object) || spec.Update != nil && templated(spec.Update.Path) {
			return // one of them might reach the marker
		}
		automations = append(automations, automation{object, spec})
	}
	if len(automations) == 0 {
		return // IMG-05 has it
	}
	for _, marker := range p.Repository.Markers {
		policy := p.policyOf(marker)
		if policy == nil {
			continue
		}
		var reasons []string
		for _, a := range automations {
			path := ""
			if a.spec.Update != nil {
				path = cleanPath(a.spec.Update.Path)
			}
			switch {
			case path != "" && !strings.HasPrefix(marker.File, path+"/"):
				reasons = append(reasons, fmt.Sprintf("%s writes below ./%s", a.object.ID, path))
			case a.object.Namespace != marker.Namespace:
				reasons = append(reasons, fmt.Sprintf("%s sees the policies of %s", a.object.ID, a.object.Namespace))
			case a.spec.PolicySelector != nil && !subset(a.spec.PolicySelector.MatchLabels, policy.Labels):
				reasons = append(reasons, fmt.Sprintf("%s selects other policies", a.object.ID))
			default:
				reasons = nil
			}
			if reasons == nil {
				break
			}
		}
		if reasons == nil {
			continue
		}
		p.report(finding{
			at:       marker.Location,
			evidence: fmt.Sprintf("the marker of %s:%s: %s", marker.Namespace, marker.Policy, strings.Join(reasons, "; ")),
			fix:      fmt.Sprintf("update: {path: ./%s, strategy: Setters} in %s", firstFolder(marker.File), automations[0].object.Location),
		})
	}
}

// writesHere is true when the source of an automation is this repository: its
// URL is a remote of the clone, or the repository knows no remote at all and
// one of its own sources is named.
func (x *index) writesHere(object *model.Object) bool {
	for _, source := range x.targets(object, model.RelationSource) {
		if spec, ok := source.Spec.(*fluxkind.GitRepository); ok {
			return x.sameRepository(spec.URL) || len(x.Repository.Git.Remotes) == 0
		}
	}
	return false
}

// policyOf finds the policy that a marker names, nil when it is not known for
// certain.
func (x *index) policyOf(marker model.ImageMarker) *model.Object {
	target := model.ID{Group: fluxkind.GroupImage, Kind: "ImagePolicy", Namespace: marker.Namespace, Name: marker.Policy}
	if templated(marker.Policy) || templated(marker.Namespace) {
		return nil
	}
	for _, k := range x.candidates(&model.Object{Location: marker.Location}, target) {
		if k.object != nil {
			return k.object
		}
	}
	return nil
}

func subset(part, whole map[string]string) bool {
	for key, value := range part {
		if whole[key] != value {
			return false
		}
	}
	return true
}

func firstFolder(p string) string {
	first, _, _ := strings.Cut(p, "/")
	return first
}
