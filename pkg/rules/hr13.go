package rules

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var hr13 = Rule{
	ID:       "HR-13",
	Title:    "Drift correction and an autoscaler change the same replicas",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The autoscaler sets spec.replicas, helm-controller sets it back at every reconciliation: workloads are scaled up and down for ever.",
	Fix:      "Ignore /spec/replicas in spec.driftDetection.ignore, or leave the replicas out of the chart's values.",
	Guard:    "Only a HorizontalPodAutoscaler of the repository whose target has the name of the release, in its namespace.",
	Since:    "0.1.0",
	Page:     pageHelmRelease + "#ignore-rules",
	Focus:    []string{"helm"},
	check:    checkAutoscaledReleases,
}

func checkAutoscaledReleases(p *pass) {
	for object, spec := range specs[*fluxkind.HelmRelease](p.index) {
		if spec.DriftDetection == nil || spec.DriftDetection.Mode != "enabled" || ignoresReplicas(spec.DriftDetection.Ignore) {
			continue
		}
		for hpa := range p.manifests("autoscaling", "HorizontalPodAutoscaler") {
			var body struct {
				Spec struct {
					ScaleTargetRef struct{ Kind, Name string } `json:"scaleTargetRef"`
				} `json:"spec"`
			}
			_ = json.Unmarshal(hpa.Body, &body)
			target := body.Spec.ScaleTargetRef
			if target.Name != releaseName(object) || !sameNamespace(hpa.Namespace, targetNamespace(object)) || !p.together(hpa.File, object.Location.File) {
				continue
			}
			p.report(finding{
				object: object, field: "spec.driftDetection",
				evidence: fmt.Sprintf("spec.driftDetection.mode is enabled, and %s scales %s %s", hpa.Location, target.Kind, target.Name),
				fix:      "ignore: [{paths: [/spec/replicas], target: {kind: " + target.Kind + "}}]",
			})
		}
	}
}

func ignoresReplicas(rules []json.RawMessage) bool {
	for _, rule := range rules {
		if bytes.Contains(rule, []byte("/spec/replicas")) || bytes.Contains(rule, []byte(`"/spec"`)) || bytes.Contains(rule, []byte(`""`)) {
			return true
		}
	}
	return false
}

// sameNamespace treats a namespace that a kustomization will set as equal to
// any.
func sameNamespace(a, b string) bool { return a == b || a == "" || b == "" }

// targetNamespace is where the objects of a release go.
func targetNamespace(object *model.Object) string {
	if spec, ok := object.Spec.(*fluxkind.HelmRelease); ok && spec.TargetNamespace != "" {
		return spec.TargetNamespace
	}
	return object.Namespace
}
