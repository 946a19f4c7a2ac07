package output

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
)

// Why prints a WhyReport for people.
type Why struct {
	Terminal ui.Terminal
	// Program is the command to show in hints.
	Program string
	// Now is the clock that ages are counted by.
	Now func() time.Time
}

// PrintObj implements printers.ResourcePrinter.
func (p *Why) PrintObj(obj runtime.Object, w io.Writer) error {
	report, ok := obj.(*v1alpha1.WhyReport)
	if !ok {
		return fmt.Errorf("this format prints a %s, not a %T", v1alpha1.WhyKind, obj)
	}
	page := &whyPage{
		page: page{Terminal: p.Terminal, program: p.Program}, now: p.Now(),
		context: &v1alpha1.ContextReport{Repository: &v1alpha1.Repository{Root: report.Root}, Findings: report.Findings},
	}
	if report.File != "" {
		page.file(report)
	} else {
		page.subject(report)
		page.causes(report)
		page.chains(report)
	}
	page.findings(page.context)
	page.unread(report)
	buffered := bufio.NewWriter(w)
	for _, line := range page.lines {
		buffered.WriteString(line)
		buffered.WriteByte('\n')
	}
	return buffered.Flush()
}

// whyPage is a page about one thing.
type whyPage struct {
	page
	now time.Time
	// context is what places and findings are printed for.
	context *v1alpha1.ContextReport
}

// subject is the thing and the one line that a reader in a hurry needs.
func (p *whyPage) subject(report *v1alpha1.WhyReport) {
	var last *v1alpha1.WhyLink
	for i := range report.Chains {
		if links := report.Chains[i].Links; len(links) > 0 {
			last = &links[len(links)-1]
		}
	}
	title := refString(*report.Subject)
	if last == nil {
		p.lines = append(p.lines, p.Theme.Heading.Render(title))
		return
	}
	p.wrapped(0, "", p.Theme.Heading.Render(title)+"  "+p.state(last.State, last.SubState, last.Reason, last.Presence, report.Reachable), p.plain)
	if report.Note != "" {
		p.wrapped(2, "", report.Note, p.muted)
	}
	if last.Since != nil {
		p.wrapped(2, "", "since "+p.ago(last.Since)+" ago", p.muted)
	}
	if len(report.Causes) == 0 && last.Message != "" {
		p.wrapped(2, "", last.Message, p.plain)
	}
}

func (p *whyPage) ago(t *metav1.Time) string { return duration.HumanDuration(p.now.Sub(t.Time)) }

// state is a state with its mark, in words for an object that nobody judged.
func (p *whyPage) state(state, sub, reason, presence string, reachable bool) string {
	for _, column := range p.boardStates() {
		if column.state != state {
			continue
		}
		text := column.mark + " " + state
		if sub != "" {
			text += " (" + sub + ")"
		}
		if reason != "" && state != "Ready" {
			text += ": " + reason
		}
		return column.style.Render(text)
	}
	switch {
	case presence == "absent":
		return p.Theme.Bad.Render(p.Symbols.Bad + " not in the cluster")
	case !reachable:
		return p.Theme.Muted.Render("only in Git: no cluster was read")
	case presence == "present":
		return p.Theme.Good.Render(p.Symbols.Good + " in the cluster")
	}
	return p.Theme.Muted.Render("its state is unknown")
}

func (p *whyPage) chains(report *v1alpha1.WhyReport) {
	for _, chain := range report.Chains {
		title := "Chain"
		if chain.Cluster != "" {
			title += " in cluster " + chain.Cluster
		}
		p.heading(title)
		for i := range chain.Links {
			p.link(&chain.Links[i], i, report.Reachable)
		}
	}
}

// link is one object with its source, place and changes.
func (p *whyPage) link(link *v1alpha1.WhyLink, depth int, reachable bool) {
	label := ""
	if depth > 0 {
		label = "applies "
	}
	state := p.state(link.State, link.SubState, link.Reason, link.Presence, reachable)
	p.wrapped(2, label, p.Theme.Strong.Render(refString(link.Object))+"  "+state, p.plain)
	if link.Revision != "" {
		p.detail("revision ", shortRevisionOf(link.Revision))
	}
	if link.Path != "" {
		p.detail("builds ", link.Path)
	}
	if link.Chart != "" {
		p.detail("installs ", link.Chart)
	}
	if link.URL != "" {
		p.detail("fetches ", link.URL)
	}
	if s := link.Source; s != nil {
		text := refString(s.Object) + "  " + p.state(s.State, s.SubState, s.Reason, s.Presence, reachable)
		p.detail("from ", text)
		if s.Revision != "" || s.URL != "" {
			p.wrapped(9, "", strings.TrimSpace(shortRevisionOf(s.Revision)+" "+s.URL), p.plain)
		}
		if s.Sync != "" {
			p.wrapped(9, p.Theme.Accent.Render(p.Symbols.Busy)+" ", s.Sync, p.plain)
		}
		p.written(9, s.File, s.Line, s.Commit)
	}
	if link.Sync != "" {
		p.detail(p.Theme.Accent.Render(p.Symbols.Busy)+" ", link.Sync)
	}
	p.written(4, link.File, link.Line, link.Commit)
	if link.Note != "" {
		p.detail("", link.Note)
	}
	for _, drift := range link.Drift {
		if !drift.Pending {
			p.detail(p.Theme.Warn.Render(p.Symbols.Warn)+" ", drift.Message)
		}
	}
	for _, change := range link.Changes {
		p.wrapped(4, p.Symbols.Step+" ", p.placed(change.File, change.Line)+" changes it ("+change.Text+")", p.plain)
	}
}

// written is where an object is defined, and the commit that did.
func (p *whyPage) written(indent int, file string, line int, commit *v1alpha1.Commit) {
	if file == "" {
		return
	}
	text := p.placed(file, line)
	if commit != nil {
		text += " " + p.Theme.Muted.Render(shortRevision(commit.Hash)+" "+commit.Subject)
		if commit.Time != nil {
			text += p.Theme.Muted.Render(", " + p.ago(commit.Time) + " ago")
		}
	}
	p.wrapped(indent, "in ", text, p.plain)
}

func (p *whyPage) placed(file string, line int) string {
	text := file
	if line > 0 {
		text = fmt.Sprintf("%s:%d", file, line)
	}
	return p.Link(fileURL(p.context, file), p.Theme.Accent.Render(text))
}

// shortRevisionOf cuts the digest of a revision such as main@sha1:0123….
func shortRevisionOf(revision string) string {
	for _, algorithm := range []string{"sha1:", "sha256:"} {
		if before, digest, ok := strings.Cut(revision, algorithm); ok {
			return before + algorithm + shortRevision(digest)
		}
	}
	return revision
}

func (p *whyPage) causes(report *v1alpha1.WhyReport) {
	if len(report.Causes) == 0 {
		return
	}
	p.heading("Why")
	for i := range report.Causes {
		cause := &report.Causes[i]
		title := p.Theme.Strong.Render(refString(cause.Object)) + " " + cause.State
		if cause.Reason != "" {
			title += ": " + cause.Reason
		}
		p.item(p.Theme.Bad.Render(p.Symbols.Bad), title)
		p.place(cause.File, cause.Line, p.context)
		for _, evidence := range cause.Evidence {
			p.evidence(evidence, p.context)
		}
		if cause.Message != "" {
			p.detail("", cause.Message)
		}
		for j := range cause.Behind {
			p.behind(&cause.Behind[j])
		}
		p.events(4, cause.Events, cause.Message)
		for _, fix := range cause.Fix {
			p.detail(p.Symbols.Step+" ", fix)
		}
		if cause.Doc != "" {
			p.detail("  ", p.Link(cause.Doc, p.Theme.Accent.Render(cause.Doc)))
		}
	}
}

// behind is an object that does not work, with its Pods.
func (p *whyPage) behind(object *v1alpha1.LiveObject) {
	p.wrapped(4, p.Theme.Bad.Render(p.Symbols.Bad)+" ", refString(object.Object)+" "+sentence(object.Reason, object.Message), p.plain)
	p.events(6, object.Events, object.Message)
	if object.Fix != "" {
		p.wrapped(6, p.Symbols.Step+" ", object.Fix, p.plain)
	}
	for _, pod := range object.Pods {
		p.wrapped(6, p.Theme.Bad.Render(p.Symbols.Bad)+" ", refString(pod.Object)+" "+sentence(pod.Reason, pod.Message), p.plain)
		p.events(8, pod.Events, pod.Message)
		if pod.Fix != "" {
			p.wrapped(8, p.Symbols.Step+" ", pod.Fix, p.plain)
		}
	}
}

func sentence(reason, message string) string {
	if reason == "" || message == "" {
		return reason + message
	}
	return reason + ": " + message
}

// shownEvents is how many groups of events stand on the screen.
const shownEvents = 2

// events are warnings; one that says what was said above is not said again.
func (p *whyPage) events(indent int, events []v1alpha1.Event, said string) {
	for i, event := range events {
		if i == shownEvents {
			break
		}
		text := sentence(event.Reason, event.Message)
		if said != "" && (strings.Contains(said, event.Message) || strings.Contains(event.Message, said)) {
			text = event.Reason
		}
		if event.Last != nil {
			text += fmt.Sprintf(" (%s, last %s ago)", count(int(event.Count), "time"), p.ago(event.Last))
		}
		p.wrapped(indent, p.Symbols.Bullet+" ", text, p.muted)
	}
}

// file says what a file becomes, and what goes with it.
func (p *whyPage) file(report *v1alpha1.WhyReport) {
	p.lines = append(p.lines, p.Theme.Heading.Render(report.File))
	switch {
	case report.Note != "":
		p.wrapped(2, p.Symbols.Warn+" ", report.Note, p.plain)
	case len(report.Uses) == 0:
		p.wrapped(2, p.Symbols.Warn+" ", "nothing builds this file: it changes no cluster, and nothing happens when it goes", p.plain)
	}
	for i := range report.Uses {
		if i == 2*shownOfAKind {
			p.lines = append(p.lines, "")
			p.wrapped(2, p.Symbols.Ellipsis+" ", count(len(report.Uses)-i, "more owner")+" of other clusters or folders: see -o json", p.muted)
			break
		}
		p.use(&report.Uses[i])
	}
}

func (p *whyPage) use(use *v1alpha1.FileUse) {
	title := refString(use.Owner)
	if use.Cluster != "" {
		title = "In cluster " + use.Cluster + ": " + title
	}
	p.heading(title)
	p.place(use.File, use.Line, p.context)
	p.named("makes ", use.Defines)
	p.named("changes ", use.Changes)
	if len(use.Defines)+len(use.Changes) == 0 {
		p.detail("", "reads it, and makes no object of it")
	}
	p.lines = append(p.lines, "  "+p.Theme.Strong.Render("Without this file"))
	for _, entry := range use.ListedBy {
		p.wrapped(4, p.Symbols.Warn+" ", p.placed(entry.File, entry.Line)+" still names it: the build fails and nothing is deleted, until that entry goes too", p.plain)
	}
	verb := "are deleted: "
	if use.Live {
		verb = "are deleted from the cluster: "
	}
	p.named(verb, use.Pruned)
	p.named("go with them: ", use.Follows)
	p.named("stay, applied by nobody: ", use.Left)
	if len(use.Changes) > 0 {
		p.named("are no longer changed by it: ", use.Changes)
	}
	if use.Note != "" {
		p.detail("", use.Note)
	} else if len(use.Pruned)+len(use.Left)+len(use.Changes) == 0 {
		p.detail("", "nothing is deleted")
	}
}

// shownObjects is how many objects of a list stand on the screen.
const shownObjects = 10

func (p *whyPage) named(label string, refs []v1alpha1.ObjectRef) {
	if len(refs) > 0 {
		p.detail(label, p.refs(refs, ", ", shownObjects))
	}
}

// unread is what could not be read.
func (p *whyPage) unread(report *v1alpha1.WhyReport) {
	if len(report.Problems) == 0 {
		return
	}
	p.heading("Not read")
	for _, problem := range report.Problems {
		p.item(p.Theme.Warn.Render(p.Symbols.Warn), problem.Source+": "+problem.Message)
		if problem.Hint != "" {
			p.detail(p.Symbols.Step+" ", problem.Hint)
		}
	}
}
