package gitrepo

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// graph finds out what builds on what: which files the kustomizations name, and
// which files each Flux object builds.
type graph struct {
	tree    *tree
	git     model.Git
	tracked *gitFiles
	// all are the files of the tree as they are.
	all     *paths
	ignores *ignores
	sources *sources

	// builders follow the kustomizations of each view once.
	builders map[viewKey]*builder
	// links are the answers of onDisk.
	links map[string]diskEntry
	// left counts down the files that builds may have.
	left int
	// full is true once that was too little.
	full     bool
	problems []model.Problem
	said     map[string]bool

	files map[*file]*fileGraph
	// disabled are the kustomizations whose comments name a file or folder.
	disabled map[string]*file
}

// fileGraph is what the graph knows of a file.
type fileGraph struct {
	uses use
	// namespaces are those that builds give its objects; empty stands for the
	// one that is written.
	namespaces []string
	// reached is true when a Flux object builds the file, copied when an
	// ArtifactGenerator copies it.
	reached, copied bool
	// within is true for kustomizations that another includes.
	within bool
}

type viewKey struct {
	paths *paths
	root  string
	// ignored is the text of the ignore rules.
	ignored string
}

// findGraph fills in what the graph tells of the files' documents, and returns
// the builds and the files that none of them reads.
func findGraph(t *tree, git model.Git, tracked *gitFiles, pipelines []model.Pipeline) ([]model.Build, []model.UnreachedFile, []model.Problem) {
	g := &graph{
		tree: t, git: git, tracked: tracked, all: newPaths(len(t.files)),
		builders: map[viewKey]*builder{}, links: map[string]diskEntry{}, left: maxBuildFiles, said: map[string]bool{},
		files: map[*file]*fileGraph{}, disabled: map[string]*file{},
	}
	g.ignores = newIgnores(t, func() {
		g.problem("IgnoreRulesTooMany", "the sources of the tree have too many ignore rules; the last of them are not applied", "use fewer patterns, or one set of them for all sources")
	})
	for _, f := range t.files {
		g.all.add(f.name, f)
	}
	for _, folder := range t.folders {
		g.all.addFolder(folder)
	}
	g.all.sort()

	g.findEntries()
	g.sources = newSources(g, pipelines)
	builds := g.findBuilds()
	g.findLooseNamespaces()
	g.mark()
	unreached := g.findUnreached(builds)
	sortProblems(g.problems)
	return builds, unreached, g.problems
}

func (g *graph) problem(code, message, hint string) {
	if !g.said[code+message] && len(g.said) < maxFileErrors {
		g.said[code+message] = true
		g.problems = append(g.problems, repositoryProblem(code, message, hint))
	}
}

// room takes from what the builds of a tree may have. The problem names the
// first file for which there is none.
func (g *graph) room(files int, first *file) bool {
	if g.left < files {
		if !g.full {
			g.full = true
			g.problem("GraphTooLarge", first.shown+": with it, the Flux objects of the tree build too many files; it and what comes after it is left out", "scan a part of the tree")
		}
		return false
	}
	g.left -= files
	return true
}

func (g *graph) of(f *file) *fileGraph {
	known := g.files[f]
	if known == nil {
		known = &fileGraph{}
		g.files[f] = known
	}
	return known
}

// builder returns the one for a view.
func (g *graph) builder(v view, ignored string) *builder {
	key := viewKey{v.paths, v.root, ignored}
	known := g.builders[key]
	if known == nil {
		known = &builder{graph: g, view: v, done: map[string]*built{}}
		g.builders[key] = known
	}
	return known
}

// findEntries looks for what the kustomizations name.
func (g *graph) findEntries() {
	for _, f := range g.tree.files {
		if f.parsed == nil || f.parsed.kustomization == nil {
			continue
		}
		k := f.parsed.kustomization
		for _, e := range k.entries {
			g.findEntry(f, &k.facts, e)
		}
	}
}

func (g *graph) findEntry(f *file, facts *model.KustomizeFile, e entry) {
	fact := model.KustomizeEntry{Entry: sanitize.Path(e.path), Field: e.field, Line: e.line}
	name, inside := climb(folderOf(f.name), e.path)
	var found diskEntry
	if inside {
		found = g.find(name)
		fact.Target = sanitize.Path(found.or(name))
	}
	if e.kind == entryDisabled {
		if found.exists && (found.file != nil || found.kustomization != nil || g.all.folders[found.name]) && found.name != folderOf(f.name) {
			facts.Disabled = append(facts.Disabled, fact)
			if g.disabled[found.name] == nil {
				g.disabled[found.name] = f
			}
		}
		return
	}
	switch {
	case !found.exists && isRemote(e.path):
		fact.Target = ""
		facts.Remote = append(facts.Remote, fact)
		return
	case !inside && (!g.git.Known || g.git.Prefix != ""):
		// What is above the scanned folder may belong to the same source.
		return
	case !found.exists || found.ignored:
		fact.Ignored = found.ignored
		facts.Missing = append(facts.Missing, fact)
		return
	case found.folder && found.kustomization == nil && !found.outside && e.kind == entryResource:
		facts.Bare = append(facts.Bare, fact)
		return
	}
	facts.Entries = append(facts.Entries, fact)
	if found.file != nil {
		g.of(found.file).uses |= e.kind.use()
	}
	if found.kustomization != nil {
		g.of(found.kustomization).within = true
	}
}

// diskEntry is what a path leads to.
type diskEntry struct {
	exists bool
	// name is the path behind symbolic links.
	name string
	// file is nil for folders and for what the walk has passed over.
	file   *file
	folder bool
	// kustomization is that of the folder.
	kustomization *file
	// ignored is true for what is there but not in Git, outside for what belongs
	// to another repository.
	ignored, outside bool
}

func (d diskEntry) or(name string) string {
	if d.exists {
		return d.name
	}
	return name
}

// find looks a path up, first among what the walk found, then on the disk:
// behind symbolic links, in submodules, and among what Git ignores.
func (g *graph) find(name string) diskEntry {
	everything := view{paths: g.all}
	if f := g.all.files[name]; f != nil {
		return diskEntry{exists: true, name: name, file: f}
	}
	if g.all.folders[name] {
		if k := everything.kustomization(name); k != nil {
			return diskEntry{exists: true, name: name, folder: true, kustomization: k}
		}
	}
	if known, ok := g.links[name]; ok {
		return known
	}
	found := g.onDisk(everything, name)
	g.links[name] = found
	return found
}

func (g *graph) onDisk(everything view, name string) diskEntry {
	info, err := g.tree.origin.stat(name)
	if err != nil {
		// What may not be read is there; a path with strange characters is not.
		return diskEntry{exists: errors.Is(err, fs.ErrPermission), name: name, outside: true}
	}
	found := diskEntry{exists: true, name: name, folder: info.IsDir()}
	if real, ok := g.tree.origin.real(name); ok && real != name {
		found.name = real
		if f := g.all.files[real]; f != nil {
			found.file = f
			return found
		}
	}
	if g.all.folders[found.name] {
		found.kustomization = everything.kustomization(found.name)
		return found
	}
	if g.inSubmodule(name) {
		found.outside = true
		return found
	}
	found.outside = true
	if found.folder {
		found.ignored = !g.tracked.holds(found.name)
	} else {
		found.ignored = g.tracked.state(found.name) == fileIgnored
	}
	return found
}

func (g *graph) inSubmodule(name string) bool {
	shown := sanitize.Path(name)
	for _, folder := range g.git.Submodules {
		if shown == folder || strings.HasPrefix(shown, folder+"/") {
			return true
		}
	}
	return false
}

// resolve returns what an entry of a kustomization leads to in the view.
func (b *builder) resolve(folder, to string) (name string, ok bool) {
	name, ok = climb(folder, to)
	if !ok || b.view.files[name] != nil || b.view.folders[name] || b.view.paths != b.all {
		return name, ok
	}
	found := b.find(name)
	return found.name, found.exists
}

// findLooseNamespaces gives the kustomizations that no Flux object builds the
// part of roots, so that the objects below them still have their namespaces.
func (g *graph) findLooseNamespaces() {
	b := g.builder(view{paths: g.all}, "")
	for _, f := range g.tree.files {
		if f.parsed == nil || f.parsed.kustomization == nil || g.of(f).reached || g.of(f).within {
			continue
		}
		for _, p := range b.folder(folderOf(f.name), f, 0).parts {
			if known := g.of(p.file); !known.reached && p.use == useResource {
				known.addNamespace(p.namespace)
			}
		}
	}
}

func (f *fileGraph) addNamespace(namespace string) {
	if !slices.Contains(f.namespaces, namespace) && len(f.namespaces) < maxEntries {
		f.namespaces = append(f.namespaces, namespace)
	}
}

// given returns the namespaces that builds give an object; nil when none does.
func (f *fileGraph) given(written string) []string {
	if len(f.namespaces) == 0 || len(f.namespaces) == 1 && f.namespaces[0] == "" {
		return nil
	}
	given := make([]string, 0, len(f.namespaces))
	for _, namespace := range f.namespaces {
		if namespace == "" {
			namespace = written
		}
		if namespace != "" {
			given = append(given, namespace)
		}
	}
	slices.Sort(given)
	return slices.Compact(given)
}

// mark writes down what the graph knows of each file at its documents.
func (g *graph) mark() {
	for _, f := range g.tree.files {
		known := g.files[f]
		if f.parsed == nil || known == nil {
			continue
		}
		if f.parsed.kustomization != nil {
			f.parsed.kustomization.facts.Reached = known.reached
		}
		given := map[string][]string{}
		namespaces := func(written string) []string {
			if _, ok := given[written]; !ok {
				given[written] = known.given(written)
			}
			return given[written]
		}
		for i := range f.parsed.documents {
			document := &f.parsed.documents[i]
			document.Patch = known.uses&usePatch != 0 && known.uses&useResource == 0
			document.Namespaces = namespaces(document.Namespace)
		}
		for _, object := range f.parsed.objects {
			object.Namespaces = namespaces(object.Namespace)
		}
	}
}

// findUnreached lists the files whose manifests nothing builds.
func (g *graph) findUnreached(builds []model.Build) []model.UnreachedFile {
	if !slices.ContainsFunc(builds, func(b model.Build) bool { return b.Found && len(b.Files) > 0 }) {
		return nil
	}
	everything := view{paths: g.all}
	charts := map[string]bool{}
	for _, f := range g.tree.files {
		if path.Base(f.name) == "Chart.yaml" {
			charts[folderOf(f.name)] = true
		}
	}
	var unreached []model.UnreachedFile
	for _, f := range g.tree.files {
		if f.parsed == nil || isJSON(f.name) || !slices.ContainsFunc(f.parsed.documents, applies) || isEntryPoint(f) {
			continue
		}
		if known := g.files[f]; known != nil && (known.reached || known.copied || known.uses&usePatch != 0) {
			continue
		}
		if skipped := inFolder(f.name, func(folder string) bool { return charts[folder] || path.Base(folder) == "bootstrap" }); skipped {
			continue
		}
		u := model.UnreachedFile{File: f.shown}
		for at := f.name; u.Disabled == "" && at != ""; at = folderOf(at) {
			if k := g.disabled[at]; k != nil {
				u.Disabled = k.shown
			}
		}
		inFolder(f.name, func(folder string) bool {
			k := everything.kustomization(folder)
			if k != nil {
				u.Nearest = k.shown
			}
			return k != nil
		})
		unreached = append(unreached, u)
	}
	return unreached
}

// inFolder is true when some folder above a file passes the test; the nearest
// comes first.
func inFolder(name string, test func(folder string) bool) bool {
	for folder := folderOf(name); ; folder = folderOf(folder) {
		if test(folder) {
			return true
		}
		if folder == "" {
			return false
		}
	}
}

// applies is true for documents that somebody would have to apply.
func applies(d model.Document) bool {
	return !strings.HasPrefix(d.APIVersion, "kustomize.config.k8s.io/")
}

// isEntryPoint is true for files with the objects that begin a sync: what
// applies them need not be in the tree.
func isEntryPoint(f *file) bool {
	return slices.ContainsFunc(f.parsed.objects, func(o parsedObject) bool {
		switch o.spec.(type) {
		case *fluxkind.Kustomization, *fluxkind.FluxInstance, *fluxkind.ResourceSet, *fluxkind.ResourceSetInputProvider:
			return true
		}
		return false
	})
}
