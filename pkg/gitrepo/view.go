package gitrepo

import (
	"path"
	"slices"
	"strings"
)

// paths are files by the paths under which something sees them.
type paths struct {
	files map[string]*file
	// names are the paths of the files, sorted.
	names []string
	// folders are all folders; the root is "".
	folders map[string]bool
}

func newPaths(capacity int) *paths {
	return &paths{files: make(map[string]*file, capacity), folders: map[string]bool{"": true}}
}

func (p *paths) add(name string, f *file) {
	if _, ok := p.files[name]; !ok {
		p.names = append(p.names, name)
	}
	p.files[name] = f
	p.addFolder(folderOf(name))
}

func (p *paths) addFolder(folder string) {
	for !p.folders[folder] {
		p.folders[folder] = true
		folder = folderOf(folder)
	}
}

func (p *paths) sort() { slices.Sort(p.names) }

// below returns the names of the files in a folder and further down, sorted.
func (p *paths) below(folder string) []string {
	if folder == "" {
		return p.names
	}
	// The byte after the slash ends what begins with the folder.
	first, _ := slices.BinarySearch(p.names, folder+"/")
	last, _ := slices.BinarySearch(p.names, folder+"0")
	return p.names[first:last]
}

// view is what a source hands to the controllers: the repository or a folder of
// it without ignored files, or an artifact that is made of parts of it.
type view struct {
	*paths
	// root is the folder that becomes the root of the artifact.
	root string
	// ignored are the files that are left out.
	ignored map[*file]bool
}

// file returns the file at a path; nil when the view has none.
func (v view) file(name string) *file {
	if f := v.files[name]; f != nil && !v.ignored[f] && v.holds(name) {
		return f
	}
	return nil
}

// holds is true for paths below the root of the view.
func (v view) holds(name string) bool {
	return v.root == "" || name == v.root || strings.HasPrefix(name, v.root+"/")
}

// kustomization returns the kustomization file of a folder; nil when there is
// none.
func (v view) kustomization(folder string) *file {
	for _, base := range kustomizationFiles {
		if f := v.file(path.Join(folder, base)); f != nil {
			return f
		}
	}
	return nil
}
