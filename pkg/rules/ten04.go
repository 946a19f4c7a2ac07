package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ten04 = Rule{
	ID:       "TEN-04",
	Title:    "The default account of the controllers is missing in a namespace",
	Severity: v1alpha1.SeverityError,
	Why:      "Every Kustomization and HelmRelease there that names no account acts as one without rights: all is refused as forbidden.",
	Fix:      "Create the service account and its RoleBinding, as flux create tenant does.",
	Guard:    "Only what the cluster was asked and answered counts; a namespace whose accounts nobody may look at is left open.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#enforcing-impersonation",
	Focus:    []string{"multi-tenancy", "troubleshooting"},
	check:    checkDefaultAccounts,
}

func checkDefaultAccounts(p *pass) {
	seen := map[model.ID]bool{}
	for _, object := range p.objects {
		account, controller := "", ""
		switch spec := object.Spec.(type) {
		case *fluxkind.Kustomization:
			account, controller = spec.ServiceAccountName, "kustomize-controller"
		case *fluxkind.HelmRelease:
			account, controller = spec.ServiceAccountName, "helm-controller"
		default:
			continue
		}
		component := p.component(controller)
		if account != "" || component == nil || !live(object) {
			continue
		}
		value, _ := component.Flag("default-service-account")
		target := model.ID{Kind: "ServiceAccount", Namespace: object.Namespace, Name: value}
		if value == "" || seen[target] {
			continue
		}
		seen[target] = true
		switch verdict, reason := p.resolve(object, target); verdict {
		case unknown:
			p.undecided(object, fmt.Sprintf("it acts as %s: %s", target, reason))
		case missing:
			p.report(finding{
				object:   object,
				evidence: fmt.Sprintf("%s runs with --default-service-account=%s, and %s is not in the cluster", controller, value, target),
				fix:      fmt.Sprintf("kubectl -n %s create serviceaccount %s && kubectl -n %[1]s create rolebinding %[2]s --clusterrole=admin --serviceaccount=%[1]s:%[2]s", object.Namespace, value),
			})
		case found:
		}
	}
}
