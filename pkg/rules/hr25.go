package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr25 = Rule{
	ID:       "HR-25",
	Title:    "Custom resources stand beside the release that brings their definitions",
	Severity: v1alpha1.SeverityWarning,
	Why:      "On a new cluster the whole Kustomization fails its dry run (no matches for kind), so the HelmRelease is never applied and the definitions never come: a cluster cannot be rebuilt from Git.",
	Fix:      "Move the custom resources to a Kustomization that depends on the one with the release, with spec.wait on the latter.",
	Guard:    "Only well-known charts and their API groups, within one build, and when nothing else in the repository brings the definitions, from a file or an address.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#dependencies",
	Focus:    []string{"helm", "kustomize", "disaster-recovery"},
	check:    checkCRDOrder,
}

// chartGroups are the API groups that well-known charts bring, by chart name.
var chartGroups = map[string]string{
	"cert-manager":           "cert-manager.io",
	"external-secrets":       "external-secrets.io",
	"kube-prometheus-stack":  "monitoring.coreos.com",
	"kyverno":                "kyverno.io",
	"metallb":                "metallb.io",
	"cloudnative-pg":         "postgresql.cnpg.io",
	"gatekeeper":             "templates.gatekeeper.sh",
	"rook-ceph":              "ceph.rook.io",
	"istio-base":             "networking.istio.io",
	"sealed-secrets":         "bitnami.com",
	"strimzi-kafka-operator": "kafka.strimzi.io",
}

func checkCRDOrder(p *pass) {
	if p.Repository == nil {
		return
	}
	defined := map[string]bool{}
	for manifest := range p.manifests("apiextensions.k8s.io", "CustomResourceDefinition") {
		if _, group, ok := strings.Cut(manifest.Name, "."); ok {
			defined[group] = true
		}
	}
	for _, kustomization := range p.Repository.Kustomizations {
		for _, entry := range kustomization.Remote {
			for chart, group := range chartGroups {
				if address := strings.ToLower(entry.Entry); strings.Contains(address, "crd") && (strings.Contains(address, chart) || strings.Contains(address, group)) {
					defined[group] = true
				}
			}
		}
	}
	byFile := map[string][]model.Document{}
	for _, document := range p.Repository.Documents {
		if !document.Patch {
			byFile[document.File] = append(byFile[document.File], document)
		}
	}
	reported := map[model.Location]bool{}
	for i := range p.Repository.Builds {
		build := &p.Repository.Builds[i]
		groups := map[string]*model.Object{}
		for _, file := range build.Files {
			for _, object := range p.inFile[file] {
				if spec, ok := object.Spec.(*fluxkind.HelmRelease); ok && spec.Chart != nil {
					if group := chartGroups[spec.Chart.Spec.Chart]; group != "" && !defined[group] {
						groups[group] = object
					}
				}
			}
		}
		if len(groups) == 0 {
			continue
		}
		for _, file := range build.Files {
			for _, document := range byFile[file] {
				group, _ := model.SplitAPIVersion(document.APIVersion)
				release := groups[group]
				if release == nil || reported[document.Location] {
					continue
				}
				reported[document.Location] = true
				p.report(finding{
					id: document.ID(), at: document.Location,
					evidence: fmt.Sprintf("%s is applied together with %s (%s), whose chart defines %s", document.ID(), release.ID, release.Location, group),
					fix:      "move it to a Kustomization with dependsOn: [{name: " + build.Owner.Name + "}]",
				})
			}
		}
	}
}
