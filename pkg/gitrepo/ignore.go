package gitrepo

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/sourceignore"
	"github.com/fluxcd/pkg/sourceignore/gitignore"
)

// ignores knows which files source-controller leaves out of an artifact.
type ignores struct {
	files []*file
	// patterns are those of the .sourceignore files, outermost first.
	patterns []gitignore.Pattern
	// known are the answers by the text of spec.ignore.
	known map[string]map[*file]bool
	// left counts down the comparisons of a file with a pattern; exhausted is
	// called when they run out.
	left      int
	exhausted func()
}

func newIgnores(t *tree, exhausted func()) *ignores {
	i := &ignores{files: t.files, known: map[string]map[*file]bool{}, left: maxIgnoreMatches, exhausted: exhausted}
	for _, folder := range slices.Sorted(maps.Keys(t.ignores)) {
		var domain []string
		if folder != "" {
			domain = strings.Split(folder, "/")
		}
		i.patterns = append(i.patterns, readPatterns(t.ignores[folder], domain)...)
	}
	return i
}

func readPatterns(text []byte, domain []string) []gitignore.Pattern {
	return sourceignore.ReadPatterns(bytes.NewReader(text), domain)
}

// without returns the files that a source with this spec.ignore leaves out; nil
// stands for a source without the field. As soon as there is one pattern, the
// default list no longer counts, but for the files of Git.
func (i *ignores) without(ignore *string) map[*file]bool {
	key := ""
	if ignore != nil {
		key = *ignore
	}
	if known, ok := i.known[key]; ok {
		return known
	}
	patterns := append(slices.Clip(i.patterns), readPatterns([]byte(key), nil)...)
	if i.left -= len(patterns) * len(i.files); i.left < 0 {
		i.exhausted()
		i.known[key] = nil
		return nil
	}
	matcher := sourceignore.NewMatcher(append(sourceignore.VCSPatterns(nil), patterns...))
	candidate := func(string) bool { return true }
	if len(patterns) == 0 {
		matcher = sourceignore.NewDefaultMatcher(nil, nil)
		candidate = maybeIgnored
	}
	ignored := map[*file]bool{}
	for _, f := range i.files {
		if candidate(f.name) && matcher.Match(strings.Split(f.name, "/"), false) {
			ignored[f] = true
		}
	}
	if ignore != nil && len(ignored) == len(i.files) {
		// Rules that leave nothing are made for a tree with another root.
		ignored = i.without(nil)
	}
	i.known[key] = ignored
	return ignored
}

// ignoredNames are the last parts of the default patterns that are no hidden
// files, ignoredSuffixes those with a star.
var ignoredNames, ignoredSuffixes = func() (names map[string]bool, suffixes []string) {
	names = map[string]bool{}
	for pattern := range strings.SplitSeq(strings.Join([]string{
		sourceignore.ExcludeVCS, sourceignore.ExcludeExt, sourceignore.ExcludeCI, sourceignore.ExcludeExtra,
	}, ","), ",") {
		pattern = strings.TrimPrefix(pattern, "**/")
		if suffix, ok := strings.CutPrefix(pattern, "*"); ok {
			suffixes = append(suffixes, suffix)
		} else {
			names[strings.TrimSuffix(pattern, "/")] = true
		}
	}
	return names, suffixes
}()

// maybeIgnored is false for files that no default pattern can match. It is a
// hundred times faster than to match each of them.
func maybeIgnored(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if ignoredNames[part] {
			return true
		}
	}
	for _, suffix := range ignoredSuffixes {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	// A folder may end like a picture, too.
	return strings.Contains(name, ".") && containsSuffixedFolder(name)
}

func containsSuffixedFolder(name string) bool {
	for _, suffix := range ignoredSuffixes {
		if strings.Contains(name, suffix+"/") {
			return true
		}
	}
	return false
}
