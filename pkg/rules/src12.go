package rules

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var src12 = Rule{
	ID:       "SRC-12",
	Title:    "A cloud registry is read with a static password",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Passwords of cloud registries run out after hours, or live for ever once they leak; the cloud's own identity does neither.",
	Fix:      "Set spec.provider to aws, azure or gcp, drop spec.secretRef, and give the controller a workload identity.",
	Guard:    "Only addresses of Amazon ECR, Azure Container Registry and Google's registries with provider generic and a secretRef.",
	Since:    "0.1.0",
	Page:     pageOCIRepository + "#provider",
	Focus:    []string{"sources", "security"},
	check:    checkCloudRegistry,
}

func checkCloudRegistry(p *pass) {
	for _, object := range p.objects {
		url, provider, secret := "", "", false
		switch spec := object.Spec.(type) {
		case *fluxkind.OCIRepository:
			url, provider, secret = spec.URL, spec.Provider, spec.SecretRef != nil
		case *fluxkind.HelmRepository:
			url, provider, secret = spec.URL, spec.Provider, spec.SecretRef != nil && spec.Type == "oci"
		case *fluxkind.ImageRepository:
			url, provider, secret = spec.Image, spec.Provider, spec.SecretRef != nil
		}
		cloud := cloudOf(host(url))
		if cloud == "" || !secret || provider != "" && provider != "generic" {
			continue
		}
		p.report(finding{
			object: object, field: "spec.secretRef",
			evidence: fmt.Sprintf("%s is read with spec.secretRef and provider generic", host(url)),
			fix:      "provider: " + cloud + ", without secretRef",
		})
	}
}

// cloudOf is the provider whose registry a host is.
func cloudOf(name string) string {
	switch {
	case strings.HasSuffix(name, ".amazonaws.com") && strings.Contains(name, ".dkr.ecr."):
		return "aws"
	case strings.HasSuffix(name, ".azurecr.io"):
		return "azure"
	case strings.HasSuffix(name, ".pkg.dev"), name == "gcr.io", strings.HasSuffix(name, ".gcr.io"):
		return "gcp"
	}
	return ""
}
