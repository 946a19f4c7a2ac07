package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
	"github.com/go-git/go-git/v5/plumbing/format/index"
)

// maxIgnoreFile bounds a .gitignore file, in bytes.
const maxIgnoreFile = 1 << 20

// libraryChanges is what differs between HEAD, the index and the files below
// the scanned folder.
type libraryChanges struct {
	list   []gitChange
	nested []string
}

// changes compares HEAD, the index and the files. A renamed file is one that
// was deleted and one that was added. Whether a file is executable is not
// compared.
func (c *libraryClone) changes(ctx context.Context) (libraryChanges, error) {
	var found libraryChanges
	committed := map[string]plumbing.Hash{}
	if !c.tree.IsZero() {
		err := c.readTree(ctx, c.tree, "", func(name, _ string, hash plumbing.Hash) error {
			committed[name] = hash
			if len(committed) > maxFiles {
				return errTreeTooLarge
			}
			return nil
		})
		if err != nil {
			return found, fmt.Errorf("reading the files of HEAD: %w", err)
		}
	}
	unmerged := map[string]int{}
	for _, entry := range c.index.Entries {
		name, ok := relativeTo(c.prefix, entry.Name)
		if !ok {
			continue
		}
		if err := ctx.Err(); err != nil {
			return found, err
		}
		if entry.Stage > 0 {
			unmerged[name] |= 1 << (entry.Stage - 1)
			delete(committed, entry.Name)
			continue
		}
		code := []byte("  ")
		before, ok := committed[entry.Name]
		switch {
		case entry.IntentToAdd:
			code[1] = 'A'
		case !ok:
			code[0] = 'A'
		case before != entry.Hash:
			code[0] = 'M'
		}
		delete(committed, entry.Name)
		if !entry.IntentToAdd && !entry.SkipWorktree && entry.Mode != filemode.Submodule {
			code[1] = c.compareFile(entry)
		}
		if string(code) != "  " {
			found.list = append(found.list, gitChange{code: string(code), path: name})
		}
	}
	for name, stages := range unmerged {
		found.list = append(found.list, gitChange{code: unmergedCodes[stages], path: name})
	}
	for name := range committed {
		if name, ok := relativeTo(c.prefix, name); ok {
			found.list = append(found.list, gitChange{code: "D ", path: name})
		}
	}
	walk := untrackedWalk{ctx: ctx, clone: c, tracked: c.tracked(), found: &found}
	if err := walk.start(); err != nil {
		return found, err
	}
	slices.SortFunc(found.list, func(a, b gitChange) int { return strings.Compare(a.path+a.code, b.path+b.code) })
	return found, nil
}

// unmergedCodes are the codes of git status for a file in conflict, by which of
// the common base (1), our (2) and their (4) version it has.
var unmergedCodes = [8]string{"UU", "DD", "AU", "UD", "UA", "DU", "AA", "UU"}

var errTreeTooLarge = errors.New("the tree is too large")

// readTree visits the files of a tree and of those below it. Each entry is an
// octal mode, a space, a name, NUL, and the 20 bytes of a hash.
func (c *libraryClone) readTree(ctx context.Context, hash plumbing.Hash, folder string, visit func(name, mode string, hash plumbing.Hash) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if strings.Count(folder, "/") > maxFolderDepth {
		return errTreeTooLarge
	}
	content, err := c.object(plumbing.TreeObject, hash)
	if err != nil {
		return err
	}
	for len(content) > 0 {
		head, rest, ok := bytes.Cut(content, []byte{0})
		mode, name, spaced := strings.Cut(string(head), " ")
		var entry plumbing.Hash
		if !ok || !spaced || len(rest) < len(entry) {
			return fmt.Errorf("tree %s is damaged", hash)
		}
		copy(entry[:], rest)
		content = rest[len(entry):]
		name = path.Join(folder, name)
		if mode != "40000" {
			if err := visit(name, mode, entry); err != nil {
				return err
			}
			continue
		}
		// Only what lies in, or leads to, the scanned folder.
		if within(c.prefix, name) || within(name, c.prefix) {
			if err := c.readTree(ctx, entry, name, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// compareFile tells how a file differs from its entry in the index: 'M', 'D' or
// a space. Equal size and time are proof enough, as they are for Git.
func (c *libraryClone) compareFile(entry *index.Entry) byte {
	file := filepath.Join(c.workTree, filepath.FromSlash(entry.Name))
	info, err := os.Lstat(file)
	isLink := entry.Mode == filemode.Symlink
	switch {
	case errors.Is(err, os.ErrNotExist):
		return 'D'
	case err != nil:
		return ' '
	case isLink != (info.Mode()&os.ModeSymlink != 0), !isLink && !info.Mode().IsRegular():
		return 'T'
	case uint32(info.Size()) != entry.Size && entry.Size != 0:
		return 'M'
	case info.ModTime().Equal(entry.ModifiedAt) && uint32(info.Size()) == entry.Size:
		return ' '
	}
	hash, err := blobHash(file, info)
	if err != nil || hash == entry.Hash {
		return ' '
	}
	return 'M'
}

// blobHash is the name that Git gives the content of a file, or the target of
// a link.
func blobHash(file string, info os.FileInfo) (plumbing.Hash, error) {
	if info.Mode()&os.ModeSymlink != 0 {
		target, err := os.Readlink(file)
		return plumbing.ComputeHash(plumbing.BlobObject, []byte(target)), err
	}
	content, err := os.Open(file)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	defer content.Close()
	hasher := plumbing.NewHasher(plumbing.BlobObject, info.Size())
	if _, err := io.Copy(hasher, content); err != nil {
		return plumbing.ZeroHash, err
	}
	return hasher.Sum(), nil
}

// untrackedWalk finds the files that are neither tracked nor ignored.
type untrackedWalk struct {
	ctx     context.Context
	clone   *libraryClone
	tracked *fileSet
	found   *libraryChanges
}

// start reads the lists of what to ignore from the work tree down to the scanned
// folder, and walks from there.
func (w *untrackedWalk) start() error {
	// The user's own list; without one there is no error.
	patterns, err := gitignore.LoadGlobalPatterns(osfs.New("/"))
	if err != nil {
		return fmt.Errorf("reading the user's list of ignored files: %w", err)
	}
	patterns = append(patterns, readIgnore(filepath.Join(w.clone.commonDir, "info", "exclude"), nil)...)
	var domain []string
	if w.clone.prefix != "" {
		for part := range strings.SplitSeq(w.clone.prefix, "/") {
			patterns = append(patterns, readIgnore(filepath.Join(w.clone.workTree, filepath.Join(domain...), ".gitignore"), domain)...)
			domain = append(slices.Clone(domain), part)
			if gitignore.NewMatcher(patterns).Match(domain, true) {
				return nil // all below is ignored
			}
		}
	}
	return w.folder("", domain, patterns)
}

// folder walks one folder; name is relative to the scanned one, domain to the
// work tree.
func (w *untrackedWalk) folder(name string, domain []string, patterns []gitignore.Pattern) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if len(domain) > maxFolderDepth || len(w.found.list) > maxFiles {
		return errors.New("the work tree is too large")
	}
	folder := filepath.Join(w.clone.folder, filepath.FromSlash(name))
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil //nolint:nilerr // git passes over folders that it may not read, too
	}
	patterns = append(slices.Clone(patterns), readIgnore(filepath.Join(folder, ".gitignore"), domain)...)
	matcher := gitignore.NewMatcher(patterns)
	for _, entry := range entries {
		path, parts := path.Join(name, entry.Name()), append(slices.Clone(domain), entry.Name())
		switch {
		case entry.Name() == ".git", w.tracked.names[path], matcher.Match(parts, entry.IsDir()):
		case !entry.IsDir():
			if entry.Type().IsRegular() || entry.Type()&os.ModeSymlink != 0 {
				w.found.list = append(w.found.list, gitChange{code: "??", path: path})
			}
		case w.isModule(path):
		case w.isRepository(path):
			w.found.nested = append(w.found.nested, path)
		default:
			if err := w.folder(path, parts, patterns); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *untrackedWalk) isModule(path string) bool {
	name := path
	if w.clone.prefix != "" {
		name = w.clone.prefix + "/" + path
	}
	entry, err := w.clone.index.Entry(name)
	return err == nil && entry.Mode == filemode.Submodule
}

func (w *untrackedWalk) isRepository(path string) bool {
	_, ok := gitDirOf(filepath.Join(w.clone.folder, filepath.FromSlash(path), ".git"))
	return ok
}

// readIgnore reads a list of patterns that hold below the folder that domain
// names. It looks before it opens: opening a FIFO blocks.
func readIgnore(file string, domain []string) []gitignore.Pattern {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxIgnoreFile {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var patterns []gitignore.Pattern
	for line := range strings.Lines(string(content)) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, gitignore.ParsePattern(line, domain))
		}
	}
	return patterns
}
