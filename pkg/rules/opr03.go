package rules

import (
	"fmt"
	"path"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var opr03 = Rule{
	ID:          "OPR-03",
	Title:       "Flux is installed by manifests that are upgraded by hand",
	Severity:    v1alpha1.SeverityInfo,
	OnlyInFocus: true,
	Why:         "It is no fault. The Flux Operator would upgrade the controllers, report on them, and take the generated files out of Git.",
	Fix:         "Install the operator, apply a FluxInstance with the same source and path, and remove the flux-system folder once it is ready.",
	Guard:       "Only when asked for controllers or migration, for folders with gotk-sync.yaml, and when the repository has no FluxInstance.",
	Since:       "0.1.0",
	Page:        pageOperatorMoving,
	Focus:       []string{"controllers", "migration"},
	check:       checkBootstrap,
}

func checkBootstrap(p *pass) {
	for range specs[*fluxkind.FluxInstance](p.index) {
		return
	}
	for _, object := range p.bootstrapped() {
		spec, ok := object.Spec.(*fluxkind.Kustomization)
		if !ok {
			continue
		}
		url := "URL"
		for _, source := range p.targets(object, model.RelationSource) {
			if git, ok := source.Spec.(*fluxkind.GitRepository); ok {
				url = git.URL
				break
			}
		}
		p.report(finding{
			object:   object,
			evidence: object.Location.File + " was written by flux bootstrap",
			fix: fmt.Sprintf("helm install flux-operator oci://ghcr.io/controlplaneio-fluxcd/charts/flux-operator -n flux-system; FluxInstance with sync: {kind: GitRepository, url: %q, ref: refs/heads/main, path: %s}; then git rm -r %s",
				url, orDefault(spec.Path, "./"), path.Dir(object.Location.File)),
		})
	}
}

// bootstrapped are the Kustomizations of the repository that flux bootstrap
// wrote.
func (x *index) bootstrapped() []*model.Object {
	var list []*model.Object
	for object := range specs[*fluxkind.Kustomization](x) {
		if path.Base(object.Location.File) == "gotk-sync.yaml" {
			list = append(list, object)
		}
	}
	return list
}
