package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/docs"
	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/merge"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/rules"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
	"github.com/fluxctx/kubectl-fluxctx/pkg/session"
)

// openSession starts the state file, or goes on with one. A run without one
// still makes a report.
func (r *run) openSession(context.Context) {
	opened, err := r.open()
	if err != nil {
		r.problem("session", "SessionUnwritable", err,
			"name another folder with --session-dir, one that you own or that has the sticky bit")
		return
	}
	r.session = opened
	if r.Resumed != nil {
		r.update(r.describe)
	}
	state := opened.State()
	r.Docs.FreshSince = state.DocsSince.Time
	r.Docs.Reload = docs.Reload{
		Context7: state.Reload[session.Context7FluxLoaded].Time,
		Site:     state.Reload[session.FluxDocsLoaded].Time,
		Project:  state.Reload[session.AdvancedContextLoaded].Time,
	}
}

// describe says what the run is about, for the one that goes on with it.
func (r *run) describe(state *session.State) {
	state.Focus = append([]string{}, r.Focus...)
	state.Folder = r.Folder
}

// open resumes the session that was asked for, else starts one.
func (r *run) open() (*session.Session, error) {
	if r.Resumed != nil {
		return r.Resumed, nil
	}
	return session.Create(r.SessionDir, r.now, r.describe)
}

// collect runs the three collectors side by side.
func (r *run) collect(ctx context.Context) {
	var loading sync.WaitGroup
	r.loader = docs.NewLoader(r.Docs)
	r.Progress("documents", "loading")
	loading.Go(func() {
		defer r.Progress("documents", "")
		r.loadDocs(ctx)
	})
	r.readSides(ctx)
	loading.Wait()
	if ctx.Err() != nil {
		return
	}
	r.update(func(state *session.State) {
		state.ProjectContext = projectContext(r.cluster, r.repository)
		r.recordDocs(state)
	})
	r.passDocs()
	r.loadAPI(ctx)
}

// readSides reads the cluster and the repository side by side. Their problems
// keep this order, whichever ends first.
func (r *run) readSides(ctx context.Context) {
	var (
		collectors                          sync.WaitGroup
		clusterProblems, repositoryProblems []model.Problem
		repositoryErr                       error
	)
	start := func(part, state string, collect func()) {
		r.Progress(part, state)
		collectors.Go(func() {
			defer r.Progress(part, "")
			collect()
		})
	}
	if r.Cluster != nil {
		options := *r.Cluster
		options.Progress = func(state string) { r.Progress("cluster", state) }
		start("cluster", "connecting", func() { r.cluster, clusterProblems = cluster.Read(ctx, options) })
	}
	if r.Repository != nil {
		start("repository", "scanning", func() { r.repository, repositoryProblems, repositoryErr = gitrepo.Scan(ctx, *r.Repository) })
	}
	collectors.Wait()
	if ctx.Err() != nil {
		return
	}
	r.problems = append(r.problems, clusterProblems...)
	r.problems = append(r.problems, repositoryProblems...)
	if repositoryErr != nil {
		r.problem("repository", "RepositoryUnreadable", repositoryErr, repositoryHint(repositoryErr))
	}
}

// passDocs records that the first documents are there. Without Context7 the run
// goes on, and failed_sources says why.
func (r *run) passDocs() {
	if r.docs.ContextSources(r.now).Context7Available {
		r.checkpoint(session.Context7FluxLoaded)
	} else {
		r.skip(session.Context7FluxLoaded)
	}
	r.checkpoint(session.FluxDocsLoaded)
}

// repositoryHint says what mends a folder that cannot be scanned.
func repositoryHint(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "name an existing folder with --repo, or leave --repo out to scan the current one"
	case errors.Is(err, fs.ErrPermission):
		return "make the folder readable for this user, or name another one with --repo"
	}
	return "name a folder that can be read with --repo, or pass --no-repo"
}

// join combines both sides, and asks the log of the clone what lies between.
func (r *run) join(ctx context.Context) {
	r.facts = merge.Join(merge.Sides{
		Now: r.now, Focus: r.Focus, Cluster: r.cluster, Repository: r.repository, Rendering: r.rendering, ClusterPath: r.ClusterPath,
	})
	merge.Trace(r.facts)
	merge.Explain(r.facts, r.history(ctx))
	r.facts.References = merge.References(r.facts)
	r.blame(ctx)
	r.facts.Versions = merge.Versions(r.facts)
	r.checkpoint(session.ProjectContextAnalyzed)
}

// blamedCauses is how many root causes the summary shows.
const blamedCauses = 6

// blame asks which commits wrote the lines that root causes are about. Lines of
// files that have changed here are not those of a commit.
func (r *run) blame(ctx context.Context) {
	if r.repository == nil || !r.repository.Git.ChangesKnown {
		return
	}
	changed := map[string]bool{}
	for _, change := range r.repository.Git.Changed {
		changed[change.Path] = true
	}
	causes := r.facts.RootCauses[:min(len(r.facts.RootCauses), blamedCauses)]
	var lines []model.Location
	for _, cause := range causes {
		for _, evidence := range cause.Evidence {
			if evidence.Line > 0 && !changed[evidence.File] {
				lines = append(lines, evidence.Location)
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	commits := gitrepo.Blame(ctx, r.Repository.Root, lines)
	for _, cause := range causes {
		for i := range cause.Evidence {
			if commit := commits[cause.Evidence[i].Location]; commit != nil {
				cause.Evidence[i].Commit = commit
			}
		}
	}
}

// history reads what the join has to know of the log; nil when that is nothing.
func (r *run) history(ctx context.Context) *model.History {
	questions := merge.AskHistory(r.facts)
	if questions == nil {
		return nil
	}
	history, err := gitrepo.ReadHistory(ctx, gitrepo.HistoryOptions{
		Root: r.Repository.Root, Revisions: questions.Revisions, Upstream: questions.Upstream, Files: questions.Files,
	})
	if err != nil && ctx.Err() == nil {
		r.problem("repository", "HistoryUnknown", err, "without the log of Git, commits are not compared with the cluster")
	}
	return history
}

// judge runs the rules.
func (r *run) judge(context.Context) {
	result := rules.Run(r.facts, rules.Options{Config: r.Rules})
	r.report.Findings = list(result.Findings)
	r.report.Ignored = convert(result.Ignored, reportIgnored)
	r.report.Undecided = reportUndecided(result.Undecided)
	r.report.Upgrade = result.Upgrade
	for _, misnamed := range result.Misnamed {
		hint := "see the ids in 'rules list'"
		if misnamed.Nearest != "" {
			hint = "did you mean " + misnamed.Nearest + "?"
		}
		r.problem("repository", "UnknownRule", fmt.Errorf("%s: the annotation %s names %q, and there is no such rule: it silences nothing", misnamed.Location, rules.IgnoreAnnotation, misnamed.ID), hint)
	}
}

// assemble turns what was found into the report.
func (r *run) assemble(context.Context) {
	report := r.report
	report.Focus = append(report.Focus, r.Focus...)
	report.Cluster = reportCluster(r.cluster)
	report.Repository = reportRepository(r.repository)
	if r.repository != nil {
		report.Repository.Sync = reportSync(r.facts.Sync)
		report.Requirements = convert(r.repository.Requirements, func(q model.Requirement) v1alpha1.Requirement {
			return v1alpha1.Requirement{Topic: q.Topic, Why: q.Why}
		})
	}
	report.Objects = convert(r.facts.Objects, reportObject)
	for i, object := range r.facts.Objects {
		report.Objects[i].Focus = concerns(object, r.Focus, report.Findings)
	}
	reportRendering(report, r.facts)
	report.BlastRadius = convert(r.blast, reportDeletion)
	report.Ownership = reportOwnership(r.ownership)
	report.RootCauses = convert(r.facts.RootCauses, reportRootCause)
	report.Versions = reportVersions(r.facts.Versions)
	report.References = convert(r.facts.References, reportReference)
}

// finish closes the session; the report holds its last state.
func (r *run) finish(context.Context) {
	r.update(func(state *session.State) { state.Complete = true })
	if r.session != nil {
		r.report.Session = r.session.State().Session
	}
	r.report.Problems = convert(r.problems, reportProblem)
	r.report.Summary = docs.Summary(r.report, r.docs.Sections, r.MaxTokens)
	r.archive()
}

// archive keeps the finished session with its report and its context summary for
// later ones, and no more of them than the limits allow.
func (r *run) archive() {
	if r.session == nil || r.Archive == nil {
		return
	}
	report, err := json.Marshal(r.report)
	if err == nil {
		err = r.Archive.Save(r.session.State(), map[string][]byte{session.ReportFile: report, session.SummaryFile: []byte(r.report.Summary)})
	}
	if err == nil {
		_, err = r.Archive.Prune(session.DefaultLimits(), r.now)
	}
	if err != nil {
		r.problem("session", "ArchiveUnwritable", err, "check space and permissions of the state folder of this user")
		r.report.Problems = convert(r.problems, reportProblem)
	}
}

// cleanUp removes temporary files, however the run ended.
func (r *run) cleanUp() {
	if r.loader != nil {
		r.loader.Close()
	}
	if r.session != nil {
		_ = r.session.Close() // what is left in a temporary folder harms nobody
	}
}

// update changes the session file, and says so once when it can not.
func (r *run) update(change func(*session.State)) {
	if r.session != nil {
		r.sessionError(r.session.Update(change))
	}
}

func (r *run) checkpoint(name string) {
	if r.session != nil {
		r.sessionError(r.session.Checkpoint(name))
	}
}

func (r *run) skip(name string) {
	if r.session != nil {
		r.sessionError(r.session.Skip(name))
	}
}

func (r *run) sessionError(err error) {
	if err == nil || r.sessionFailed {
		return
	}
	r.sessionFailed = true
	r.problem("session", "SessionUnwritable", err, "check space and permissions of the session folder, or name another with --session-dir")
}

func (r *run) problem(source, code string, err error, hint string) {
	r.problems = append(r.problems, model.Problem{Source: source, Code: code, Message: sanitize.Line(err.Error(), 0), Hint: hint})
}

// projectContext answers the five questions of the session file.
func projectContext(cluster *model.Cluster, repository *model.Repository) v1alpha1.ProjectContext {
	var context v1alpha1.ProjectContext
	if repository != nil {
		context.HasKubernetesConfigs = len(repository.Documents) > 0
		context.HasFluxResources = len(repository.Objects) > 0
		context.GitOpsStructureDetected = len(repository.GitOpsFolders) > 0
	}
	if cluster != nil {
		context.ClusterAccess = cluster.Reachable
		context.FluxInstalled = cluster.Flux.Installed
	}
	return context
}
