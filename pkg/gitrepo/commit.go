package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// maxLinks bounds the symbolic links that are followed from one name.
const maxLinks = 40

// UnknownRevisionError says that a clone has no commit of that name.
type UnknownRevisionError struct {
	Revision string
	// Shallow is true when the clone has only the newest part of the history.
	Shallow bool
}

func (e *UnknownRevisionError) Error() string {
	return fmt.Sprintf("this clone has no commit %q", sanitize.Line(e.Revision, 200))
}

// Commit is the scanned folder as a commit has it, read from the objects of Git:
// nothing is checked out, and no filter or hook runs. It is a file system
// (io/fs) that may be read from several goroutines until it is closed.
type Commit struct {
	// Hash is the full object name.
	Hash string
	// Time is that of the committer.
	Time time.Time

	folders    map[string][]*commitEntry
	submodules []string
	objects    blobs
	mutex      sync.Mutex
	read       int64
}

// errNoObject is not fs.ErrNotExist: the file is there, its content is not.
var errNoObject = errors.New("its object is not in this clone")

// blobs reads the content of files by the names of their objects.
type blobs interface {
	blob(hash string, limit int64) ([]byte, error)
	close() error
}

// commitEntry is one file or folder of a commit.
type commitEntry struct {
	name string
	mode fs.FileMode
	hash string
	// size is -1 when it is not known before the object is read.
	size int64
}

// OpenCommit opens the folder root of a clone as it is at a revision: an object
// name, a branch, a tag, or anything else that git rev-parse takes. Close it
// after use. The error is an UnknownRevisionError when there is no such commit.
func OpenCommit(ctx context.Context, root, revision string) (*Commit, error) {
	clone, err := findClone(ctx, root)
	if err != nil {
		return nil, err
	}
	// An option would be taken as one, and no ref may begin with a dash.
	if revision == "" || strings.HasPrefix(revision, "-") || strings.ContainsAny(revision, "\x00\n") {
		return nil, &UnknownRevisionError{Revision: revision, Shallow: clone.shallow}
	}
	limited, cancel := context.WithTimeout(ctx, gitTimeLimit)
	defer cancel()
	if program, err := exec.LookPath("git"); err == nil {
		commit, err := openWithProgram(limited, ctx, gitProgram{path: program, dir: clone.folder}, clone, revision)
		if !errors.Is(err, errUnusable) {
			return commit, err
		}
	}
	return abandonable(limited, func() (*Commit, error) { return openWithLibrary(limited, clone, revision) })
}

// MergeBase returns the newest commit that a revision and HEAD share, which is
// where what happened here since then begins. Without the git program, and
// without a common commit, it is the commit of the revision itself.
func MergeBase(ctx context.Context, root, revision string) (string, error) {
	commit, err := OpenCommit(ctx, root, revision)
	if err != nil {
		return "", err
	}
	defer func() { _ = commit.Close() }() // it was only read
	clone, err := findClone(ctx, root)
	if err != nil {
		return "", err
	}
	program, err := exec.LookPath("git")
	if err != nil {
		return commit.Hash, nil
	}
	ctx, cancel := context.WithTimeout(ctx, gitTimeLimit)
	defer cancel()
	out, err := gitProgram{path: program, dir: clone.folder}.run(ctx, nil, "merge-base", "HEAD", commit.Hash)
	if base := strings.TrimSpace(string(out)); err == nil && isObjectName(base) {
		return base, nil
	}
	return commit.Hash, ctx.Err()
}

// ScanCommit reads a commit as Scan reads a work tree. What the clone says of
// its remotes and branch is taken over: it decides whose sources these are.
func ScanCommit(ctx context.Context, commit *Commit, clone model.Git) (*model.Repository, []model.Problem, error) {
	limited, cancel := context.WithTimeout(ctx, scanTimeLimit)
	defer cancel()
	git := model.Git{
		Known: true, WorkTree: clone.WorkTree, Prefix: clone.Prefix, Head: commit.Hash, LastCommit: commit.Time,
		Branch: clone.Branch, Detached: clone.Detached, Shallow: clone.Shallow, ChangesKnown: true,
		Remotes: clone.Remotes, Submodules: printable(slices.Clone(commit.submodules)),
	}
	repo, problems := read(limited, walk(limited, commitOrigin{commit}, nil), git, nil)
	return repo, problems, ctx.Err()
}

// Close ends the reading of objects.
func (c *Commit) Close() error {
	if c == nil {
		return nil
	}
	return c.objects.close()
}

// add enters a file by its path; folders above come by themselves.
func (c *Commit) add(name string, entry *commitEntry) {
	entry.name = path.Base(name)
	folder := folderOf(name)
	_, known := c.folders[folder]
	c.folders[folder] = append(c.folders[folder], entry)
	for !known && folder != "" {
		above := folderOf(folder)
		_, known = c.folders[above]
		c.folders[above] = append(c.folders[above], &commitEntry{name: path.Base(folder), mode: fs.ModeDir})
		folder = above
	}
}

// sort puts the entries of all folders in order.
func (c *Commit) sort() {
	for _, entries := range c.folders {
		slices.SortFunc(entries, func(a, b *commitEntry) int { return strings.Compare(a.name, b.name) })
	}
	slices.Sort(c.submodules)
}

// entry finds what stands at a path; nil when nothing does.
func (c *Commit) entry(name string) *commitEntry {
	if name == "" {
		return &commitEntry{name: ".", mode: fs.ModeDir}
	}
	entries := c.folders[folderOf(name)]
	at, ok := slices.BinarySearchFunc(entries, path.Base(name), func(e *commitEntry, base string) int { return strings.Compare(e.name, base) })
	if !ok {
		return nil
	}
	return entries[at]
}

// content reads a file. All reads together are bounded, as those of a scan are.
func (c *Commit) content(entry *commitEntry, limit int64) ([]byte, error) {
	if entry.size > limit {
		return nil, errTooLarge
	}
	content, err := c.objects.blob(entry.hash, limit)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.read += int64(len(content)); c.read > 2*maxTreeSize {
		return nil, errors.New("more of the commit was read than the limit allows")
	}
	return content, err
}

// behind follows the symbolic links of a path; ok is false when it leads to
// nothing, or out of the tree.
func (c *Commit) behind(name string) (found *commitEntry, real string, ok bool) {
	rest := strings.Split(name, "/")
	real = ""
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if real == "" {
				return nil, "", false
			}
			real = folderOf(real)
			continue
		}
		entry := c.entry(path.Join(real, part))
		if entry == nil {
			return nil, "", false
		}
		if entry.mode&fs.ModeSymlink == 0 {
			real = path.Join(real, part)
			continue
		}
		target, err := c.content(entry, 4096)
		if links++; err != nil || links > maxLinks || path.IsAbs(string(target)) {
			return nil, "", false
		}
		rest = append(strings.Split(string(target), "/"), rest...)
	}
	return c.entry(real), real, true
}

// Open implements fs.FS. The content of a file is read as a whole.
func (c *Commit) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	name = strings.TrimPrefix(name, ".")
	entry := c.entry(name)
	switch {
	case entry == nil:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case entry.mode.IsDir():
		return &openCommitFolder{entry: entry, rest: c.folders[name]}, nil
	case !entry.mode.IsRegular():
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("no regular file")}
	}
	content, err := c.content(entry, maxFileSize)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &openCommitFile{Reader: bytes.NewReader(content), entry: *entry, size: int64(len(content))}, nil
}

type openCommitFile struct {
	*bytes.Reader
	entry commitEntry
	size  int64
}

// Stat implements fs.File.
func (f *openCommitFile) Stat() (fs.FileInfo, error) {
	f.entry.size = f.size
	return f.entry, nil
}

// Close implements fs.File.
func (f *openCommitFile) Close() error { return nil }

type openCommitFolder struct {
	entry *commitEntry
	rest  []*commitEntry
}

// Stat implements fs.File.
func (f *openCommitFolder) Stat() (fs.FileInfo, error) { return *f.entry, nil }

// Read implements fs.File.
func (f *openCommitFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.entry.name, Err: errors.New("is a folder")}
}

// Close implements fs.File.
func (f *openCommitFolder) Close() error { return nil }

// ReadDir implements fs.ReadDirFile.
func (f *openCommitFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(f.rest) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(f.rest) {
		n = len(f.rest)
	}
	entries := make([]fs.DirEntry, n)
	for i, entry := range f.rest[:n] {
		entries[i] = fs.FileInfoToDirEntry(*entry)
	}
	f.rest = f.rest[n:]
	return entries, nil
}

// The methods of fs.FileInfo.

func (e commitEntry) Name() string       { return e.name }
func (e commitEntry) Size() int64        { return max(e.size, 0) }
func (e commitEntry) Mode() fs.FileMode  { return e.mode }
func (e commitEntry) ModTime() time.Time { return time.Time{} }
func (e commitEntry) IsDir() bool        { return e.mode.IsDir() }
func (e commitEntry) Sys() any           { return nil }

// commitOrigin lets a scan read a commit.
type commitOrigin struct{ *Commit }

func (o commitOrigin) folder(name string) (originFolder, error) {
	entry := o.entry(name)
	if entry == nil || !entry.mode.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &commitFolder{openCommitFolder{entry: entry, rest: o.folders[name]}, o.Commit, name}, nil
}

func (o commitOrigin) stat(name string) (fs.FileInfo, error) {
	entry, _, ok := o.behind(name)
	if !ok || entry == nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return *entry, nil
}

func (o commitOrigin) real(name string) (behind string, ok bool) {
	_, behind, ok = o.behind(name)
	return behind, ok
}

func (o commitOrigin) small(name string, limit int64) ([]byte, error) {
	entry, _, ok := o.behind(name)
	if !ok || entry == nil || !entry.mode.IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	return o.content(entry, limit)
}

type commitFolder struct {
	openCommitFolder
	commit *Commit
	name   string
}

func (f *commitFolder) open(base string) (originFile, error) {
	entry := f.commit.entry(path.Join(f.name, base))
	if entry == nil || !entry.mode.IsRegular() {
		return nil, fs.ErrNotExist
	}
	content, err := f.commit.content(entry, maxFileSize)
	if errors.Is(err, errTooLarge) {
		return nil, errFileTooLarge
	}
	return &commitContent{*bytes.NewReader(content)}, err
}

type commitContent struct{ bytes.Reader }

func (c *commitContent) Read(buffer []byte) (int, error) {
	n, err := c.Reader.Read(buffer)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func (c *commitContent) Close() {}

// isObjectName is true for the full name of an object, SHA-1 or SHA-256.
func isObjectName(text string) bool {
	return (len(text) == 40 || len(text) == 64) && strings.Trim(text, "0123456789abcdef") == ""
}
