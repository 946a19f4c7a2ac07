package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var ks24 = Rule{
	ID:       "KS-24",
	Title:    "An object is suspended",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Commits do not reach the cluster through it, drift is not mended, and nothing alerts. One suspended by hand is easily forgotten.",
	Fix:      "Resume it, or say in Git why it is suspended.",
	Guard:    "Sources are reported by SRC-22, where they hold something up.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#suspend",
	Focus:    []string{"kustomize", "helm", "image-automation", "troubleshooting"},
	check:    checkSuspended,
}

func checkSuspended(p *pass) {
	for _, object := range p.objects {
		switch object.Spec.(type) {
		case *fluxkind.Kustomization, *fluxkind.HelmRelease, *fluxkind.ImageUpdateAutomation, *fluxkind.ImagePolicy, *fluxkind.ImageRepository:
		default:
			continue
		}
		if !object.Spec.Suspended() {
			continue
		}
		evidence := "spec.suspend is true"
		written := p.written[object.Location]
		switch {
		case live(object) && written != nil && written.Spec != nil && !written.Spec.Suspended():
			evidence = "spec.suspend is true in the cluster and not in Git"
		case live(object) && !inGit(object):
			evidence = "spec.suspend is true in the cluster"
		}
		if since := p.suspendedSince(object); !since.IsZero() {
			evidence += fmt.Sprintf(", %s ago or longer", words(p.age(since)))
		}
		p.report(finding{object: object, field: "spec.suspend", evidence: evidence, fix: p.resumeFix(object)})
	}
}
