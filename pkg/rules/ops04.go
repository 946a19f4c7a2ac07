package rules

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
)

var ops04 = Rule{
	ID:       "OPS-04",
	Title:    "This Kubernetes lies outside what the Flux release supports",
	Severity: v1alpha1.SeverityWarning,
	Why:      "The combination is not tested: a Flux that is too old may not know the newer API server, one that is too new refuses the older (flux check fails).",
	Fix:      "Upgrade the one that is behind.",
	Guard:    "Only Flux releases whose window this build knows. A Kubernetes that is newer than the window is information.",
	Since:    "0.1.0",
	Page:     pageReleases + "#kubernetes-supported-versions",
	Focus:    []string{"controllers", "migration"},
	check:    checkKubernetes,
}

func checkKubernetes(p *pass) {
	if p.Cluster == nil || !p.hasControllers() {
		return
	}
	kubernetes := fluxver.ParseMinor(p.Cluster.KubernetesVersion)
	release, ok := fluxver.LookupRelease(fluxver.ParseMinor(p.Cluster.Flux.Version))
	if !ok || !kubernetes.Known() {
		return
	}
	f := finding{id: deploymentID(&p.Cluster.Flux.Components[0])}
	versions := fmt.Sprintf("Kubernetes %s, and Flux %s", p.Cluster.KubernetesVersion, p.Cluster.Flux.Version)
	switch release.Supports(kubernetes) {
	case fluxver.TooOld:
		if release.Kubernetes.Known() && kubernetes.Less(release.Kubernetes) {
			f.evidence = fmt.Sprintf("%s needs %s or newer", versions, release.Kubernetes)
			f.fix = "upgrade Kubernetes to " + release.Kubernetes.String() + " or newer; flux check says when it fits"
			break
		}
		f.evidence = fmt.Sprintf("%s supports %s to %s", versions, release.Oldest, release.Newest)
		f.fix = "upgrade Kubernetes to " + release.Oldest.String() + " or newer"
	case fluxver.Untested:
		f.severity = v1alpha1.SeverityInfo
		f.evidence = fmt.Sprintf("%s was tested with %s to %s", versions, release.Oldest, release.Newest)
		f.fix = "upgrade Flux to " + fluxver.Newest().String()
	default:
		return
	}
	p.report(f)
}
