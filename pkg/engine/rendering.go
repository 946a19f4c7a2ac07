package engine

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/render"
)

// Rendering says how to build what the repository amounts to.
type Rendering struct {
	// Budget is the time for all builds together; 0 means no limit.
	Budget time.Duration
	// CacheDir keeps results between runs; empty keeps none.
	CacheDir string
	// Version is that of the program: another one may build otherwise.
	Version string
}

// render builds the repository as Flux would. What was not built is told by
// the problems.
func (r *run) render(ctx context.Context) {
	if r.repository == nil || len(r.repository.Objects) == 0 {
		return
	}
	files, err := os.OpenRoot(r.Repository.Root)
	if err != nil {
		r.problem("repository", "RepositoryUnreadable", err, repositoryHint(err))
		return
	}
	defer files.Close()
	began := r.Now()
	r.rendering = r.build(ctx, r.repository, files.FS(), r.Rendering.Budget, r.relevance())
	if r.Rendering.Budget > 0 {
		// What is rendered besides has the rest of the time.
		r.Rendering.Budget = max(r.Rendering.Budget-r.Now().Sub(began), time.Millisecond)
	}
}

// build renders one state of the repository.
func (r *run) build(ctx context.Context, repository *model.Repository, files fs.FS, budget time.Duration, relevance func(model.ID, model.Location) int) *model.Rendering {
	options := render.Options{
		Budget:    budget,
		Relevance: relevance,
		Progress:  func(done, total int) { r.Progress("rendering", fmt.Sprintf("%d of %d", done, total)) },
	}
	if r.cluster != nil {
		options.Flux = fluxver.ParseMinor(r.cluster.Flux.Version)
	}
	if r.cluster != nil && r.cluster.Reachable {
		// What could be wrong with the configuration was told when it was read.
		options.Lookup, _ = cluster.Data(*r.Cluster)
	}
	if r.Rendering.CacheDir != "" {
		// A cache that cannot be opened only costs time.
		options.Cache, _ = render.OpenCache(r.Rendering.CacheDir, r.Rendering.Version)
		defer func() { _ = options.Cache.Close() }() // what is not stored is built again
	}
	defer r.Progress("rendering", "")
	rendering, problems := render.Run(ctx, repository, files, options)
	for _, problem := range problems {
		if !slices.Contains(r.problems, problem) {
			r.problems = append(r.problems, problem)
		}
	}
	return rendering
}

// relevance puts first what fails in the cluster, then what was changed here,
// then what lies under a path that names a topic of the focus.
func (r *run) relevance() func(model.ID, model.Location) int {
	failing := map[model.ID]bool{}
	if r.cluster != nil {
		for _, object := range r.cluster.Objects {
			failing[object.ID] = !object.Assessment.State.Healthy()
		}
	}
	return func(owner model.ID, location model.Location) int {
		switch {
		case failing[owner]:
			return 3
		case slices.ContainsFunc(r.repository.Git.Changed, func(c model.Change) bool { return c.Path == location.File }):
			return 2
		case slices.ContainsFunc(r.Focus, func(topic string) bool { return strings.Contains(location.File, topic) }):
			return 1
		}
		return 0
	}
}
