package rules

import (
	"encoding/json"
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var sec13 = Rule{
	ID:       "SEC-13",
	Title:    "The account that Flux acts as for an application is cluster-admin",
	Severity: v1alpha1.SeverityError,
	Why:      "Impersonation is meant to limit what a repository can change; with cluster-admin whoever may commit there may do anything in the cluster.",
	Fix:      "Bind the account to a Role, or to the ClusterRole admin by a RoleBinding in its namespaces.",
	Guard:    "Only ClusterRoleBindings of the repository whose subject is an account that a Kustomization or HelmRelease outside the Flux namespace names.",
	Since:    "0.1.0",
	Page:     pageKustomization + "#role-based-access-control",
	Focus:    []string{"security", "multi-tenancy"},
	check:    checkClusterAdmins,
}

// binding is the body of a RoleBinding or ClusterRoleBinding.
type binding struct {
	RoleRef struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"roleRef"`
	Subjects []struct {
		Kind      string `json:"kind"`
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"subjects"`
}

const rbacGroup = "rbac.authorization.k8s.io"

func readBinding(manifest *model.Manifest) binding {
	var b binding
	_ = json.Unmarshal(manifest.Body, &b)
	return b
}

func checkClusterAdmins(p *pass) {
	users := p.impersonated()
	for manifest := range p.manifests(rbacGroup, "ClusterRoleBinding") {
		body := readBinding(manifest)
		if body.RoleRef.Name != "cluster-admin" {
			continue
		}
		for i, subject := range body.Subjects {
			user := users[model.ID{Kind: "ServiceAccount", Namespace: subject.Namespace, Name: subject.Name}]
			if subject.Kind != "ServiceAccount" || user == nil {
				continue
			}
			p.report(finding{
				id: manifest.ID, at: manifestPlace(manifest, fmt.Sprintf("subjects[%d]", i)),
				evidence: fmt.Sprintf("%s binds ServiceAccount/%s/%s to cluster-admin, and %s acts as it", manifest.ID, subject.Namespace, subject.Name, user.ID),
				fix:      fmt.Sprintf("kubectl -n %s create rolebinding %[2]s --clusterrole=admin --serviceaccount=%[1]s:%[2]s --dry-run=client -o yaml", subject.Namespace, subject.Name),
			})
		}
	}
}

// impersonated are the service accounts that objects outside the Flux namespace
// act as.
func (x *index) impersonated() map[model.ID]*model.Object {
	users := map[model.ID]*model.Object{}
	for _, object := range x.objects {
		switch object.Spec.(type) {
		case *fluxkind.Kustomization, *fluxkind.HelmRelease:
		default:
			continue
		}
		if object.Namespace == "flux-system" || object.Namespace == "" {
			continue
		}
		for _, ref := range object.Spec.References(object.ID) {
			if ref.Relation == model.RelationServiceAccount && ref.Field == "spec.serviceAccountName" && users[ref.Target] == nil {
				users[ref.Target] = object
			}
		}
	}
	return users
}
