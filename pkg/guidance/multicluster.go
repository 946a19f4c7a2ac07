package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

// adviseMultiCluster concerns repositories with several clusters, and clusters
// that apply to others.
func adviseMultiCluster(p *project) entry {
	var e entry
	var clusters []string
	if p.Repository != nil {
		clusters = p.Repository.Clusters
	}
	remote := map[string]int{}
	for _, object := range p.Objects {
		var config *fluxkind.KubeConfig
		switch spec := object.Spec.(type) {
		case *fluxkind.Kustomization:
			config = spec.KubeConfig
		case *fluxkind.HelmRelease:
			config = spec.KubeConfig
		}
		if config == nil {
			continue
		}
		switch {
		case config.SecretRef != nil:
			remote[config.SecretRef.Name]++
		case config.ConfigMapRef != nil:
			remote[config.ConfigMapRef.Name]++
		}
	}
	if len(clusters) < 2 && len(remote) == 0 {
		if len(p.Focus) > 0 && len(clusters) == 1 {
			folder := clusters[0]
			if targets := p.analysis().Targets; len(targets) == 1 && targets[0].Path != "" {
				folder = targets[0].Path
			}
			e.today = append(e.today, fmt.Sprintf("one cluster, %s, in %s", clusters[0], folder))
			e.next = append(e.next, fmt.Sprintf("for a second one copy %s, change its variables, and let the new cluster sync the copy", folder))
		}
		return e
	}
	if len(clusters) > 0 {
		e.today = append(e.today, fmt.Sprintf("%s: %s", count(len(clusters), "cluster", "clusters"), some(clusters)))
	}
	versions := map[string]int{}
	for _, target := range p.analysis().Targets {
		if target.Version != "" {
			versions["Flux "+target.Version]++
		}
	}
	if len(versions) > 1 {
		e.gap = append(e.gap, "the clusters pin different versions: "+tally(versions))
		e.next = append(e.next, fmt.Sprintf("bring %s to one version, the least important first", some(clusters)))
	}
	if len(remote) > 0 {
		e.today = append(e.today, fmt.Sprintf("%s through kubeconfigs: %s", count(len(remote), "remote cluster is managed", "remote clusters are managed"), tally(remote)))
		e.gap = append(e.gap, fmt.Sprintf("what is applied there cannot be seen from here: run this with --context for each of %s", tally(remote)))
	}
	p.practices(&e, "cluster-folders")
	p.miss(&e, "copies")
	return e
}
