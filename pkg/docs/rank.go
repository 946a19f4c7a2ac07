package docs

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// How much a section matters to a project, by what speaks for it. A page that a
// finding names counts more than a topic that the project merely uses.
const (
	rankLinked   = 100 // a finding or an advice sends the reader here
	rankLinkedOn = 40  // or to another section of this page
	rankFinding  = 10  // per finding about its topic, by severity
	rankFocus    = 25  // its topic was asked for
	rankRequired = 8   // the project uses its topic
	rankBuiltin  = 5   // the built-in text is short and right about versions
)

// Rank returns the sections in the order in which they matter to the project of
// a report, most first.
func Rank(sections []Section, report *v1alpha1.ContextReport) []Section {
	topics := map[string]int{}
	for _, topic := range report.Focus {
		topics[topic] += rankFocus
	}
	for _, requirement := range report.Requirements {
		topics[requirement.Topic] += rankRequired
	}
	links := map[string]int{}
	link := func(address string) {
		links[address] = max(links[address], rankLinked)
		page := withoutFragment(address)
		links[page] = max(links[page], rankLinkedOn)
	}
	for _, finding := range report.Findings {
		for _, topic := range finding.Focus {
			// Many findings about one topic do not drown the others.
			topics[topic] = min(topics[topic]+rankFinding*finding.Severity.Rank(), 10*rankFinding)
		}
		if finding.Doc != "" {
			link(finding.Doc)
		}
	}
	for _, advice := range report.Guidance {
		for _, doc := range advice.Docs {
			link(doc.URL)
		}
	}
	score := func(s *Section) int {
		n := 0
		for _, topic := range s.Topics {
			n = max(n, topics[topic])
		}
		linked := max(links[s.URL], links[withoutFragment(s.URL)])
		for _, address := range s.Links {
			linked = max(linked, links[address])
		}
		if s.Source == SourceBuiltin {
			n += rankBuiltin
		}
		return n + linked
	}
	type ranked struct {
		section Section
		score   int
	}
	all := make([]ranked, 0, len(sections))
	for i := range sections {
		if strings.TrimSpace(sections[i].Markdown) != "" {
			all = append(all, ranked{sections[i], score(&sections[i])})
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(b.score, a.score) })
	out := make([]Section, len(all))
	for i := range all {
		out[i] = all[i].section
	}
	return out
}
