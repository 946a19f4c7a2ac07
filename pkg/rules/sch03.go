package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

var sch03 = Rule{
	ID:       "SCH-03",
	Title:    "A file is not valid YAML",
	Severity: v1alpha1.SeverityError,
	Why:      "The build of every kustomization that includes the file fails, and with it all that they apply.",
	Fix:      "Mend the file; kubectl apply --dry-run=client -f FILE shows when it parses.",
	Guard:    "Templates of Helm, Jinja and the like are recognised and not parsed.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/components/kustomize/kustomizations/#failed-kustomization",
	Focus:    []string{"kustomize", "repository-structure", "troubleshooting"},
	check:    checkYAML,
}

func checkYAML(p *pass) {
	if p.Repository == nil {
		return
	}
	for _, e := range p.Repository.ParseErrors {
		p.report(finding{at: e.Location, evidence: e.Message, fix: "kubectl apply --dry-run=client -f " + e.File})
	}
}
