package focus

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// DocsSite is where the pages of the Flux project live.
const DocsSite = "https://fluxcd.io"

// pagesTSV holds a topic and the address of a page in each line. An address
// with a fragment means that section of the page, with all below it.
//
//go:embed pages.tsv
var pagesTSV string

var pages = sync.OnceValue(func() map[string][]string {
	byTopic := map[string][]string{}
	for line := range strings.Lines(pagesTSV) {
		topic, page, found := strings.Cut(strings.TrimSpace(line), "\t")
		if found {
			byTopic[topic] = append(byTopic[topic], page)
		}
	}
	return byTopic
})

// corePages are loaded whatever the focus is: what Flux is, its components, the
// guides, the source API, and how to lay out a repository.
var corePages = []string{
	DocsSite + "/flux/",
	DocsSite + "/flux/components/",
	DocsSite + "/flux/guides/",
	DocsSite + "/flux/components/source/",
	DocsSite + "/flux/guides/repository-structure/",
}

// Pages returns the addresses of the pages about a topic, most useful first.
func Pages(topic string) []string { return slices.Clone(pages()[topic]) }

// CorePages returns the addresses of the pages that belong to every focus.
func CorePages() []string { return slices.Clone(corePages) }

// CoreTopics are the topics that the core pages are about.
func CoreTopics() []string { return []string{"gitops", "sources", "repository-structure"} }
