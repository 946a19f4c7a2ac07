package output

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// mismatch says first of all that this clone is not what the cluster runs.
func (p *page) mismatch(report *v1alpha1.ContextReport) {
	if sync := syncOf(report); sync != nil && sync.Reason != "" {
		p.wrapped(0, p.Theme.Warn.Render(p.Symbols.Warn)+" ", sync.Reason, p.plain)
	}
}

// live says below the verdict whether what is here is what runs, one sentence for
// each source that fetches this repository; nothing when it is.
func (p *page) live(report *v1alpha1.ContextReport) {
	sync := syncOf(report)
	if sync == nil {
		return
	}
	shown := 0
	for _, source := range sync.Sources {
		if source.Summary == "" || !p.wide && shown == shownOfAKind {
			continue
		}
		text := source.Summary
		if len(sync.Sources) > 1 {
			text = refString(source.Object) + ": " + text
		}
		p.wrapped(0, p.Theme.Accent.Render(p.Symbols.Busy)+" ", text, p.plain)
		shown++
	}
}

// commits are those that lie between the clone and the cluster; none when they
// are at the same commit.
func (p *page) commits(report *v1alpha1.ContextReport) {
	sync := syncOf(report)
	if sync == nil {
		return
	}
	type line struct {
		label, text string
	}
	type group struct {
		object  v1alpha1.ObjectRef
		summary string
		lines   []line
	}
	list := func(commits v1alpha1.Commits, what string) (lines []line) {
		for i, commit := range commits.Newest {
			if i == shownOfAKind {
				break
			}
			lines = append(lines, line{shortRevision(commit.Hash) + " ", strings.TrimSpace(what + " " + commit.Subject)})
		}
		return lines
	}
	var groups []group
	for _, source := range sync.Sources {
		lines := append(list(source.NotPushed, "(not pushed)"), list(source.NotFetched, "(not fetched)")...)
		if lines = append(lines, list(source.NotHere, "(not here)")...); len(lines) > 0 {
			groups = append(groups, group{object: source.Object, lines: lines})
		}
	}
	for _, kustomization := range sync.Kustomizations {
		if kustomization.Summary != "" {
			groups = append(groups, group{kustomization.Object, ": " + kustomization.Summary, list(kustomization.NotApplied, "")})
		}
	}
	if len(groups) == 0 {
		return
	}
	p.heading("Commits")
	for i, g := range groups {
		if !p.wide && i == 2*shownOfAKind {
			p.more(len(groups)-i, "object")
			break
		}
		p.item(p.Theme.Accent.Render(p.Symbols.Busy), p.Theme.Strong.Render(refString(g.object))+g.summary)
		for _, l := range g.lines {
			p.wrapped(4, l.label, l.text, p.muted)
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
