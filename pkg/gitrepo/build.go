package gitrepo

import (
	"path"
	"slices"
	"strings"
)

// use says what a build makes of a file.
type use uint8

const (
	useResource use = 1 << iota
	usePatch
	useInput // read by a generator or a transformer, or the kustomization itself
)

// part is one file of a build.
type part struct {
	file *file
	use  use
	// namespace is the one that the kustomizations set; empty when none does.
	namespace string
}

// built is what a folder builds.
type built struct {
	parts []part
	// foreign are files that make a generated kustomization fail.
	foreign []*file
}

// builder follows the kustomizations of a view.
type builder struct {
	*graph
	view view
	// done are the folders that were built; nil marks those in progress.
	done map[string]*built
}

// fluxPath builds a folder as kustomize-controller does: its kustomization or,
// when it has none, everything below.
func (b *builder) fluxPath(folder string) *built {
	if k := b.view.kustomization(folder); k != nil {
		return b.folder(folder, k, 0)
	}
	return b.generate(folder)
}

// folder builds the kustomization of a folder.
func (b *builder) folder(folder string, k *file, depth int) *built {
	known, ok := b.done[folder]
	switch {
	case ok && known != nil:
		return known
	case ok:
		b.problem("KustomizeCycle", k.shown+": the kustomization includes itself", "remove one of the entries that lead in a circle")
		return &built{}
	case depth == maxBuildDepth:
		b.problem("KustomizeTooDeep", k.shown+": too many kustomizations inside each other; it is not followed further", "include it from fewer levels")
		return &built{}
	}
	b.done[folder] = nil
	result := &built{}
	b.add(result, part{file: k, use: useInput})
	if k.parsed != nil && k.parsed.kustomization != nil {
		b.entries(result, folder, k.parsed.kustomization, depth)
	}
	b.done[folder] = result
	return result
}

func (b *builder) entries(result *built, folder string, k *kustomization, depth int) {
	first := len(result.parts)
	for _, e := range k.entries {
		if e.kind == entryDisabled {
			continue
		}
		name, ok := b.resolve(folder, e.path)
		if !ok {
			continue
		}
		if f := b.view.file(name); f != nil {
			b.add(result, part{file: f, use: e.kind.use()})
			continue
		}
		if e.kind == entryResource && b.view.holds(name) {
			if inner := b.view.kustomization(name); inner != nil {
				b.include(result, b.folder(name, inner, depth+1))
			}
		}
	}
	if k.facts.Namespace != "" {
		for i := range result.parts[first:] {
			result.parts[first+i].namespace = k.facts.Namespace
		}
	}
}

func (k entryKind) use() use {
	switch k {
	case entryPatch:
		return usePatch
	case entryInput, entryDisabled:
		return useInput
	case entryResource:
	}
	return useResource
}

// generate builds what the kustomization that Flux generates would list: all
// manifests below a folder, and kustomizations in the place of their folders.
func (b *builder) generate(folder string) *built {
	key := folder + "//" // no folder has this name
	if known := b.done[key]; known != nil {
		return known
	}
	result := &built{}
	inside := map[string]bool{folder: false} // folders below a kustomization
	for _, name := range b.view.below(folder) {
		f := b.view.file(name)
		if f == nil || b.inKustomization(result, inside, folderOf(name)) {
			continue
		}
		// Unlike elsewhere, Flux looks at the case of the ending here.
		if extension := path.Ext(name); extension != ".yaml" && extension != ".yml" {
			continue
		}
		b.add(result, part{file: f, use: useResource})
		if p := f.parsed; p == nil || p.template || p.gitCrypt || p.notManifests || len(p.errors) > 0 {
			result.foreign = append(result.foreign, f)
		}
	}
	b.done[key] = result
	return result
}

// inKustomization is true for folders with a kustomization between them and the
// folder that is built. The first time it includes what that builds.
func (b *builder) inKustomization(result *built, inside map[string]bool, folder string) bool {
	if known, ok := inside[folder]; ok {
		return known
	}
	within := b.inKustomization(result, inside, folderOf(folder))
	if !within {
		if k := b.view.kustomization(folder); k != nil {
			b.include(result, b.folder(folder, k, 0))
			within = true
		}
	}
	inside[folder] = within
	return within
}

func (b *builder) include(result *built, inner *built) {
	if len(inner.parts) > 0 && b.room(len(inner.parts), inner.parts[0].file) {
		result.parts = append(result.parts, inner.parts...)
	}
}

func (b *builder) add(result *built, p part) {
	if b.room(1, p.file) {
		result.parts = append(result.parts, p)
	}
}

// files lists the files of a build as the report names them, sorted.
func (r *built) files() []string {
	names := make([]string, 0, len(r.parts))
	for _, p := range r.parts {
		names = append(names, p.file.shown)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// climb resolves a path from a folder; ok is false when it leads out of the
// root.
func climb(folder, to string) (name string, ok bool) {
	name = path.Join(folder, to)
	if name == "." {
		return "", true
	}
	if path.IsAbs(to) || name == ".." || strings.HasPrefix(name, "../") {
		return "", false
	}
	return name, true
}

// clamp resolves the path of a Flux object as its controller does: what climbs
// out of the root stays at it.
func clamp(to string) (folder string, climbs bool) {
	to = path.Clean(strings.TrimLeft(to, "/"))
	return strings.TrimPrefix(path.Clean("/"+to), "/"), to == ".." || strings.HasPrefix(to, "../")
}
