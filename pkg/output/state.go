package output

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
)

// boardState is one column of the state board.
type boardState struct {
	state string
	mark  string
	style lipgloss.Style
}

// boardStates are the columns of the state board, most urgent first, with the
// mark that carries their meaning without colour.
func (p *page) boardStates() []boardState {
	s, t := p.Symbols, p.Theme
	return []boardState{
		{"Failed", s.Bad, t.Bad},
		{"Stalled", s.Bad, t.Bad},
		{"Terminating", s.Warn, t.Warn},
		{"Waiting", s.Waiting, t.Warn},
		{"Unknown", s.Warn, t.Warn},
		{"Reconciling", s.Busy, t.Accent},
		{"Suspended", s.Off, t.Warn},
		{"Ready", s.Good, t.Good},
	}
}

// verdict is the one line that a reader in a hurry needs.
func (p *page) verdict(report *v1alpha1.ContextReport) {
	bySeverity := map[v1alpha1.Severity]int{}
	for _, finding := range report.Findings {
		bySeverity[finding.Severity]++
	}
	blocked := map[v1alpha1.ObjectRef]bool{}
	for _, cause := range report.RootCauses {
		for _, ref := range cause.Blocks {
			blocked[ref] = true
		}
	}

	var parts []string
	if n := len(report.RootCauses); n > 0 {
		part := count(n, "root cause")
		if len(blocked) > 0 {
			verb := " block "
			if n == 1 {
				verb = " blocks "
			}
			part += verb + count(len(blocked), "object")
		}
		parts = append(parts, part)
	}
	for _, severity := range []struct {
		of   v1alpha1.Severity
		noun string
	}{{v1alpha1.SeverityCritical, "critical finding"}, {v1alpha1.SeverityError, "error"}, {v1alpha1.SeverityWarning, "warning"}} {
		if n := bySeverity[severity.of]; n > 0 {
			parts = append(parts, count(n, severity.noun))
		}
	}

	mark, style, text := p.Symbols.Good, p.Theme.Good, "nothing wrong was found"
	switch {
	case report.Cluster == nil && report.Repository == nil:
		mark, style, text = p.Symbols.Bad, p.Theme.Bad, "neither a cluster nor a repository could be read"
	case len(parts) > 0:
		text = strings.Join(parts, ", ")
		mark, style = p.Symbols.Warn, p.Theme.Warn
		if len(report.RootCauses) > 0 || bySeverity[v1alpha1.SeverityCritical]+bySeverity[v1alpha1.SeverityError] > 0 {
			mark, style = p.Symbols.Bad, p.Theme.Bad
		}
	case len(report.Objects) == 0:
		mark, style, text = p.Symbols.Info, p.Theme.Accent, "no Flux objects here yet"
	}
	if len(p.lines) > 0 {
		p.lines = append(p.lines, "")
	}
	p.wrapped(0, style.Render(mark)+" ", text, func(line string) string { return p.Theme.Strong.Render(line) })
}

// board counts the objects by kind and state.
func (p *page) board(report *v1alpha1.ContextReport) {
	if len(report.Objects) == 0 {
		return
	}
	p.heading("Flux objects")
	if p.wide {
		p.objectList(report)
		return
	}
	byKind := map[string]map[string]int{}
	for _, object := range report.Objects {
		if byKind[object.Kind] == nil {
			byKind[object.Kind] = map[string]int{}
		}
		byKind[object.Kind][object.State]++
	}
	kinds := make([]string, 0, len(byKind))
	for kind := range byKind {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	if report.Cluster == nil || !report.Cluster.Reachable {
		p.kindCounts(kinds, byKind)
		return
	}
	p.stateCounts(kinds, byKind)
}

// kindCounts is the board without a cluster: nobody judged the objects.
func (p *page) kindCounts(kinds []string, byKind map[string]map[string]int) {
	parts := make([]string, len(kinds))
	for i, kind := range kinds {
		parts[i] = fmt.Sprintf("%d\u00a0%s", byKind[kind][""], kind)
	}
	p.wrapped(2, "", strings.Join(parts, ", "), func(line string) string {
		return strings.ReplaceAll(line, "\u00a0", " ")
	})
}

func (p *page) stateCounts(kinds []string, byKind map[string]map[string]int) {
	total := map[string]int{}
	for _, states := range byKind {
		for state, n := range states {
			total[state] += n
		}
	}
	header := []string{""}
	columns := slices.DeleteFunc(p.boardStates(), func(c boardState) bool { return total[c.state] == 0 })
	for _, column := range columns {
		header = append(header, p.Theme.Muted.Render(column.mark+" "+column.state))
	}
	if total[""] > 0 {
		header = append(header, p.Theme.Muted.Render("only in Git"))
	}
	rows := [][]string{header}
	for _, kind := range kinds {
		row := []string{kind}
		for _, column := range columns {
			row = append(row, cell(byKind[kind][column.state], column.style))
		}
		if total[""] > 0 {
			row = append(row, cell(byKind[kind][""], p.Theme.Muted))
		}
		rows = append(rows, row)
	}
	lines := ui.Columns(rows)
	if slices.ContainsFunc(lines, func(line string) bool { return ui.Width(line)+2 > p.Width }) {
		p.narrowStateCounts(kinds, byKind)
		return
	}
	p.table(rows)
}

// narrowStateCounts is the board for a screen too narrow for the table.
func (p *page) narrowStateCounts(kinds []string, byKind map[string]map[string]int) {
	for _, kind := range kinds {
		var parts []string
		for _, column := range p.boardStates() {
			if n := byKind[kind][column.state]; n > 0 {
				parts = append(parts, column.style.Render(fmt.Sprintf("%s %d", column.mark, n))+" "+column.state)
			}
		}
		if n := byKind[kind][""]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d only in Git", n))
		}
		p.wrapped(2, kind+" ", strings.Join(parts, ", "), p.plain)
	}
}

func cell(n int, style lipgloss.Style) string {
	if n == 0 {
		return ""
	}
	return style.Render(strconv.Itoa(n))
}

// objectList is the board of -o wide: every object, most urgent first.
func (p *page) objectList(report *v1alpha1.ContextReport) {
	states := p.boardStates()
	urgency := map[string]int{}
	for i, column := range states {
		urgency[column.state] = i
	}
	objects := slices.Clone(report.Objects)
	slices.SortStableFunc(objects, func(a, b v1alpha1.Object) int {
		return cmp.Compare(urgencyOf(urgency, a.State), urgencyOf(urgency, b.State))
	})
	rows := [][]string{{
		p.Theme.Muted.Render("OBJECT"), p.Theme.Muted.Render("STATE"), p.Theme.Muted.Render("REASON"),
		p.Theme.Muted.Render("REVISION"), p.Theme.Muted.Render("FILE"),
	}}
	for _, object := range objects {
		state := p.Theme.Muted.Render("only in Git")
		if i, ok := urgency[object.State]; ok {
			state = states[i].style.Render(states[i].mark + " " + object.State)
		}
		file := object.File
		if object.Line > 0 {
			file = fmt.Sprintf("%s:%d", object.File, object.Line)
		}
		rows = append(rows, []string{
			refString(v1alpha1.ObjectRef{Kind: object.Kind, Namespace: object.Namespace, Name: object.Name}),
			state, object.Reason, p.Shorten(object.Revision, 24), file,
		})
	}
	p.table(rows)
}

func urgencyOf(urgency map[string]int, state string) int {
	if i, ok := urgency[state]; ok {
		return i
	}
	return len(urgency)
}

func refString(ref v1alpha1.ObjectRef) string {
	if ref.Namespace == "" {
		return ref.Kind + "/" + ref.Name
	}
	return ref.Kind + "/" + ref.Namespace + "/" + ref.Name
}
