package output

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// mismatch says first of all that this clone is not what the cluster runs.
func (p *page) mismatch(report *v1alpha1.ContextReport) {
	if sync := syncOf(report); sync != nil && sync.Reason != "" {
		p.wrapped(0, p.Theme.Warn.Render(p.Symbols.Warn)+" ", sync.Reason, p.plain)
	}
}

// commits is what lies between the clone and the cluster; nothing when they
// are at the same commit.
func (p *page) commits(report *v1alpha1.ContextReport) {
	sync := syncOf(report)
	if sync == nil {
		return
	}
	type line struct {
		object  v1alpha1.ObjectRef
		summary string
		commits v1alpha1.Commits
	}
	var lines []line
	for _, source := range sync.Sources {
		if source.Summary != "" {
			between := source.NotPushed
			between.Newest = append(append([]v1alpha1.Commit{}, between.Newest...), source.NotFetched.Newest...)
			lines = append(lines, line{source.Object, source.Summary, between})
		}
	}
	for _, kustomization := range sync.Kustomizations {
		if kustomization.Summary != "" {
			lines = append(lines, line{kustomization.Object, kustomization.Summary, kustomization.NotApplied})
		}
	}
	if len(lines) == 0 {
		return
	}
	p.heading("Commits")
	for i, l := range lines {
		if !p.wide && i == 2*shownOfAKind {
			p.more(len(lines)-i, "object")
			break
		}
		p.item(p.Theme.Accent.Render(p.Symbols.Busy), p.Theme.Strong.Render(refString(l.object))+": "+l.summary)
		for j, commit := range l.commits.Newest {
			if j == shownOfAKind {
				break
			}
			p.wrapped(4, shortRevision(commit.Hash)+" ", commit.Subject, p.muted)
		}
	}
}

// drift is what somebody changed in the cluster and not in Git.
func (p *page) drift(report *v1alpha1.ContextReport) {
	type line struct {
		object v1alpha1.Object
		drift  v1alpha1.Drift
	}
	var lines []line
	for _, object := range report.Objects {
		for _, drift := range object.Drift {
			if !drift.Pending {
				lines = append(lines, line{object, drift})
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	p.heading("Drift")
	for i, l := range lines {
		if !p.wide && i == 2*shownOfAKind {
			p.more(len(lines)-i, "field")
			break
		}
		ref := refString(v1alpha1.ObjectRef{Kind: l.object.Kind, Namespace: l.object.Namespace, Name: l.object.Name})
		p.item(p.Theme.Warn.Render(p.Symbols.Warn), p.Theme.Strong.Render(ref)+": "+l.drift.Message)
		p.place(l.drift.File, l.drift.Line, report)
	}
}

func syncOf(report *v1alpha1.ContextReport) *v1alpha1.Sync {
	if report.Repository == nil {
		return nil
	}
	return report.Repository.Sync
}
