package docs

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// How much a section matters to a project, by what speaks for it. What is about
// a finding or a failure itself counts more than what is about a topic that the
// project merely uses.
const (
	rankLinked   = 100 // a finding sends the reader here
	rankCause    = 90  // it says most about the words of a failure
	rankWords    = 60  // it says most about the words of a finding, of severity info
	rankSeverity = 10  // more for each step of severity above that
	rankFocus    = 25  // its topic was asked for
	rankFinding  = 10  // a finding about its topic, for each step of severity
	rankTopic    = 20  // at most for all findings about its topic
	rankLinkedOn = 15  // a finding sends the reader to another section of its page
	rankAdvised  = 15  // an advice names its page
	rankRequired = 8   // the project uses its topic
	rankBuiltin  = 5   // the built-in text is short and right about versions
)

const (
	// maxSubjects bounds what is searched for, sectionsEach how many sections
	// may profit from one search.
	maxSubjects  = 30
	sectionsEach = 3
	// minRelevance is the score of one rare word that is met once: less is met by
	// chance.
	minRelevance = 4
	// elsewhere is what a section of another topic keeps of its relevance to a
	// finding, whose topics are known.
	elsewhere = 0.5
)

// Rank returns the sections in the order in which they matter to the project of
// a report, most first. Those without text are left out.
func Rank(sections []Section, report *v1alpha1.ContextReport) []Section {
	kept := make([]Section, 0, len(sections))
	for i := range sections {
		if strings.TrimSpace(sections[i].Markdown) != "" {
			kept = append(kept, sections[i])
		}
	}
	topics, links := topicRanks(report), linkRanks(report)
	scores := wordRanks(kept, report)
	order := make([]int, len(kept))
	for i := range kept {
		order[i] = i
		scores[i] += rankByNames(&kept[i], topics, links)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	ranked := make([]Section, len(kept))
	for i, at := range order {
		ranked[i] = kept[at]
	}
	return ranked
}

func rankByNames(s *Section, topics, links map[string]int) float64 {
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
	return float64(n + linked)
}

func topicRanks(report *v1alpha1.ContextReport) map[string]int {
	topics, found := map[string]int{}, map[string]int{}
	for _, topic := range report.Focus {
		topics[topic] += rankFocus
	}
	for _, requirement := range report.Requirements {
		topics[requirement.Topic] += rankRequired
	}
	for i := range report.Findings {
		for _, topic := range report.Findings[i].Focus {
			// Many findings about one topic do not drown the others.
			found[topic] = min(found[topic]+rankFinding*report.Findings[i].Severity.Rank(), rankTopic)
		}
	}
	for topic, rank := range found {
		topics[topic] += rank
	}
	return topics
}

func linkRanks(report *v1alpha1.ContextReport) map[string]int {
	links := map[string]int{}
	for _, advice := range report.Guidance {
		for _, doc := range advice.Docs {
			links[doc.URL] = max(links[doc.URL], rankAdvised)
		}
	}
	for i := range report.Findings {
		if address := report.Findings[i].Doc; address != "" {
			page := withoutFragment(address)
			links[page] = max(links[page], rankLinkedOn)
			links[address] = max(links[address], rankLinked)
		}
	}
	return links
}

// subject is a text to look for in the sections.
type subject struct {
	words  string
	rank   float64  // of the section that says most about it
	topics []string // of what it is about; empty when that is not known
}

// subjects are the failures of a project, and its findings, each rule once.
func subjects(report *v1alpha1.ContextReport) []subject {
	var all []subject
	for _, cause := range report.RootCauses {
		all = append(all, subject{words: cause.Object.Kind + " " + cause.Reason + " " + cause.Message, rank: rankCause})
	}
	rules := map[string]bool{}
	for i := range report.Findings {
		finding := &report.Findings[i]
		if rules[finding.Rule] {
			continue
		}
		rules[finding.Rule] = true
		words := finding.Title + " " + fieldNames(finding.Evidence) + " " + finding.Fix
		if object := finding.Object; object != nil {
			words = without(words, object.Namespace, object.Name) + " " + object.Kind
		}
		words = without(words, finding.File)
		all = append(all, subject{words, float64(rankWords + rankSeverity*max(finding.Severity.Rank(), 0)), finding.Focus})
	}
	slices.SortStableFunc(all, func(a, b subject) int { return cmp.Compare(b.rank, a.rank) })
	return all[:min(len(all), maxSubjects)]
}

// fieldNames keeps the names of fields and APIs of a text, which documents use
// too. The other words are those of a project.
func fieldNames(text string) string {
	var names []string
	for word := range strings.FieldsSeq(text) {
		if strings.HasPrefix(word, "spec.") || strings.HasPrefix(word, "metadata.") || strings.Contains(word, ".fluxcd.io/") {
			names = append(names, word)
		}
	}
	return strings.Join(names, " ")
}

// without leaves names of a project out.
func without(words string, names ...string) string {
	for _, name := range names {
		if name != "" {
			words = strings.ReplaceAll(words, name, " ")
		}
	}
	return words
}

// wordRanks says of each section how relevant it is to the failures and findings,
// by their words. A section about two of them is no more relevant than one about
// one: each is to have its own. Nothing of this leaves the machine.
func wordRanks(sections []Section, report *v1alpha1.ContextReport) []float64 {
	ranks := make([]float64, len(sections))
	searched := subjects(report)
	if len(searched) == 0 {
		return ranks
	}
	index := NewIndex(sections)
	for _, about := range searched {
		scores := index.scores(terms(about.words))
		for i := range scores {
			if len(about.topics) > 0 && !sharesTopic(sections[i].Topics, about.topics) {
				scores[i] *= elsewhere
			}
		}
		found := best(scores, sectionsEach)
		for _, at := range found {
			if scores[at] < minRelevance {
				break
			}
			ranks[at] = max(ranks[at], about.rank*scores[at]/scores[found[0]])
		}
	}
	return ranks
}

func sharesTopic(a, b []string) bool {
	return slices.ContainsFunc(a, func(topic string) bool { return slices.Contains(b, topic) })
}
