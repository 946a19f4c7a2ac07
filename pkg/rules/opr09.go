package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var opr09 = Rule{
	ID:       "OPR-09",
	Title:    "An admission policy does not reach a tenant's namespace",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The binding selects namespaces by a label that this one lacks: what the policy forbids to all other tenants is allowed here.",
	Fix:      "Label the namespace, or let the binding select by a label that every namespace of a tenant has.",
	Guard:    "Only bindings whose selector takes some, but not all, of the namespaces of tenants that the repository defines; namespaces are those of tenants by the label of flux create tenant. Labels that an overlay adds are not seen, so bindings that reach none are left open.",
	Since:    "0.1.0",
	Page:     pageTenancy + "#tenants",
	Focus:    []string{"multi-tenancy", "security"},
	check:    checkPolicyReach,
}

func checkPolicyReach(p *pass) {
	var namespaces []*model.Manifest
	for manifest := range p.manifests("", "Namespace") {
		if manifest.Labels[tenantLabel] != "" || isTenant(p.index, manifest.Name) {
			namespaces = append(namespaces, manifest)
		}
	}
	for bind := range p.manifests("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding") {
		var body struct {
			Spec struct {
				MatchResources struct {
					NamespaceSelector struct {
						MatchLabels      map[string]string `json:"matchLabels"`
						MatchExpressions []struct {
							Key      string   `json:"key"`
							Operator string   `json:"operator"`
							Values   []string `json:"values"`
						} `json:"matchExpressions"`
					} `json:"namespaceSelector"`
				} `json:"matchResources"`
			} `json:"spec"`
		}
		_ = json.Unmarshal(bind.Body, &body)
		selector := body.Spec.MatchResources.NamespaceSelector
		if len(selector.MatchLabels) == 0 && len(selector.MatchExpressions) == 0 {
			continue // it reaches every namespace
		}
		var outside []*model.Manifest
		inside := 0
		for _, namespace := range namespaces {
			taken := subset(selector.MatchLabels, namespace.Labels)
			for _, expression := range selector.MatchExpressions {
				value, ok := namespace.Labels[expression.Key]
				switch expression.Operator {
				case "Exists":
					taken = taken && ok
				case "DoesNotExist":
					taken = taken && !ok
				case "In":
					taken = taken && ok && slices.Contains(expression.Values, value)
				case "NotIn":
					taken = taken && !slices.Contains(expression.Values, value)
				}
			}
			if taken {
				inside++
			} else {
				outside = append(outside, namespace)
			}
		}
		if inside == 0 {
			continue
		}
		for _, namespace := range outside {
			p.report(finding{
				id: namespace.ID, at: namespace.Location,
				evidence: fmt.Sprintf("%s (%s) selects %d namespaces of tenants and not %s", bind.ID, bind.Location, inside, namespace.Name),
				fix:      "labels: {" + labelText(selector.MatchLabels) + "}",
			})
		}
	}
}

// isTenant is true for a namespace that is called like a tenant.
func isTenant(x *index, namespace string) bool {
	return x.Repository != nil && slices.Contains(x.Repository.Tenants, namespace)
}

// labelText writes labels for a flow mapping.
func labelText(labels map[string]string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		parts = append(parts, key+": "+labels[key])
	}
	return strings.Join(parts, ", ")
}
