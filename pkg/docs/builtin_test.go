package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

func TestBuiltinReferenceIsWellFormed(t *testing.T) {
	sections, err := readBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	anchors := map[string]bool{}
	since := regexp.MustCompile(`^Flux [0-9]+\.[0-9]+$`)
	for _, section := range sections {
		name := section.Topics[0] + "#" + section.Anchor
		if anchors[name] {
			t.Errorf("%s stands there twice", name)
		}
		anchors[name] = true
		if !since.MatchString(section.Since) {
			t.Errorf("%s: since %q", name, section.Since)
		}
		if len(section.Markdown) < 400 {
			t.Errorf("%s: a stub of %d bytes", name, len(section.Markdown))
		}
		if strings.Count(section.Markdown, "\n```")%2 != 0 {
			t.Errorf("%s: a code fence has no end", name)
		}
		for _, area := range section.Areas {
			if !slices.ContainsFunc(focus.Areas(), func(a focus.Area) bool { return a.ID == area }) {
				t.Errorf("%s: the area %q does not exist", name, area)
			}
		}
		for _, capability := range section.Capabilities {
			if !slices.ContainsFunc(focus.Capabilities(), func(a focus.Area) bool { return a.ID == capability }) {
				t.Errorf("%s: the capability %q does not exist", name, capability)
			}
		}
		for _, link := range section.Links {
			if !strings.HasPrefix(link, "https://") {
				t.Errorf("%s: the link %q is no address", name, link)
			}
		}
	}
}

func TestBuiltinDocumentsThatAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no front matter":  "## Title {#title}\n",
		"open front":       "---\nfocus: gitops\n",
		"unknown focus":    "---\nfocus: coffee\ntitle: Coffee\n---\n",
		"unknown key":      "---\nfocus: gitops\ntitle: T\nauthor: me\n---\n",
		"unknown line":     "---\nfocus: gitops\ntitle: T\n---\n## A {#a}\nSince: Flux 2.0\nColour: red\n\nText\n",
		"no anchor":        "---\nfocus: gitops\ntitle: T\n---\n## A\nRead: https://fluxcd.io/\n\nText\n",
		"no page to read":  "---\nfocus: gitops\ntitle: T\n---\n## A {#a}\nSince: Flux 2.0\n\nText\n",
		"nothing in it":    "---\nfocus: gitops\ntitle: T\n---\n## A {#a}\nRead: https://fluxcd.io/\n",
		"no title on page": "---\nfocus: gitops\n---\n",
	} {
		t.Run(name, func(t *testing.T) {
			if sections, err := parseBuiltin(text); err == nil {
				t.Errorf("accepted: %+v", sections)
			}
		})
	}
}

func TestHeadingsInsideFencesDoNotCut(t *testing.T) {
	sections, err := parseBuiltin("---\nfocus: gitops\ntitle: T\n---\n\n## A {#a}\nRead: https://fluxcd.io/\n\nText\n\n```sh\n## no heading\n```\n\n## B {#b}\nRead: https://fluxcd.io/\n\nMore\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(sections) != 2 || sections[0].Anchor != "a" || !strings.Contains(sections[0].Markdown, "## no heading") {
		t.Errorf("got %+v", sections)
	}
}
