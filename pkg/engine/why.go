package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/merge"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Question is what somebody wants to know the whole chain of: a file of the
// repository, or an object.
type Question struct {
	// File is relative to the scanned folder; empty for an object.
	File string
	// Kind is as kubectl takes it: in any case, plural, or a short name.
	Kind string
	Name string
	// Namespace is where to look first; Named says that nothing else will do.
	Namespace      string
	NamespaceNamed bool
}

// NotFoundError says that nobody knows what was asked for.
type NotFoundError struct {
	What string
	// Nearest are what may have been meant.
	Nearest []string
}

func (e *NotFoundError) Error() string { return e.What }

// AmbiguousError says that there are several.
type AmbiguousError struct {
	What   string
	Choice []string
}

func (e *AmbiguousError) Error() string { return e.What }

// Why reads both sides as Run does, without documents and without a session,
// and follows the chain of one thing. The report is never nil unless ctx ended;
// an error with it says that the question has no answer.
func Why(ctx context.Context, opts Options, question Question) (*v1alpha1.WhyReport, error) {
	if opts.Progress == nil {
		opts.Progress = func(string, string) {}
	}
	r := &run{Options: opts, now: opts.Now(), problems: opts.Problems, report: v1alpha1.NewReport()}
	for _, step := range []func(*run, context.Context){(*run).readSides, (*run).render, (*run).join, (*run).judge} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		step(r, ctx)
	}
	report := v1alpha1.NewWhyReport()
	if r.cluster != nil {
		report.Context, report.Server, report.Reachable = r.cluster.Context, r.cluster.Server, r.cluster.Reachable
	}
	if r.repository != nil {
		report.Root, report.Head = r.repository.Root, r.repository.Git.Head
	}
	var err error
	if question.File != "" {
		err = r.whyFile(report, question.File)
	} else {
		err = r.whyObject(ctx, report, question)
	}
	report.Problems = convert(r.problems, reportProblem)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return report, err
}

// whyFile answers for a file.
func (r *run) whyFile(report *v1alpha1.WhyReport, file string) error {
	report.File = file
	if r.repository == nil {
		return &NotFoundError{What: "there is no repository to look for " + file}
	}
	uses := merge.WhyFile(r.facts, file)
	if len(uses) == 0 && !r.knowsFile(file) {
		return r.unknownFile(file)
	}
	report.Uses = convert(uses, reportFileUse)
	report.Note = merge.Unbuilt(r.facts, file)
	for _, finding := range r.report.Findings {
		if finding.File == file {
			report.Findings = append(report.Findings, finding)
		}
	}
	return nil
}

// knowsFile is true for a file with anything in it that the scan understood.
func (r *run) knowsFile(file string) bool {
	repository := r.repository
	return slices.ContainsFunc(repository.Documents, func(d model.Document) bool { return d.File == file }) ||
		slices.ContainsFunc(repository.Kustomizations, func(k model.KustomizeFile) bool { return k.File == file }) ||
		slices.ContainsFunc(repository.Builds, func(b model.Build) bool { return slices.Contains(b.Files, file) || slices.Contains(b.Ignored, file) }) ||
		slices.ContainsFunc(repository.ParseErrors, func(e model.ParseError) bool { return e.File == file })
}

func (r *run) unknownFile(file string) error {
	var files []string
	for _, d := range r.repository.Documents {
		files = append(files, d.File)
	}
	slices.Sort(files)
	files = slices.Compact(files)
	var nearest []string
	base := file[strings.LastIndexByte(file, '/')+1:]
	for _, known := range files {
		if strings.HasSuffix(known, "/"+base) && len(nearest) < 5 {
			nearest = append(nearest, known)
		}
	}
	if near := focus.Nearest(file, files); near != "" && !slices.Contains(nearest, near) {
		nearest = append(nearest, near)
	}
	return &NotFoundError{What: fmt.Sprintf("the repository has no file %s with manifests", file), Nearest: nearest}
}

// whyObject answers for an object.
func (r *run) whyObject(ctx context.Context, report *v1alpha1.WhyReport, question Question) error {
	live := map[model.ID]model.LiveObject{}
	subject, note, err := r.subject(ctx, question, live)
	if err != nil {
		return err
	}
	ref := objectRef(subject)
	report.Subject, report.Note = &ref, note
	r.readControllers(ctx, subject, live)
	why := merge.Why(r.facts, subject, live)
	r.inspect(ctx, why.Causes)
	if o, ok := live[subject]; ok && o.Presence == model.Present {
		if cause := r.ownCause(ctx, why, o); cause != nil {
			why.Causes = append(why.Causes, *cause)
		}
		if len(why.Chains) == 1 && len(why.Chains[0].Links) == 1 && report.Note == "" {
			report.Note = "no Flux object made it: it is in no inventory and has no label of Flux"
		}
	}
	r.findCommits(ctx, &why)
	report.Chains = convert(why.Chains, reportChain)
	report.Causes = convert(why.Causes, reportWhyCause)
	report.Findings = r.findingsOf(why)
	return nil
}

// subject finds the object that was meant: in the facts, else in the cluster.
func (r *run) subject(ctx context.Context, q Question, live map[model.ID]model.LiveObject) (model.ID, string, error) {
	known := merge.Subjects(r.facts, q.Kind, q.Name)
	here := slices.DeleteFunc(slices.Clone(known), func(id model.ID) bool { return id.Namespace != q.Namespace && id.Namespace != "" })
	foreign := len(known) > 0 && !fluxkind.IsGroup(known[0].Group)
	if r.reachable() && (len(known) == 0 || foreign) {
		r.Progress("cluster", "looking for "+q.Kind+"/"+q.Name)
		found, err := cluster.Find(ctx, *r.Cluster, q.Kind, namespaceOf(here, q.Namespace), q.Name)
		r.Progress("cluster", "")
		if err != nil && !errors.Is(err, cluster.ErrNoSuchKind) {
			r.problem("cluster", "ObjectUnreadable", err, "ask for a role that allows get on this kind")
		}
		for _, o := range found {
			live[o.ID] = o
			if !slices.Contains(known, o.ID) {
				known = append(known, o.ID)
				if o.Namespace == q.Namespace || o.Namespace == "" {
					here = append(here, o.ID)
				}
			}
		}
	}
	switch {
	case len(here) == 1:
		return here[0], "", nil
	case len(here) > 1:
		return model.ID{}, "", ambiguous(q, here)
	case len(known) == 0:
		return model.ID{}, "", r.notFound(q)
	case q.NamespaceNamed:
		return model.ID{}, "", &NotFoundError{
			What:    fmt.Sprintf("there is no %s/%s in namespace %s", q.Kind, q.Name, q.Namespace),
			Nearest: words(known),
		}
	case len(known) > 1:
		return model.ID{}, "", ambiguous(q, known)
	}
	return known[0], fmt.Sprintf("it is not in namespace %s, but only in %s", q.Namespace, known[0].Namespace), nil
}

// namespaceOf is where the cluster is asked first.
func namespaceOf(here []model.ID, fallback string) string {
	if len(here) == 1 && here[0].Namespace != "" {
		return here[0].Namespace
	}
	return fallback
}

func (r *run) reachable() bool { return r.cluster != nil && r.cluster.Reachable }

func ambiguous(q Question, ids []model.ID) error {
	return &AmbiguousError{What: fmt.Sprintf("%s/%s may be one of several", q.Kind, q.Name), Choice: words(ids)}
}

func words(ids []model.ID) []string {
	return convert(ids, model.ID.String)
}

func (r *run) notFound(q Question) error {
	return &NotFoundError{
		What:    fmt.Sprintf("neither the cluster nor the repository has a %s/%s", q.Kind, q.Name),
		Nearest: words(merge.Nearest(r.facts, q.Kind, q.Name, focus.Distance)),
	}
}

// maxControllers is how far a Pod may be from what Flux applies: Pod,
// ReplicaSet, Deployment, and one of an operator above.
const maxControllers = 4

// readControllers reads what keeps a live object, until the labels say which
// Flux object made it.
func (r *run) readControllers(ctx context.Context, id model.ID, live map[model.ID]model.LiveObject) {
	for range maxControllers {
		controller := live[id].Controller
		if controller == (model.ID{}) || !r.reachable() || fluxkind.IsGroup(controller.Group) {
			return
		}
		objects, _ := cluster.Inspect(ctx, *r.Cluster, []cluster.Behind{{Objects: []model.ID{controller}}})
		if len(objects) == 0 || len(objects[0]) == 0 {
			return
		}
		live[controller] = objects[0][0]
		id = controller
	}
}

// inspect reads what stands behind the causes.
func (r *run) inspect(ctx context.Context, causes []model.WhyCause) {
	if !r.reachable() || len(causes) == 0 {
		return
	}
	var (
		behind []cluster.Behind
		of     []int
	)
	for i := range causes {
		ids, namespace, selector := merge.Behind(r.facts, causes[i].RootCause)
		if len(ids) > 0 || selector != "" {
			behind, of = append(behind, cluster.Behind{Objects: ids, Namespace: namespace, Selector: selector}), append(of, i)
		}
	}
	if len(behind) == 0 {
		return
	}
	r.Progress("cluster", "reading what fails")
	defer r.Progress("cluster", "")
	found, problems := cluster.Inspect(ctx, *r.Cluster, behind)
	r.problems = append(r.problems, problems...)
	for i, objects := range found {
		for _, o := range objects {
			if o.State != model.StateReady {
				causes[of[i]].Behind = append(causes[of[i]].Behind, o)
			}
		}
	}
}

// findCommits looks up which commits changed the files of the chains last.
// Without Git there is none to tell.
func (r *run) findCommits(ctx context.Context, why *model.Why) {
	if r.repository == nil || !r.repository.Git.Known {
		return
	}
	var links []*model.Link
	for i := range why.Chains {
		for j := range why.Chains[i].Links {
			link := &why.Chains[i].Links[j]
			links = append(links, link)
			if link.Source != nil {
				links = append(links, link.Source)
			}
		}
	}
	var files []string
	for _, link := range links {
		if file := link.Location.File; file != "" && !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	if len(files) == 0 {
		return
	}
	history, err := gitrepo.ReadHistory(ctx, gitrepo.HistoryOptions{Root: r.Repository.Root, Files: files})
	if err != nil {
		r.problem("repository", "HistoryUnknown", err, "without the log of Git, the last commits of files are not known")
		return
	}
	for _, link := range links {
		if i, ok := history.LastTouched[link.Location.File]; ok {
			link.Commit = &history.Commits[i]
		}
	}
}

// ownCause is the subject itself, when it fails though nothing of Flux says so:
// not every Kustomization waits for what it applies.
func (r *run) ownCause(ctx context.Context, why model.Why, o model.LiveObject) *model.WhyCause {
	if o.State == model.StateReady || fluxkind.IsGroup(o.Group) {
		return nil
	}
	for _, cause := range why.Causes {
		for _, behind := range cause.Behind {
			if behind.ID == o.ID || slices.ContainsFunc(behind.Children, func(pod model.LiveObject) bool { return pod.ID == o.ID }) {
				return nil
			}
		}
	}
	cause := &model.WhyCause{RootCause: model.RootCause{Object: o.ID, State: o.State, Reason: o.Reason, Message: o.Message}}
	found, problems := cluster.Inspect(ctx, *r.Cluster, []cluster.Behind{{Objects: []model.ID{o.ID}}})
	r.problems = append(r.problems, problems...)
	if len(found) == 1 && len(found[0]) == 1 {
		cause.Events = found[0][0].Events
		cause.Behind = found[0][0].Children
	}
	if fix, page := merge.PodFix(o); fix != "" {
		cause.Fix, cause.Page = []string{fix}, page
	}
	return cause
}

// findingsOf are those about the objects of the chains.
func (r *run) findingsOf(why model.Why) []v1alpha1.Finding {
	refs := map[v1alpha1.ObjectRef]bool{}
	for _, chain := range why.Chains {
		for i, link := range chain.Links {
			// Of what applies the subject only errors count, of the subject itself
			// no mere advice.
			refs[objectRef(link.ID)] = i == len(chain.Links)-1
			if link.Source != nil {
				refs[objectRef(link.Source.ID)] = false
			}
		}
	}
	findings := []v1alpha1.Finding{}
	for _, finding := range r.report.Findings {
		if finding.Object == nil {
			continue
		}
		all, concerned := refs[*finding.Object]
		if saidByCause(why, finding) {
			continue
		}
		least := v1alpha1.SeverityError
		if all {
			least = v1alpha1.SeverityWarning
		}
		if concerned && finding.Severity.Rank() >= least.Rank() && r.sameCopy(why, finding) {
			findings = append(findings, finding)
		}
	}
	return findings
}

// saidByCause is true for a finding that repeats what a cause says: the message
// of the controller, that Git suspends it, or a circle.
func saidByCause(why model.Why, finding v1alpha1.Finding) bool {
	for _, cause := range why.Causes {
		in := func(texts ...string) bool {
			return !slices.ContainsFunc(texts, func(text string) bool { return text == "" || !strings.Contains(finding.Evidence, text) })
		}
		circle := convert(cause.Cycle, model.ID.String)
		if len(circle) > 0 && in(circle...) {
			return true
		}
		if objectRef(cause.Object) == *finding.Object && (in(cause.Message) || cause.State == model.StateSuspended && in("spec.suspend is true")) {
			return true
		}
	}
	// What an object says of itself is shown, or explained by a cause.
	for _, chain := range why.Chains {
		for _, link := range chain.Links {
			message := link.Assessment.Message
			if objectRef(link.ID) == *finding.Object && len(why.Causes) > 0 && message != "" && strings.Contains(finding.Evidence, message) {
				return true
			}
		}
	}
	return false
}

// sameCopy keeps findings about another cluster's object of the same name out.
func (r *run) sameCopy(why model.Why, finding v1alpha1.Finding) bool {
	for _, chain := range why.Chains {
		for _, link := range chain.Links {
			if objectRef(link.ID) == *finding.Object && link.Location.File != "" && finding.File != "" {
				return link.Location.File == finding.File || finding.Line == 0 ||
					!slices.ContainsFunc(r.repository.Objects, func(o *model.Object) bool { return o.ID == link.ID && o.Location.File == finding.File })
			}
		}
	}
	return true
}
