package docs

import (
	"fmt"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
)

// correct puts before fetched text what the built-in version facts know better:
// pages keep showing APIs that a release removed or promoted, and behaviour that
// a release changed.
func correct(markdown string) string {
	notes := append(outdatedAPIs(markdown), outdatedBehaviour(markdown)...)
	if len(notes) == 0 {
		return markdown
	}
	return "> **Built-in version facts:** " + strings.Join(notes, " ") + "\n\n" + markdown
}

// outdatedAPIs looks at the manifests in a text.
func outdatedAPIs(markdown string) []string {
	if !strings.Contains(markdown, ".fluxcd.io/v") {
		return nil
	}
	var notes []string
	apiVersion := ""
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(strings.TrimLeft(line, "> "))
		if value, found := strings.CutPrefix(line, "apiVersion: "); found {
			apiVersion = value
			continue
		}
		kind, found := strings.CutPrefix(line, "kind: ")
		if !found || apiVersion == "" {
			continue
		}
		group, version, _ := strings.Cut(apiVersion, "/")
		apiVersion = ""
		if api, known := fluxver.LookupAPI(group, kind, version); known {
			notes = appendNew(notes, describeAPI(api))
		}
	}
	return notes
}

// describeAPI is empty for a version that every release serves that has it, and
// that is the newest.
func describeAPI(api fluxver.API) []string {
	preferred := fluxver.Preferred(api.Group, api.Kind, fluxver.Newest())
	switch {
	case api.Removed.Known():
		return []string{fmt.Sprintf("Flux %s and newer no longer serve `%s/%s` for %s; use %s.", api.Removed, api.Group, api.Version, api.Kind, preferred)}
	case preferred != "" && preferred != api.Version:
		newer, _ := fluxver.LookupAPI(api.Group, api.Kind, preferred)
		return []string{fmt.Sprintf("Flux %s and newer serve `%s/%s` for %s; before it, %s is the newest.", newer.Since, api.Group, preferred, api.Kind, api.Version)}
	}
	return nil
}

// outdatedSentences are sentences of the documentation that a release made
// wrong.
var outdatedSentences = map[string]fluxver.ChangeID{
	"will be substituted with an empty string unless a default value is provided": fluxver.ChangeStrictSubstitution,
}

func outdatedBehaviour(markdown string) []string {
	var notes []string
	for sentence, id := range outdatedSentences {
		if !strings.Contains(markdown, sentence) {
			continue
		}
		for _, change := range fluxver.Between(fluxver.Minor{}, fluxver.Newest()) {
			if change.ID == id {
				notes = append(notes, fmt.Sprintf("Since Flux %s: %s %s", change.Minor, change.What, change.Do))
			}
		}
	}
	return notes
}
