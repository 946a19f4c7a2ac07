package rules

import (
	"fmt"
	"path"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sec14 = Rule{
	ID:       "SEC-14",
	Title:    "Nothing keeps other Pods away from the Flux controllers",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Without the network policies of Flux any Pod of the cluster can read every artifact from source-controller and send events in the name of Flux.",
	Fix:      "Install Flux with its network policies, which is the default.",
	Guard:    "Told by the inventory of the Kustomization that applies the controllers: it holds their Deployments and no NetworkPolicy. FluxInstances are reported by OPR-05.",
	Since:    "0.1.0",
	Page:     pageOptional + "#network-policies",
	Focus:    []string{"security", "controllers", "multi-tenancy"},
	check:    checkNetworkPolicies,
}

func checkNetworkPolicies(p *pass) {
	if p.Cluster == nil {
		return
	}
	namespace := p.Cluster.Flux.Namespace
	for object := range specs[*fluxkind.Kustomization](p.index) {
		controllers, policies := 0, 0
		for _, entry := range object.Status.Inventory {
			if entry.ID.Namespace != namespace {
				continue
			}
			switch {
			case entry.ID.Kind == "Deployment" && entry.ID.Name == "source-controller":
				controllers++
			case entry.ID.Kind == "NetworkPolicy":
				policies++
			}
		}
		if controllers == 0 || policies > 0 {
			continue
		}
		p.report(finding{
			object:   object,
			evidence: fmt.Sprintf("%s applies the controllers of %s and no NetworkPolicy", object.ID, namespace),
			fix:      "flux install --network-policy=true --export > " + orDefault(componentsFile(p.index, object), "gotk-components.yaml"),
		})
	}
}

// componentsFile is the file that holds the controllers which an object applies.
func componentsFile(x *index, owner *model.Object) string {
	for _, build := range x.builds[owner.Location] {
		for _, file := range build.Files {
			if path.Base(file) == "gotk-components.yaml" {
				return file
			}
		}
	}
	return ""
}
