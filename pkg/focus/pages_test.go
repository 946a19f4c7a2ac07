package focus

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestEveryTopicHasPages(t *testing.T) {
	addresses := 0
	distinct := map[string]bool{}
	for _, topic := range Topics() {
		own := Pages(topic.Name)
		if len(own) < 4 {
			t.Errorf("%s has %d pages", topic.Name, len(own))
		}
		seen := map[string]bool{}
		for _, page := range own {
			u, err := url.Parse(page)
			if err != nil || u.Scheme+"://"+u.Host != DocsSite || !strings.HasSuffix(u.Path, "/") || u.RawQuery != "" {
				t.Errorf("%s: %s is not a page of %s with its trailing slash", topic.Name, page, DocsSite)
			}
			if seen[page] {
				t.Errorf("%s lists %s twice", topic.Name, page)
			}
			seen[page] = true
			u.Fragment = ""
			distinct[u.String()] = true
		}
		addresses += len(own)
	}
	if addresses != 158 || len(distinct) != 120 {
		t.Errorf("%d addresses of %d pages, want 158 of 120", addresses, len(distinct))
	}
	for topic := range pages() {
		if _, known := Lookup(topic); !known {
			t.Errorf("pages.tsv names the topic %q, which does not exist", topic)
		}
	}
}

func TestCorePagesAreOfCoreTopics(t *testing.T) {
	for _, page := range CorePages() {
		if !slices.ContainsFunc(CoreTopics(), func(topic string) bool { return slices.Contains(Pages(topic), page) }) {
			t.Errorf("no core topic has the core page %s", page)
		}
	}
	for _, topic := range CoreTopics() {
		if !slices.ContainsFunc(Pages(topic), func(page string) bool { return slices.Contains(CorePages(), page) }) {
			t.Errorf("the core topic %s has no core page", topic)
		}
	}
}
