// Package output prints a ContextReport, one file for each format.
package output

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
)

// Text prints the summary for people: most urgent first, three of a kind.
type Text struct {
	Terminal ui.Terminal
	// Program is the command to show in hints, for example "kubectl fluxctx".
	Program string
	// Wide lists every object and every finding.
	Wide bool
}

// PrintObj implements printers.ResourcePrinter.
func (p *Text) PrintObj(obj runtime.Object, w io.Writer) error {
	report, err := contextReport(obj)
	if err != nil {
		return err
	}
	page := &page{Terminal: p.Terminal, program: p.Program, wide: p.Wide}
	for _, section := range []func(*v1alpha1.ContextReport){
		page.mismatch,
		page.where,
		page.verdict,
		page.live,
		page.problems,
		page.board,
		page.rootCauses,
		page.missing,
		page.versions,
		page.commits,
		page.drift,
		page.blast,
		page.ownership,
		page.concerned,
		page.findings,
		page.upgrade,
		page.guidance,
		page.documents,
		page.next,
	} {
		section(report)
	}
	buffered := bufio.NewWriter(w)
	for _, line := range page.lines {
		buffered.WriteString(line)
		buffered.WriteByte('\n')
	}
	return buffered.Flush()
}

// contextReport is the object as the only kind that this package prints.
func contextReport(obj runtime.Object) (*v1alpha1.ContextReport, error) {
	report, ok := obj.(*v1alpha1.ContextReport)
	if !ok {
		return nil, fmt.Errorf("this format prints a %s, not a %T", v1alpha1.Kind, obj)
	}
	return report, nil
}

// page collects the lines of the summary.
type page struct {
	ui.Terminal
	program string
	wide    bool
	lines   []string
}

// short is true for the summary proper: nobody asked for one topic, or for all.
func (p *page) short(report *v1alpha1.ContextReport) bool {
	return !p.wide && len(report.Focus) == 0
}

// heading starts a section.
func (p *page) heading(title string) {
	p.lines = append(p.lines, "", p.Theme.Heading.Render(title))
}

// item prints a marked line, wrapped under its own text.
func (p *page) item(mark, text string) {
	p.wrapped(2, mark+" ", text, p.plain)
}

// detail prints a line below an item.
func (p *page) detail(label, text string) {
	p.wrapped(4, label, text, p.plain)
}

func (p *page) plain(text string) string { return text }

func (p *page) muted(text string) string { return p.Theme.Muted.Render(text) }

// wrapped prints label and text with a hanging indent below the label; style
// is applied to each line of the text alone, so that padding stays plain.
func (p *page) wrapped(indent int, label, text string, style func(string) string) {
	hang := indent + ui.Width(label)
	for i, line := range strings.Split(ui.Wrap(text, p.Width-hang), "\n") {
		if i == 0 {
			p.lines = append(p.lines, strings.Repeat(" ", indent)+label+style(line))
			continue
		}
		p.lines = append(p.lines, strings.Repeat(" ", hang)+style(line))
	}
}
