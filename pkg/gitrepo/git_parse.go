package gitrepo

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// maxGitName bounds names of branches, tags and remotes in the report. Git
// itself stores them as file names, most systems allow those 255 bytes.
const maxGitName = 255

// gitStatus is the output of git status --porcelain=v2 -z --branch.
type gitStatus struct {
	git     model.Git // the branch part only
	changes []gitChange
	nested  []string
}

// gitChange has the bytes of the file system, relative to the scanned folder.
type gitChange struct {
	code, path, from string
}

// parseGitStatus reads the format that git-status(1) describes under
// "Porcelain Format Version 2"; lines of a kind that it does not know are
// passed over, as the manual asks. prefix is the scanned folder relative to the
// work tree, which all paths start from.
func parseGitStatus(out []byte, prefix string) gitStatus {
	var status gitStatus
	add := func(code, path, from string) {
		path, ok := relativeTo(prefix, path)
		if !ok {
			return
		}
		if folder, ok := strings.CutSuffix(path, "/"); ok {
			// Git lists every untracked file, except those of a repository
			// inside this one, of which it lists the folder.
			if folder != "" {
				status.nested = append(status.nested, folder)
			}
			return
		}
		from, ok = relativeTo(prefix, from)
		if !ok {
			from = ""
		}
		status.changes = append(status.changes, gitChange{code: strings.ReplaceAll(code, ".", " "), path: path, from: from})
	}
	for entry := range nulTerminated(&out) {
		switch {
		case strings.HasPrefix(entry, "# "):
			status.header(entry[2:])
		case strings.HasPrefix(entry, "1 "):
			if fields := strings.SplitN(entry, " ", 9); len(fields) == 9 && len(fields[1]) == 2 {
				add(fields[1], fields[8], "")
			}
		case strings.HasPrefix(entry, "2 "):
			from := nextNul(&out)
			if fields := strings.SplitN(entry, " ", 10); len(fields) == 10 && len(fields[1]) == 2 {
				add(fields[1], fields[9], from)
			}
		case strings.HasPrefix(entry, "u "):
			if fields := strings.SplitN(entry, " ", 11); len(fields) == 11 && len(fields[1]) == 2 {
				add(fields[1], fields[10], "")
			}
		case strings.HasPrefix(entry, "? "):
			add("??", entry[2:], "")
		}
	}
	return status
}

func (s *gitStatus) header(text string) {
	key, value, _ := strings.Cut(text, " ")
	switch key {
	case "branch.oid":
		if value != "(initial)" {
			s.git.Head = sanitize.Line(value, maxGitName)
		}
	case "branch.head":
		if value == "(detached)" {
			s.git.Detached = true
		} else {
			s.git.Branch = sanitize.Line(value, maxGitName)
		}
	case "branch.upstream":
		s.git.Upstream = sanitize.Line(value, maxGitName)
	case "branch.ab":
		n, _ := fmt.Sscanf(value, "+%d -%d", &s.git.Ahead, &s.git.Behind)
		s.git.Compared = n == 2
	}
}

// changed is the report's form of the changes.
func (s *gitStatus) changed() []model.Change {
	changed := make([]model.Change, 0, len(s.changes))
	for _, c := range s.changes {
		changed = append(changed, model.Change{Path: sanitize.Path(c.path), Code: c.code, From: sanitize.Path(c.from)})
	}
	slices.SortFunc(changed, func(a, b model.Change) int { return strings.Compare(a.Path, b.Path) })
	return changed
}

// untracked are the files that Git neither tracks nor ignores.
func (s *gitStatus) untracked() fileSet {
	files := newFileSet(0)
	for _, c := range s.changes {
		if c.code == "??" {
			files.add(c.path)
		}
	}
	return *files
}

// parseIndex reads git ls-files -z --stage into files and returns the folders
// that are submodules. An unmerged file is listed once for each stage.
func parseIndex(out []byte, files *fileSet) (submodules []string) {
	for entry := range nulTerminated(&out) {
		info, path, ok := strings.Cut(entry, "\t")
		if !ok {
			continue
		}
		if strings.HasPrefix(info, "160000 ") {
			submodules = append(submodules, path)
			continue
		}
		files.add(path)
	}
	return slices.Compact(submodules)
}

// gitConfig is what is read of the configuration.
type gitConfig struct {
	filters []string
	remotes []model.Remote
}

// parseGitConfig reads git config -z --get-regexp: key, newline, value, NUL.
// Section and variable are in lower case; what is between them is a name that
// may hold dots.
func parseGitConfig(out []byte) gitConfig {
	var config gitConfig
	urls := map[string]string{}
	instead := rewrites{}
	for entry := range nulTerminated(&out) {
		key, value, _ := strings.Cut(entry, "\n")
		section, rest, _ := strings.Cut(key, ".")
		i := strings.LastIndexByte(rest, '.')
		if i < 0 {
			continue
		}
		name, variable := rest[:i], rest[i+1:]
		switch section + "." + variable {
		case "filter.clean", "filter.smudge", "filter.process", "filter.required":
			config.filters = append(config.filters, name)
		case "remote.url":
			if _, ok := urls[name]; !ok { // further ones are only pushed to
				urls[name] = value
			}
		case "url.insteadof":
			instead[value] = name
		}
	}
	slices.Sort(config.filters)
	config.filters = slices.Compact(config.filters)
	config.remotes = remotesOf(urls, instead)
	return config
}

// remotesOf makes the report's list of remotes, by name.
func remotesOf(urls map[string]string, instead rewrites) []model.Remote {
	var remotes []model.Remote
	for name, url := range urls {
		remotes = append(remotes, model.Remote{Name: sanitize.Line(name, maxGitName), URL: publicURL(instead.apply(url))})
	}
	slices.SortFunc(remotes, func(a, b model.Remote) int {
		return strings.Compare(a.Name+"\n"+a.URL, b.Name+"\n"+b.URL)
	})
	return remotes
}

// parseHead reads three lines: the commit's name, its time in Unix seconds, and
// the tags as "tag: refs/tags/v1, tag: refs/tags/v2".
func parseHead(out []byte) (head string, committed time.Time, tags []string) {
	head, rest, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	seconds, refs, _ := strings.Cut(rest, "\n")
	if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
		committed = time.Unix(n, 0).UTC()
	}
	for ref := range strings.SplitSeq(refs, ", ") {
		if _, tag, ok := strings.Cut(ref, "refs/tags/"); ok {
			tags = append(tags, sanitize.Line(tag, maxGitName))
		}
	}
	slices.Sort(tags)
	return sanitize.Line(head, maxGitName), committed, tags
}

// nulTerminated yields the entries of a list that -z made, and takes them off
// the list, so that the loop's body may take more.
func nulTerminated(list *[]byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for len(*list) > 0 {
			if !yield(nextNul(list)) {
				return
			}
		}
	}
}

func nextNul(list *[]byte) string {
	entry, rest, _ := bytes.Cut(*list, []byte{0})
	*list = rest
	return string(entry)
}
