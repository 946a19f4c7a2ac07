// Package guidance turns facts and findings into advice by topic: what this
// project does today, what is missing or at risk, what to do next, what to read.
// It is pure: the same facts give the same advice.
package guidance

import (
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxDocs is how many documents an entry names.
const maxDocs = 3

// entry is the advice on one topic. Its sentences name what was seen in this
// project; an entry without Today does not concern it.
type entry struct {
	today []string
	gap   []string
	next  []string
}

// advisers writes the entry of each topic of pkg/focus, in its order.
var advisers = map[string]func(*project) entry{
	"sources": adviseSources,
}

// Advise returns the advice on the topics that concern this project, in the
// order of the focus table; under a focus, on those topics alone. The documents
// are those that were loaded for each topic, by topic name, best first.
func Advise(facts *model.Facts, findings []v1alpha1.Finding, documents map[string][]v1alpha1.DocLink) []v1alpha1.Guidance {
	p := newProject(facts, findings)
	list := []v1alpha1.Guidance{}
	for _, topic := range focus.Topics() {
		advise, ok := advisers[topic.Name]
		if !ok || len(facts.Focus) > 0 && !slices.Contains(facts.Focus, topic.Name) {
			continue
		}
		e := advise(p)
		if len(e.today) == 0 {
			continue
		}
		docs := documents[topic.Name]
		list = append(list, v1alpha1.Guidance{
			Topic: topic.Name,
			Today: sentences(e.today),
			Gap:   sentences(e.gap),
			Next:  sentences(e.next),
			Docs:  append([]v1alpha1.DocLink{}, docs[:min(len(docs), maxDocs)]...),
		})
	}
	return list
}

func sentences(list []string) string { return strings.Join(list, " ") }
