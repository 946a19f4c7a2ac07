// Package render builds what a repository amounts to, as Flux would build it:
// kustomizations, then what the specs of Flux objects add, then variables, and
// all over again for the Flux objects that come out of it. It runs in this
// process and reads nothing but the file tree that it is given: no remote bases,
// no plugins, no charts, no network.
//
// The objects are those that kustomize gives, built by the library that
// kustomize-controller uses. How each became what it is, kustomize does not
// tell: that is traced beside it, one step after another, and checked against
// what kustomize gave. What the trace does not account for is put down to
// kustomize, never left out.
package render

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Options say how to render.
type Options struct {
	// Flux is the minor whose behaviour counts; the newest when it is unknown.
	Flux fluxver.Minor
	// Lenient is true when the feature gate StrictPostBuildSubstitutions of
	// kustomize-controller is off.
	Lenient bool
	// Lookup answers for what the tree does not hold; nil when nobody can.
	Lookup Lookup
	// Relevance orders the builds: those with higher values come first. What
	// makes an owner is as relevant as the owner. Nil leaves the order of the
	// repository.
	Relevance func(owner model.ID, location model.Location) int
	// Budget is the time for all builds together; 0 means no limit.
	Budget time.Duration
	// Progress is told how many of how many builds are done; the total grows as
	// builds make further owners. It may be nil.
	Progress func(done, total int)
	// Cache keeps results between runs; nil for none.
	Cache *Cache
}

// Lookup returns the data of a ConfigMap or Secret of the cluster. The error is
// fs.ErrNotExist for one that is sure not to exist; any other error means that
// it cannot be told.
type Lookup func(ctx context.Context, id model.ID) (map[string]string, error)

// strictFrom is the first minor that refuses variables without a value
// (kustomize-controller v1.9.0).
var strictFrom = fluxver.Minor{Major: 2, Minor: 9}

// strict tells whether a missing variable makes a build fail.
func (o *Options) strict() bool {
	return !o.Lenient && (!o.Flux.Known() || o.Flux.AtLeast(strictFrom))
}

// Run builds everything that the Flux objects of a repository build. The facts
// are those of the same tree as files: the work tree, or the tree of a commit.
// Files are opened by the names that the facts and kustomizations give, within
// files only; symbolic links are not followed.
//
// What could not be built is in the rendering, with the reason. Problems name
// what was left out for want of time or because it is too large.
func Run(ctx context.Context, repo *model.Repository, files fs.FS, opts Options) (*model.Rendering, []model.Problem) {
	if opts.Budget > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opts.Budget)
		defer cancel()
	}
	s := newScheduler(ctx, repo, files, opts)
	key := s.wholeKey()
	if key != "" {
		if kept := opts.Cache.loadWhole(s.builder.tree, key); kept != nil {
			return &model.Rendering{Builds: kept.Builds}, kept.Problems
		}
	}
	s.run()
	rendering, problems := s.rendering(), s.problems()
	s.storeWhole(key, rendering, problems)
	return rendering, problems
}

// Build builds one folder of a tree as kustomize would: the kustomization in
// it, without anything that Flux adds. It is for folders that no Flux object
// builds.
func Build(ctx context.Context, files fs.FS, dir string) model.RenderedBuild {
	b := newBuilder(files)
	v := newView(ctx, b.tree, nil)
	built := model.RenderedBuild{Parent: -1, Path: inTree(dir)}
	file := kustomizationFile(v, built.Path)
	if file == "" {
		built.State, built.Reason = model.BuildFailed, fmt.Sprintf("unable to find a kustomization file in /%s", built.Path)
		return built
	}
	content, err := v.read(file)
	if err == nil {
		parsed := b.parsed.parse(content)
		if err = parsed.err; err == nil {
			root := &layer{dir: built.Path, file: file, kustomization: parsed.kustomization, node: parsed.node}
			result := b.layers(v, nil, root, file, &variables{})
			built.State, built.Reason, built.Objects = result.State, result.Reason, result.Objects
			return built
		}
	}
	refused := refusal(err)
	built.State, built.Reason = refused.State, refused.Reason
	return built
}
