package rules

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var dep07 = Rule{
	ID:       "DEP-07",
	Title:    "Leftovers of Flux 1 or the Helm Operator",
	Severity: v1alpha1.SeverityInfo,
	Why:      "Nothing reads them any more; who finds them believes that images are updated or releases made.",
	Fix:      "Remove the annotations and objects, and use image policies and HelmReleases of Flux 2.",
	Guard:    "Only annotations fluxcd.io/…, flux.weave.works/…, .flux.yaml, and the HelmRelease of helm.fluxcd.io.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/migration/",
	Focus:    []string{"migration"},
	check:    checkFlux1,
}

func checkFlux1(p *pass) {
	if p.Repository == nil {
		return
	}
	for _, manifest := range p.Repository.Manifests {
		for _, key := range slices.Sorted(maps.Keys(manifest.Annotations)) {
			if prefix, _, _ := strings.Cut(key, "/"); prefix == "fluxcd.io" || prefix == "flux.weave.works" || prefix == "filter.fluxcd.io" {
				p.report(finding{
					id: manifest.ID, at: manifestPlace(&manifest, "metadata.annotations"),
					evidence: "annotation " + key,
					fix:      "remove the annotations of " + prefix + ` and mark the image: # {"$imagepolicy": "flux-system:` + manifest.Name + `"}`,
				})
				break
			}
		}
	}
	for _, document := range p.Repository.Documents {
		group, _ := model.SplitAPIVersion(document.APIVersion)
		switch {
		case group == "helm.fluxcd.io", group == "flux.weave.works":
			p.report(finding{
				id: document.ID(), at: document.Location,
				evidence: fmt.Sprintf("%s %s belongs to the Helm Operator", document.APIVersion, document.Kind),
				fix:      "write it as helm.toolkit.fluxcd.io/v2 HelmRelease with a HelmRepository or OCIRepository",
			})
		case path.Base(document.File) == ".flux.yaml":
			p.report(finding{at: document.Location, evidence: ".flux.yaml configures manifest generation of Flux 1", fix: "git rm " + document.File + ", and a Kustomization with the path"})
		}
	}
}
