package docs

import (
	"context"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// Result is what was loaded.
type Result struct {
	// Sections come in the order of the topics asked for.
	Sections []Section
}

// Load loads the documents for the focus of the options.
func Load(_ context.Context, o Options) Result {
	topics := focus.Names()
	if len(o.Focus) > 0 {
		topics = slices.Concat(o.Focus, focus.CoreTopics())
	}
	var result Result
	for _, topic := range topics {
		for _, section := range Builtin() {
			if slices.Contains(section.Topics, topic) {
				result.Sections = append(result.Sections, section)
			}
		}
	}
	return result
}
