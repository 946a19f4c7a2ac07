package gitrepo

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// graph is what names what in a tree: kustomizations their entries, Flux
// Kustomizations the folders that they build.
type graph struct {
	root  string
	files map[string]*file
	// folders holds every folder with files, "." for the root.
	folders map[string]bool
	// kustomizations are the files with a kustomization, by their folder.
	kustomizations map[string]*file
}

// link looks for the entries of all kustomizations in the tree, marks patches,
// and tells which kustomizations a Flux Kustomization leads to.
func (t *tree) link(root string) {
	g := &graph{root: root, files: map[string]*file{}, folders: map[string]bool{".": true}, kustomizations: map[string]*file{}}
	for _, f := range t.files {
		g.files[f.name] = f
		for folder := path.Dir(f.name); !g.folders[folder]; folder = path.Dir(folder) {
			g.folders[folder] = true
		}
		if f.parsed != nil && f.parsed.kustomization != nil {
			g.kustomizations[path.Dir(f.name)] = f
		}
	}
	resources, patches := map[string]bool{}, map[string]bool{}
	for folder, f := range g.kustomizations {
		for _, e := range f.parsed.kustomization.entries {
			g.resolve(folder, e, &f.parsed.kustomization.facts, resources, patches)
		}
	}
	for name := range patches {
		if f := g.files[name]; f != nil && f.parsed != nil && !resources[name] {
			for i := range f.parsed.documents {
				f.parsed.documents[i].Patch = true
			}
		}
	}
	g.reach(t)
}

// resolve files an entry under what it leads to. What cannot be told, for
// example a path out of the tree or one with variables, is left out: nobody
// gains from a guess.
func (g *graph) resolve(folder string, e entry, facts *model.KustomizeFile, resources, patches map[string]bool) {
	found := model.KustomizeEntry{Entry: sanitize.Path(e.path), Field: e.field, Line: e.line}
	if isRemote(e.path) {
		if e.kind != entryDisabled {
			facts.Remote = append(facts.Remote, found)
		}
		return
	}
	target := path.Join(folder, filepath.ToSlash(e.path))
	if path.IsAbs(e.path) || target == ".." || strings.HasPrefix(target, "../") || strings.Contains(e.path, "${") || strings.Contains(e.path, "{{") {
		return
	}
	isFile, isFolder := g.files[target] != nil, g.folders[target]
	found.Target = sanitize.Path(target)
	switch {
	case e.kind == entryDisabled:
		if isFile || isFolder {
			facts.Disabled = append(facts.Disabled, found)
		}
	case isFolder && e.kind == entryResource && g.kustomizations[target] == nil:
		facts.Bare = append(facts.Bare, found)
	case isFile || isFolder:
		facts.Entries = append(facts.Entries, found)
		switch e.kind {
		case entryResource:
			resources[target] = true
		case entryPatch:
			patches[target] = true
		}
	case !g.onDisk(target):
		facts.Missing = append(facts.Missing, found)
	}
}

// onDisk is true for what exists but is no file of the tree: ignored files,
// submodules, links.
func (g *graph) onDisk(target string) bool {
	_, err := os.Lstat(filepath.Join(g.root, filepath.FromSlash(target)))
	return err == nil
}

// reach marks the kustomizations that the paths of Flux Kustomizations lead to,
// as far as the paths exist in this tree. The controller stops a path that
// climbs out at the root of the source.
func (g *graph) reach(t *tree) {
	var visit func(folder string)
	visit = func(folder string) {
		f := g.kustomizations[folder]
		if f == nil || f.parsed.kustomization.facts.Reached {
			return
		}
		f.parsed.kustomization.facts.Reached = true
		for _, e := range f.parsed.kustomization.entries {
			if e.kind == entryResource && !isRemote(e.path) {
				visit(path.Join(folder, filepath.ToSlash(e.path)))
			}
		}
	}
	for _, f := range t.files {
		if f.parsed == nil {
			continue
		}
		for _, object := range f.parsed.objects {
			if spec, ok := object.Spec.(*fluxkind.Kustomization); ok {
				visit(path.Clean(strings.TrimPrefix(path.Join("/", spec.Path), "/")))
			}
		}
	}
}
