package merge

import (
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// CompareApplied looks again at the objects whose files have changed since they
// were applied, once facts.Base has what was applied: what differs from that is
// drift, what only differs from the files here waits to be applied.
func CompareApplied(facts *model.Facts) {
	if facts.Sync == nil || facts.Base == nil || facts.Base.Rendering == nil {
		return
	}
	d := newDrifter(newExplainer(facts))
	then := newOwnBuilds(Sides{
		Cluster: facts.Cluster, Repository: facts.Base.Repository, Rendering: facts.Base.Rendering, ClusterPath: facts.Sync.Given,
	}, facts.Sync)
	for i, object := range facts.Objects {
		made := object.Effective
		if object.Origin != model.FromCluster|model.FromRepository || made == nil {
			continue
		}
		applied := then.objects[object.ID]
		build := d.own.makers[made]
		commits := d.appliedCommits(build)
		if applied == nil || len(commits) != 1 || commits[0] != facts.Base.Commit {
			continue
		}
		if pending, known := d.pending(made, build, commits); !pending || !known {
			continue
		}
		joined := *object
		joined.Drift = d.sinceApplied(object, applied)
		facts.Objects[i] = &joined
	}
}

// sinceApplied is the drift of an object from what was applied, and then what
// waits to be applied.
func (d *drifter) sinceApplied(object *model.Object, applied *model.EffectiveObject) []model.Drift {
	var drift []model.Drift
	for _, found := range d.differences(applied, object) {
		found.commit = short(d.Base.Commit)
		drift = append(drift, d.describe(object, found, false))
	}
	for _, waiting := range object.Drift {
		if waiting.Pending && !slices.ContainsFunc(drift, func(d model.Drift) bool { return d.Field == waiting.Field }) {
			drift = append(drift, waiting)
		}
	}
	return drift[:min(len(drift), maxDrift)]
}
