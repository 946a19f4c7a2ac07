package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var img10 = Rule{
	ID:       "IMG-10",
	Title:    "The newest tag is chosen by the alphabet among all tags",
	Severity: v1alpha1.SeverityWarning,
	Why:      "Without filterTags every tag takes part: latest, a branch name or a commit hash may come last in the alphabet and be deployed.",
	Fix:      "Filter the tags and extract the part that sorts, such as a timestamp.",
	Guard:    "Only alphabetical and numerical policies without filterTags.",
	Since:    "0.1.0",
	Page:     fluxcd + "/flux/guides/sortable-image-tags/#using-in-an-imagepolicy-object",
	Focus:    []string{"image-automation"},
	check:    checkTagFilter,
}

func checkTagFilter(p *pass) {
	for object, spec := range specs[*fluxkind.ImagePolicy](p.index) {
		field := ""
		switch {
		case spec.FilterTags != nil:
		case spec.Policy.Alphabetical != nil:
			field = "spec.policy.alphabetical"
		case spec.Policy.Numerical != nil:
			field = "spec.policy.numerical"
		}
		if field == "" {
			continue
		}
		p.report(finding{
			object: object, field: field,
			evidence: field + " is set and spec.filterTags is not",
			fix:      `filterTags: {pattern: '^main-[a-f0-9]+-(?P<ts>[0-9]+)$', extract: '$ts'}`,
		})
	}
}
