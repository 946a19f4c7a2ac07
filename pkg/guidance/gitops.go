package guidance

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// adviseGitOps is about the loop as a whole: what is followed, whether the
// cluster has caught up, who notices drift.
func adviseGitOps(p *project) entry {
	if !p.hasFlux() {
		return firstPath(p)
	}
	var e entry
	p.say(&e, "pattern", "sync", "order")
	if p.Repository == nil {
		e.today = append(e.today, fmt.Sprintf("the cluster %s follows Git through %s; which repository that is was not read here",
			clusterName(p), count(len(p.byKind["GitRepository"])+len(p.byKind["OCIRepository"]), "source", "sources")))
	} else if p.Cluster == nil {
		git := p.Repository.Git
		if git.Known && git.Upstream != "" && git.Compared && git.Ahead+git.Behind > 0 {
			e.today = append(e.today, fmt.Sprintf("the clone is %d commits ahead of %s and %d behind", git.Ahead, git.Upstream, git.Behind))
		}
	}
	if states := p.states("Kustomization", "HelmRelease"); states != "" {
		e.today = append(e.today, fmt.Sprintf("of what applies to %s: %s", clusterName(p), states))
	}
	if p.Cluster != nil && p.Cluster.Reachable && p.Repository != nil && !bothSides(p) {
		e.gap = append(e.gap, fmt.Sprintf("no object of %s is defined in this folder: it follows another repository, branch or path", clusterName(p)))
		e.next = append(e.next, sourcesOfCluster(p))
	}
	return e
}

// clusterName is how sentences call the cluster.
func clusterName(p *project) string {
	if p.Cluster == nil || p.Cluster.Context == "" {
		return "the cluster"
	}
	return p.Cluster.Context
}

func bothSides(p *project) bool {
	for _, object := range p.Objects {
		if object.Origin == model.FromCluster|model.FromRepository {
			return true
		}
	}
	return false
}

// sourcesOfCluster names what the cluster follows, so that the right clone can
// be found.
func sourcesOfCluster(p *project) string {
	objects, list := gitSources(p)
	for i, object := range objects {
		if object.Name == "flux-system" {
			return "clone " + list[i] + " and run this there"
		}
	}
	if len(list) > 0 {
		return "clone " + list[0] + " and run this there"
	}
	return ""
}
