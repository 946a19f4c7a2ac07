// Package engine is the pipeline of the main job: ordered steps, checkpoints
// and progress. It knows no command line and no terminal.
package engine

import (
	"context"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/docs"
	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/rules"
	"github.com/fluxctx/kubectl-fluxctx/pkg/session"
)

// Options say what one run is asked to do.
type Options struct {
	Now func() time.Time
	// Focus lists topic names; empty means all.
	Focus []string
	// Folder is the project that the run is about, as the session names it.
	Folder string
	// SessionDir is where a new session file goes; Resumed is the session to
	// go on with instead, nil for a new one.
	SessionDir string
	Resumed    *session.Session
	// Archive keeps the session and its report for later ones; nil keeps
	// nothing.
	Archive *session.Archive
	// Cluster is nil when no cluster is to be asked.
	Cluster *cluster.Options
	// Repository is nil when no folder is to be scanned.
	Repository *gitrepo.Options
	// ClusterPath is the folder of the cluster in the repository; empty when it
	// has to be found.
	ClusterPath string
	// Base is the revision to compare the repository with; empty for none.
	Base      string
	Rendering Rendering
	// Rules is the project's own word on rules; nil means none.
	Rules *rules.Config
	Docs  docs.Options
	// MaxTokens bounds the context summary that is archived with the session;
	// 0 means the default.
	MaxTokens int
	// Problems are those that were met while the options were made.
	Problems []model.Problem
	// Progress is told what a part of the work (cluster, repository,
	// documents, rendering, report) is at, and "" when it is done. It is called from
	// several goroutines and may be nil.
	Progress func(part, state string)
}

// run is the state that the steps of one run share.
type run struct {
	Options
	now           time.Time
	session       *session.Session
	sessionFailed bool
	cluster       *model.Cluster
	repository    *model.Repository
	rendering     *model.Rendering
	blast         []model.Deletion
	ownership     model.Ownership
	loader        *docs.Loader
	docs          docs.Result
	apiLoaded     chan struct{} // closed when the loader is free again
	facts         *model.Facts
	problems      []model.Problem
	report        *v1alpha1.ContextReport
}

// steps is the order of the main job. A step that cannot do its work leaves a
// problem; only an interruption ends the run.
var steps = []func(*run, context.Context){
	(*run).openSession,
	(*run).collect,
	(*run).render,
	(*run).join,
	(*run).compare,
	(*run).judge,
	(*run).assemble,
	(*run).loadProjectDocs,
	(*run).advise,
	(*run).validate,
	(*run).finish,
}

// Run does the main job and returns its report, which holds whatever could be
// found out. The error is not nil only when ctx ended: the session file then
// says how far the run came.
func Run(ctx context.Context, opts Options) (*v1alpha1.ContextReport, error) {
	if opts.Progress == nil {
		opts.Progress = func(string, string) {}
	}
	r := &run{Options: opts, now: opts.Now(), problems: opts.Problems, report: v1alpha1.NewReport()}
	defer r.cleanUp()
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		step(r, ctx)
	}
	return r.report, ctx.Err()
}
