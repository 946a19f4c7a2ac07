package render

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// view is the tree as one build sees it: without the files that the source
// leaves out of its artifact, and with the kustomizations that Flux writes over
// those of the tree. It notes what the build asked for, which is all that its
// result depends on. A view serves one build, from one goroutine at a time.
type view struct {
	filesys.FileSystem // nil: nothing is ever written, and no method but the below is called

	ctx     context.Context
	tree    *tree
	ignored map[string]bool
	written map[string][]byte
	seen    map[string]observation
	// bytes counts what was read.
	bytes int
}

// observation is what a build saw at a path; only the fields that it asked for
// are set.
type observation struct {
	kind    entryKind
	content sum
	listing sum
}

func newView(ctx context.Context, tree *tree, ignored []string) *view {
	v := &view{ctx: ctx, tree: tree, written: map[string][]byte{}, seen: map[string]observation{}}
	if len(ignored) > 0 {
		v.ignored = make(map[string]bool, len(ignored))
		for _, name := range ignored {
			v.ignored[name] = true
		}
	}
	return v
}

// kind says what stands at a path of the tree.
func (v *view) kind(name string) entryKind {
	if name == syncFolder {
		return isFolder
	}
	if _, ok := v.written[name]; ok {
		return isFile
	}
	kind := v.tree.kind(name)
	if kind == isFile && v.ignored[name] {
		kind = absent
	}
	seen := v.seen[name]
	seen.kind = kind
	v.seen[name] = seen
	return kind
}

// read returns the content of a file of the tree.
func (v *view) read(name string) ([]byte, error) {
	if err := v.ctx.Err(); err != nil {
		return nil, err
	}
	if content, ok := v.written[name]; ok {
		return content, nil
	}
	if v.kind(name) != isFile {
		return nil, fmt.Errorf("open /%s: %w", name, fs.ErrNotExist)
	}
	content, hash, err := v.tree.read(name)
	if err != nil {
		return nil, err
	}
	seen := v.seen[name]
	seen.content = hash
	v.seen[name] = seen
	return content, nil
}

// list returns the names in a folder of the tree, sorted.
func (v *view) list(name string) ([]string, error) {
	if err := v.ctx.Err(); err != nil {
		return nil, err
	}
	if v.kind(name) != isFolder {
		return nil, fmt.Errorf("open /%s: %w", name, fs.ErrNotExist)
	}
	in := v.tree.folder(name)
	seen := v.seen[name]
	seen.listing = listingSum(in)
	v.seen[name] = seen
	names := slices.Sorted(maps.Keys(in))
	return slices.DeleteFunc(names, func(base string) bool { return v.ignored[path.Join(name, base)] }), nil
}

func listingSum(in folder) sum {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(in)) {
		fmt.Fprintf(hash, "%q%t", name, in[name])
	}
	return sum(hash.Sum(nil))
}

// rooted turns a path of kustomize, absolute below a root of its own, into one
// of the tree.
func rooted(name string) string { return inTree(filepath.ToSlash(name)) }

// ReadFile implements filesys.FileSystem.
func (v *view) ReadFile(name string) ([]byte, error) {
	content, err := v.read(rooted(name))
	if err != nil {
		return nil, err
	}
	if v.bytes += len(content); v.bytes > 4*maxBuildBytes {
		return nil, fmt.Errorf("/%s: %w", rooted(name), errBuildTooLarge)
	}
	return slices.Clip(content), nil
}

// Exists implements filesys.FileSystem.
func (v *view) Exists(name string) bool { return v.kind(rooted(name)) != absent }

// IsDir implements filesys.FileSystem.
func (v *view) IsDir(name string) bool { return v.kind(rooted(name)) == isFolder }

// CleanedAbs implements filesys.FileSystem.
func (v *view) CleanedAbs(name string) (filesys.ConfirmedDir, string, error) {
	if err := v.ctx.Err(); err != nil {
		return "", "", err
	}
	clean := rooted(name)
	switch v.kind(clean) {
	case isFolder:
		return filesys.ConfirmedDir(filepath.FromSlash("/" + clean)), "", nil
	case isFile:
		parent, base := split(clean)
		return filesys.ConfirmedDir(filepath.FromSlash("/" + parent)), base, nil
	case absent:
	}
	return "", "", fmt.Errorf("lstat /%s: %w", clean, os.ErrNotExist)
}

// Glob implements filesys.FileSystem. Kustomize calls it for Helm charts only,
// which are not built.
func (v *view) Glob(string) ([]string, error) { return nil, nil }

// walkManifests visits the folders and files below a folder in the order in
// which Flux does; visit returns true to leave a folder out.
func (v *view) walkManifests(folder string, visit func(name string, kind entryKind) (skip bool, err error)) error {
	names, err := v.list(folder)
	if err != nil {
		return err
	}
	if strings.Count(folder, "/") > maxLayerDepth {
		return errBuildTooLarge
	}
	for _, base := range names {
		name := path.Join(folder, base)
		kind := v.kind(name)
		skip, err := visit(name, kind)
		if err != nil {
			return err
		}
		if kind == isFolder && !skip {
			if err := v.walkManifests(name, visit); err != nil {
				return err
			}
		}
	}
	return nil
}
