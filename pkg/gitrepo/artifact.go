package gitrepo

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// artifact is one artifact of an ArtifactGenerator.
type artifact struct {
	written
	copies []artifactCopy
	// made is the content once it is known, making is true while it is found
	// out.
	made   *content
	making bool
}

func (a *artifact) place() written { return a.written }

// artifactCopy copies what a pattern matches in one source, as cp does.
type artifactCopy struct {
	source  fluxkind.ObjectRef
	from    string
	to      string
	exclude []string
}

// addArtifacts adds what a generator makes: its artifacts, or those that
// spec.pathPattern finds a folder for.
func (s *sources) addArtifacts(generator written) {
	spec := generator.spec.(*fluxkind.ArtifactGenerator)
	var found struct {
		PathPattern string `json:"pathPattern"`
	}
	_ = json.Unmarshal(generator.RawSpec, &found) // Absent when it is no text.
	aliases := map[string]fluxkind.ObjectRef{}
	for _, source := range spec.Sources {
		aliases[source.Alias] = source.ObjectRef
	}
	captures := []map[string]string{nil}
	if found.PathPattern != "" {
		alias, pattern := cutAlias(found.PathPattern)
		captures = s.captures(s.of(generator, aliases[alias]), pattern)
	}
	for _, capture := range captures {
		for _, spec := range spec.Artifacts {
			made := &artifact{written: generator}
			for _, operation := range spec.Copy[:min(len(spec.Copy), maxArtifactCopies)] {
				alias, from := cutAlias(fill(operation.From, capture, false))
				_, to := cutAlias(fill(operation.To, capture, false))
				made.copies = append(made.copies, artifactCopy{source: aliases[alias], from: from, to: to, exclude: operation.Exclude})
			}
			key := "ExternalArtifact/" + fill(spec.Name, capture, true)
			if len(s.artifacts) < maxArtifacts {
				s.artifacts[key] = append(s.artifacts[key], made)
			}
		}
	}
}

// cutAlias cuts "@alias/path" into its parts.
func cutAlias(text string) (alias, rest string) {
	alias, rest, _ = strings.Cut(strings.TrimPrefix(text, "@"), "/")
	return alias, rest
}

// fill puts captured values in the place of {name}. In names they are in lower
// case.
func fill(text string, capture map[string]string, lower bool) string {
	for name, value := range capture {
		if lower {
			value = strings.ToLower(value)
		}
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

var captureName = lazyregexp.New(`\\\{([A-Za-z_][A-Za-z0-9_-]*)\\\}`)

// captures finds the folders that match a pattern such as apps/{app}/{env}.
func (s *sources) captures(c content, pattern string) (captures []map[string]string) {
	if c.view.paths == nil {
		return nil
	}
	var names []string
	quoted := regexp.QuoteMeta(path.Clean(pattern))
	quoted = captureName().ReplaceAllStringFunc(quoted, func(name string) string {
		names = append(names, strings.Trim(name, `\{}`))
		return "([^/]+)"
	})
	expression, err := regexp.Compile("^" + quoted + "$")
	if err != nil {
		return nil
	}
	var folders []string
	for folder := range c.view.folders {
		if c.view.holds(folder) {
			folders = append(folders, folder)
		}
	}
	slices.Sort(folders)
	for _, folder := range folders {
		relative := strings.TrimPrefix(strings.TrimPrefix(folder, c.view.root), "/")
		match := expression.FindStringSubmatch(relative)
		if match == nil || len(captures) == maxArtifacts {
			continue
		}
		capture := map[string]string{}
		for i, name := range names {
			capture[name] = match[i+1]
		}
		captures = append(captures, capture)
	}
	return captures
}

// content makes the artifact.
func (a *artifact) content(s *sources, depth int) content {
	if a.made != nil {
		return *a.made
	}
	if a.making {
		return content{source: model.SourceUnknown}
	}
	a.making = true
	made := content{source: model.SourceTree, view: view{paths: newPaths(0)}, origins: map[string]string{}}
	for _, operation := range a.copies {
		from := s.resolve(a.written, operation.source, depth+1)
		if from.view.paths == nil {
			// A part from elsewhere: what is missing may be there.
			made.source = model.SourceUnknown
			continue
		}
		if from.source != model.SourceTree && made.source == model.SourceTree {
			made.source = model.SourceAssumed
		}
		s.copy(&made, from.view, operation)
	}
	made.view.sort()
	a.made = &made
	return made
}

// copy does one operation: what "dir/**" matches goes below the target without
// "dir", files go into a target that ends in a slash, and a folder goes there
// as a folder.
func (s *sources) copy(made *content, from view, operation artifactCopy) {
	pattern := strings.Trim(path.Clean("/"+operation.from), "/")
	to := strings.Trim(path.Clean("/"+operation.to), "/")
	intoFolder := to == "" || strings.HasSuffix(operation.to, "/")
	prefix := literalPrefix(pattern)
	var matches *regexp.Regexp
	if prefix != pattern {
		matches = globPattern(pattern)
	}
	var excluded []*regexp.Regexp
	for _, exclude := range operation.exclude {
		excluded = append(excluded, globPattern(exclude))
	}
	if from.file(path.Join(from.root, pattern)) == nil && matches == nil && intoFolder && pattern != "" {
		to = path.Join(to, path.Base(pattern)) // A folder, as a folder.
	}
	for _, name := range from.below(path.Join(from.root, prefix)) {
		s.copyFile(made, from, name, prefix, to, matches, excluded)
	}
	if f := from.file(path.Join(from.root, pattern)); f != nil && matches == nil {
		target := to
		if intoFolder {
			target = path.Join(to, path.Base(pattern))
		}
		s.put(made, target, f)
	}
}

func (s *sources) copyFile(made *content, from view, name, prefix, to string, matches *regexp.Regexp, excluded []*regexp.Regexp) {
	f := from.file(name)
	if f == nil {
		return
	}
	relative := strings.TrimPrefix(strings.TrimPrefix(name, from.root), "/")
	below := strings.TrimPrefix(strings.TrimPrefix(relative, prefix), "/")
	if matches != nil && !matches.MatchString(relative) {
		return
	}
	for _, pattern := range excluded {
		if pattern.MatchString(relative) || pattern.MatchString(below) || pattern.MatchString(path.Base(name)) {
			return
		}
	}
	s.put(made, path.Join(to, below), f)
}

func (s *sources) put(made *content, name string, f *file) {
	if !s.room(1, f) {
		return
	}
	made.view.add(name, f)
	s.graph.of(f).copied = true
	folder := folderOf(name)
	if _, ok := made.origins[folder]; !ok {
		made.origins[folder] = folderOf(f.name)
	}
}

// literalPrefix is the part of a pattern before the first folder or name with
// a wildcard.
func literalPrefix(pattern string) string {
	i := strings.IndexAny(pattern, `*?[{\`)
	if i < 0 {
		return pattern
	}
	return folderOf(pattern[:i])
}

// globPattern turns a pattern with *, ?, ** and {a,b} into an expression.
func globPattern(glob string) *regexp.Regexp {
	var pattern strings.Builder
	pattern.WriteString("^")
	for i := 0; i < len(glob); i++ {
		rest := glob[i:]
		switch {
		case strings.HasPrefix(rest, "**/"):
			pattern.WriteString("(?:.*/)?")
			i += 2
		case strings.HasPrefix(rest, "**"):
			pattern.WriteString(".*")
			i++
		case rest[0] == '*':
			pattern.WriteString("[^/]*")
		case rest[0] == '?':
			pattern.WriteString("[^/]")
		case rest[0] == '{' && strings.Contains(rest, "}"):
			alternatives, _, _ := strings.Cut(rest[1:], "}")
			i += len(alternatives) + 1
			quoted := strings.Split(regexp.QuoteMeta(alternatives), ",")
			pattern.WriteString("(?:" + strings.Join(quoted, "|") + ")")
		default:
			pattern.WriteString(regexp.QuoteMeta(rest[:1]))
		}
	}
	pattern.WriteString("$")
	expression, err := regexp.Compile(pattern.String())
	if err != nil {
		return regexp.MustCompile(`^` + regexp.QuoteMeta(glob) + `$`)
	}
	return expression
}
