package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/fluxcd/pkg/sourceignore"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// tree is what a walk found.
type tree struct {
	origin origin
	// files are all regular files that count, sorted by name.
	files []*file
	// folders are the folders that the walk entered, sorted; the root is "".
	folders []string
	// ignores are the .sourceignore files, by folder.
	ignores  map[string][]byte
	problems []model.Problem
}

// walker visits the folders of a tree side by side and reads their files.
type walker struct {
	ctx    context.Context
	origin origin
	files  *gitFiles
	budget *budget

	mutex   sync.Mutex
	changed *sync.Cond
	// queue are the folders to visit, active counts those being visited.
	queue  []folder
	active int
	tree   tree
}

// folder is one folder to visit. helm is true below the templates of a chart.
type folder struct {
	name string
	helm bool
}

// walk visits every folder and reads every file that may hold manifests. It ends
// early when ctx does.
func walk(ctx context.Context, from origin, files *gitFiles) *tree {
	w := walkWith(ctx, from, files, min(runtime.GOMAXPROCS(0), maxWorkers))
	if w.budget.exceeded() && ctx.Err() == nil {
		// What is left out must not depend on who was faster.
		w = walkWith(ctx, from, files, 1)
	}
	t := &w.tree
	t.origin = from
	slices.SortFunc(t.files, func(a, b *file) int { return strings.Compare(a.name, b.name) })
	slices.Sort(t.folders)
	for _, f := range t.files {
		if f.parsed != nil {
			t.problems = append(t.problems, f.parsed.problems...)
		}
	}
	sortProblems(t.problems)
	return t
}

func walkWith(ctx context.Context, from origin, files *gitFiles, workers int) *walker {
	w := &walker{ctx: ctx, origin: from, files: files, budget: &budget{}, queue: []folder{{}}}
	w.tree.ignores = map[string][]byte{}
	w.changed = sync.NewCond(&w.mutex)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(w.work)
	}
	wait.Wait()
	return w
}

func (w *walker) work() {
	visit := &visitor{walker: w, parser: newParser(w.budget)}
	for {
		w.mutex.Lock()
		for len(w.queue) == 0 && w.active > 0 {
			w.changed.Wait()
		}
		if len(w.queue) == 0 {
			w.mutex.Unlock()
			return
		}
		next := w.queue[len(w.queue)-1]
		w.queue = w.queue[:len(w.queue)-1]
		w.active++
		w.mutex.Unlock()

		visit.reset()
		if w.ctx.Err() == nil {
			visit.folder(next)
		}

		w.mutex.Lock()
		w.active--
		w.queue = append(w.queue, visit.folders...)
		for _, folder := range visit.folders {
			w.tree.folders = append(w.tree.folders, folder.name)
		}
		w.tree.files = append(w.tree.files, visit.files...)
		w.tree.problems = append(w.tree.problems, visit.problems...)
		if visit.ignore != nil {
			w.tree.ignores[next.name] = visit.ignore
		}
		w.changed.Broadcast()
		w.mutex.Unlock()
	}
}

// visitor visits one folder at a time.
type visitor struct {
	*walker
	parser *parser
	buffer []byte

	folders  []folder
	files    []*file
	problems []model.Problem
	ignore   []byte
}

func (v *visitor) reset() {
	v.folders, v.files, v.problems, v.ignore = v.folders[:0], v.files[:0], v.problems[:0], nil
}

func (v *visitor) problem(name, code string, err error, hint string) {
	if name == "" {
		name = "."
	}
	v.problems = append(v.problems, repositoryProblem(code, sanitize.Path(name)+": "+reason(err), hint))
}

func (v *visitor) folder(f folder) {
	open, err := v.walker.origin.folder(f.name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			v.problem(f.name, "FolderUnreadable", err, "check the permissions of the folder")
		}
		return
	}
	defer func() { _ = open.Close() }()
	entries, err := v.entries(open)
	if err != nil {
		v.problem(f.name, "FolderUnreadable", err, "check the permissions of the folder")
	}
	chart := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "Chart.yaml" })
	for _, entry := range entries {
		base := entry.Name()
		if base == ".git" {
			continue
		}
		name := path.Join(f.name, base)
		switch {
		case entry.IsDir():
			if !v.walker.files.holds(name) {
				continue
			}
			if strings.Count(name, "/") >= maxFolderDepth {
				v.problem(name, "FolderTooDeep", fmt.Errorf("folders below a depth of %d are not read", maxFolderDepth), "scan a folder further down")
				continue
			}
			v.folders = append(v.folders, folder{name: name, helm: f.helm || chart && base == "templates"})
		case entry.Type().IsRegular():
			v.file(open, f, base, name)
		case entry.Type()&fs.ModeSymlink == 0 && maybeManifests(base) && v.walker.files.state(name) != fileIgnored:
			v.problem(name, "NotAFile", errors.New("no regular file; it is not read"), "remove it")
		}
	}
}

// entries lists a folder by name, as far as the limit on files allows.
func (v *visitor) entries(folder originFolder) ([]fs.DirEntry, error) {
	var all []fs.DirEntry
	for len(all) < maxFiles {
		some, err := folder.ReadDir(4096)
		all = append(all, some...)
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			sortEntries(all)
			return all, err
		}
	}
	sortEntries(all)
	return all, nil
}

func sortEntries(entries []fs.DirEntry) {
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
}

func (v *visitor) file(open originFolder, in folder, base, name string) {
	state := v.walker.files.state(name)
	if state == fileIgnored {
		return
	}
	if first, ok := v.budget.file(); !ok {
		if first {
			v.problem(in.name, "TooManyFiles", fmt.Errorf("more than %d files in the tree; the rest is not read", maxFiles), "scan a part of the tree")
		}
		return
	}
	f := &file{name: name, shown: sanitize.Path(name), state: state, helm: in.helm}
	v.files = append(v.files, f)
	if base != sourceignore.IgnoreFile && !maybeManifests(base) && !maybeKey(base) {
		return
	}
	content, err := v.read(open, base)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return
	case errors.Is(err, errFileTooLarge):
		v.problem(name, "FileTooLarge", err, "split the file, or exclude it from the repository")
		return
	case err != nil:
		v.problems = append(v.problems, fileProblem(name, err))
		return
	}
	if first, ok := v.budget.content(len(content)); !ok {
		if first {
			v.problem(name, "TreeTooLarge", fmt.Errorf("more than %d GiB of manifests in the tree; the rest is not read", maxTreeSize>>30), "scan a part of the tree")
		}
		return
	}
	if base == sourceignore.IgnoreFile {
		v.ignore = slices.Clone(content)
		return
	}
	f.parsed = v.parser.parse(f, content)
}

var errFileTooLarge = fmt.Errorf("larger than %d MiB; it is not read", maxFileSize>>20)

// read returns the content of a file, which is good until the next call.
func (v *visitor) read(folder originFolder, base string) ([]byte, error) {
	open, err := folder.open(base)
	if err != nil {
		return nil, err
	}
	defer open.Close()
	if v.buffer == nil {
		v.buffer = make([]byte, 256<<10)
	}
	size := 0
	for {
		if size == len(v.buffer) {
			v.buffer = append(v.buffer, make([]byte, len(v.buffer))...)
		}
		n, err := open.Read(v.buffer[size:])
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return v.buffer[:size], nil
		}
		if size += n; size > maxFileSize {
			return nil, errFileTooLarge
		}
	}
}

// maybeManifests is true for the names of files that are read.
func maybeManifests(base string) bool {
	switch strings.ToLower(path.Ext(base)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return isKustomizationFile(base)
}

// isTemplate is true for the names of files in a template language.
func isTemplate(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".j2", ".jinja", ".jinja2", ".tpl", ".tmpl", ".gotmpl", ".tftpl", ".ftl", ".erb":
		return true
	}
	return false
}
