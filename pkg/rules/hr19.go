package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr19 = Rule{
	ID:       "HR-19",
	Title:    "Two HelmReleases are one Helm release",
	Severity: v1alpha1.SeverityError,
	Why:      "Both upgrade the same release in turn, each undoing the other, and the history fills with their revisions.",
	Fix:      "Give one of them another releaseName, or remove it.",
	Guard: "Live objects of one cluster, or objects that one Kustomization of the repository builds, with names and namespaces that are known. Releases on remote clusters are " +
		"compared with none.",
	Since: "0.1.0",
	Page:  pageHelmRelease + "#release-name",
	Focus: []string{"helm"},
	check: checkReleaseNames,
}

func checkReleaseNames(p *pass) {
	type release struct{ scope, namespace, name string }
	first := map[release]*model.Object{}
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		namespace, name := storageNamespace(object), releaseName(object)
		if spec.KubeConfig != nil || namespace == "" || templated(namespace) || templated(name) {
			continue
		}
		for _, scope := range p.releaseScopes(object) {
			key := release{scope, namespace, name}
			other := first[key]
			if other == nil {
				first[key] = object
				continue
			}
			if other == object || other.ID == object.ID {
				continue
			}
			p.report(finding{
				object: object, field: "spec.releaseName",
				evidence: fmt.Sprintf("%s and %s are both the release %s in the namespace %s", object.ID, other.ID, name, namespace),
				fix:      "releaseName: " + object.Namespace + "-" + object.Name,
			})
			break
		}
	}
}

// releaseScopes name what an object may be compared in: the cluster, or each
// Kustomization that builds its file.
func (x *index) releaseScopes(object *model.Object) []string {
	if live(object) {
		return []string{"cluster"}
	}
	var scopes []string
	for _, build := range x.builders[object.Location.File] {
		scopes = append(scopes, strings.Join([]string{build.Owner.String(), build.File}, " "))
	}
	return scopes
}
