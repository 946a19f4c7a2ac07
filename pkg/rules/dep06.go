package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
)

var dep06 = Rule{
	ID:       "DEP-06",
	Title:    "A manifest uses an API version that Kubernetes has removed",
	Severity: v1alpha1.SeverityError,
	Why:      "The API server refuses the object (no matches for kind), and with it everything in the same build.",
	Fix:      "Write the newer version; some fields have moved with it.",
	Guard:    "An error when the cluster's version is past the removal; a warning when no cluster answered, since every supported Kubernetes is. Patches follow their target.",
	Since:    "0.1.0",
	Page:     "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
	Focus:    []string{"migration", "troubleshooting"},
	check:    checkKubernetesAPIs,
}

func checkKubernetesAPIs(p *pass) {
	if p.Repository == nil {
		return
	}
	running := fluxver.Minor{}
	if p.Cluster != nil {
		running = fluxver.ParseMinor(p.Cluster.KubernetesVersion)
	}
	for _, document := range p.Repository.Documents {
		removal, ok := fluxver.KubernetesRemoval(document.APIVersion, document.Kind)
		if !ok || document.Patch || running.Known() && running.Less(removal.Removed) {
			continue
		}
		severity, where := v1alpha1.Severity(""), "the cluster runs "+running.String()
		switch {
		case !running.Known():
			severity, where = v1alpha1.SeverityWarning, "no cluster said which it runs"
		case p.clusterOf(document.File) == "" && len(p.roots) > 1:
			severity = v1alpha1.SeverityWarning // it may be for another cluster
		}
		fix := "apiVersion: " + removal.Instead
		if removal.Instead == "" {
			fix = "remove the object: the kind has no successor"
		}
		p.report(finding{
			id: document.ID(), at: document.Location, severity: severity,
			evidence: fmt.Sprintf("%s %s was removed in Kubernetes %s; %s", document.APIVersion, document.Kind, removal.Removed, where),
			fix:      fix,
		})
	}
}
