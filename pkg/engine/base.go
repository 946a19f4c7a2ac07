package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/merge"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// compare tells what the changes since an earlier commit delete, and who owns
// what.
func (r *run) compare(ctx context.Context) {
	if r.repository != nil && r.repository.Git.Known || r.Base != "" {
		r.readBase(ctx)
		merge.CompareApplied(r.facts)
	}
	r.blast, r.ownership = merge.Blast(r.facts), merge.Own(r.facts)
}

// readBase reads the commit that was named, else the newest that is known to be
// everywhere: what the cluster runs, else what the remote has, else what is
// committed. A revision that this clone does not have is passed over.
func (r *run) readBase(ctx context.Context) {
	if r.repository == nil {
		return
	}
	if r.Base != "" {
		base, err := r.openBase(ctx, model.BaseNamed, r.Base)
		if err != nil {
			r.problems = append(r.problems, baseProblem(r.Base, err))
			return
		}
		r.facts.Base = base
		return
	}
	if r.rendering == nil {
		return
	}
	for _, candidate := range merge.Bases(r.facts) {
		base, err := r.openBase(ctx, candidate.Reason, candidate.Revision)
		if err == nil {
			r.facts.Base = base
			return
		}
	}
}

// openBase reads the commit where HEAD left a revision.
func (r *run) openBase(ctx context.Context, reason model.BaseReason, revision string) (*model.Base, error) {
	r.Progress("repository", "reading "+sanitize.Line(revision, 40))
	defer r.Progress("repository", "")
	hash, err := gitrepo.MergeBase(ctx, r.Repository.Root, revision)
	if err != nil {
		return nil, err
	}
	base := &model.Base{Reason: reason, Revision: sanitize.Line(revision, 200), Commit: hash}
	if hash == r.repository.Git.Head && r.repository.Git.ChangesKnown && !r.repository.Git.Dirty() {
		return base, nil // nothing lies between
	}
	commit, err := gitrepo.OpenCommit(ctx, r.Repository.Root, hash)
	if err != nil {
		return nil, err
	}
	defer func() { _ = commit.Close() }() // it was only read
	// What is wrong with its files was wrong then; only the present is told.
	base.Repository, _, err = gitrepo.ScanCommit(ctx, commit, r.repository.Git)
	if err != nil {
		return nil, err
	}
	base.Repository.Root = r.repository.Root
	if r.rendering == nil {
		return base, nil
	}
	base.Rendering = r.build(ctx, base.Repository, commit, r.Rendering.Budget, nil)
	return base, nil
}

// BaseUnreadable is the code of the problem that --base could not be read.
const BaseUnreadable = "BaseUnreadable"

func baseProblem(revision string, err error) model.Problem {
	problem := model.Problem{
		Source: "repository", Code: BaseUnreadable,
		Message: fmt.Sprintf("cannot compare with %q: %s", sanitize.Line(revision, 200), sanitize.Line(err.Error(), 0)),
		Hint:    "'git branch -a' and 'git tag' list what can be compared with",
	}
	unknown, ok := errors.AsType[*gitrepo.UnknownRevisionError](err)
	switch {
	case errors.Is(err, gitrepo.ErrNoWorkTree):
		problem.Hint = "name a folder of a Git clone with --repo, or leave --base out"
	case ok && unknown.Shallow:
		problem.Hint = "this clone is shallow: fetch more of the history with 'git fetch --unshallow', in CI with fetch-depth: 0"
	}
	return problem
}
