package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ks26 = Rule{
	ID:       "KS-26",
	Title:    "The service account that Flux is to act as does not exist",
	Severity: v1alpha1.SeverityError,
	Why:      "Flux impersonates an account without any right, so every object is refused as forbidden.",
	Fix:      "Create the service account and its RoleBinding in the namespace of the object.",
	Guard:    "Only what the cluster was asked and answered counts.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#service-account-reference",
	Focus:    []string{"kustomize", "helm", "multi-tenancy", "troubleshooting"},
	check:    checkServiceAccounts,
}

func checkServiceAccounts(p *pass) {
	for _, object := range p.objects {
		switch object.Spec.(type) {
		case *fluxkind.Kustomization, *fluxkind.HelmRelease, *fluxkind.ResourceSet:
		default:
			continue
		}
		for _, ref := range object.Spec.References(object.ID) {
			if ref.Relation != model.RelationServiceAccount {
				continue
			}
			switch verdict, reason := p.resolve(object, ref.Target); verdict {
			case unknown:
				p.undecided(object, fmt.Sprintf("%s names %s: %s", ref.Field, ref.Target, reason))
			case missing:
				p.report(finding{
					object: object, field: ref.Field,
					evidence: fmt.Sprintf("%s names %s, which is not in the cluster", ref.Field, ref.Target),
					fix:      fmt.Sprintf("flux create tenant %s --with-namespace=%s --export, or kubectl -n %[2]s create serviceaccount %[1]s", ref.Target.Name, ref.Target.Namespace),
				})
			case found:
			}
		}
	}
}
