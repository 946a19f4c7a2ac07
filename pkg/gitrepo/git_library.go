package gitrepo

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// maxGitObject bounds one commit, tag or tree that go-git loads into memory.
const maxGitObject = 64 << 20

// maxComparedCommits bounds the walk that counts ahead and behind.
const maxComparedCommits = 20000

// askLibrary reads a clone with go-git, for machines without the git program.
// go-git runs nothing, so it need not care who owns the clone; it knows neither
// .gitattributes nor included configuration files.
func askLibrary(ctx context.Context, clone clone, files *gitFiles) gitState {
	state := gitState{known: true, problems: []model.Problem{{
		Source:  "repository",
		Code:    "GitProgramMissing",
		Message: "there is no git program: a file whose line ends or content a Git attribute changes may count as changed, included configuration is not read",
		Hint:    "install git",
	}}}
	read, err := abandonable(ctx, func() (*libraryClone, error) { return openLibrary(clone) })
	if err != nil {
		files.setTracked(nil)
		files.setUntracked(fileSet{})
		state.problems = append(state.problems, gitProblem(fmt.Errorf("reading the clone without the git program: %w", err)))
		return state
	}
	files.setTracked(read.tracked)
	state.git = read.git
	found, err := abandonable(ctx, read.changes)
	status := gitStatus{changes: found.changes}
	files.setUntracked(status.untracked())
	if err != nil {
		state.problems = append(state.problems, gitProblem(fmt.Errorf("comparing files without the git program: %w", err)))
		return state
	}
	state.git.Nested = found.nested
	state.git.Changed = status.changed()
	state.git.ChangesKnown = true
	return state
}

// abandonable waits for work until the context ends. go-git cannot be
// interrupted, and may wait for ever for a FIFO: then its goroutine is left
// behind, in a process that is about to end. A panic over a damaged clone
// becomes an error.
func abandonable[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r.err = fmt.Errorf("go-git failed: %v", p)
			}
			done <- r
		}()
		r.value, r.err = work()
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// boundedStorage refuses objects that would fill the memory.
type boundedStorage struct{ storage.Storer }

func (s boundedStorage) EncodedObject(kind plumbing.ObjectType, hash plumbing.Hash) (plumbing.EncodedObject, error) {
	size, err := s.EncodedObjectSize(hash)
	if err == nil && size > maxGitObject {
		return nil, fmt.Errorf("object %s has %d bytes, more than the limit of %d", hash, size, maxGitObject)
	}
	return s.Storer.EncodedObject(kind, hash)
}

// libraryClone is a clone as go-git knows it.
type libraryClone struct {
	repository *git.Repository
	folder     string
	prefix     string
	git        model.Git
	tracked    *fileSet
}

func openLibrary(clone clone) (*libraryClone, error) {
	var common billy.Filesystem
	if clone.commonDir != clone.gitDir {
		common = osfs.New(clone.commonDir)
	}
	stored := filesystem.NewStorage(dotgit.NewRepositoryFilesystem(osfs.New(clone.gitDir), common), cache.NewObjectLRUDefault())
	repository, err := git.Open(boundedStorage{stored}, osfs.New(clone.workTree))
	if err != nil {
		return nil, err
	}
	c := &libraryClone{repository: repository, prefix: clone.prefix, folder: clone.folder}
	index, err := repository.Storer.Index()
	if err != nil {
		return nil, fmt.Errorf("reading the index: %w", err)
	}
	c.tracked = newFileSet(len(index.Entries))
	for _, entry := range index.Entries {
		path, ok := relativeTo(clone.prefix, entry.Name)
		switch {
		case !ok:
		case entry.Mode == filemode.Submodule:
			c.git.Submodules = append(c.git.Submodules, path)
		default:
			c.tracked.add(path)
		}
	}
	c.git.Submodules = printable(c.git.Submodules)

	settings, err := repository.Config()
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	urls := map[string]string{}
	for name, remote := range settings.Remotes {
		if len(remote.URLs) > 0 {
			urls[name] = remote.URLs[0]
		}
	}
	// go-git has applied url.<base>.insteadOf already.
	c.git.Remotes = remotesOf(urls, nil)
	return c, c.readHead(settings)
}

func (c *libraryClone) readHead(settings *config.Config) error {
	head, err := c.repository.Reference(plumbing.HEAD, false)
	if err != nil {
		return fmt.Errorf("reading HEAD: %w", err)
	}
	hash := head.Hash()
	if head.Type() == plumbing.SymbolicReference {
		c.git.Branch = sanitize.Line(head.Target().Short(), maxGitName)
		branch, err := c.repository.Reference(head.Target(), true)
		if errors.Is(err, plumbing.ErrReferenceNotFound) {
			return nil // no commit yet
		}
		if err != nil {
			return fmt.Errorf("reading the branch: %w", err)
		}
		hash = branch.Hash()
	} else {
		c.git.Detached = true
	}
	c.git.Head = hash.String()
	commit, err := c.repository.CommitObject(hash)
	if err != nil {
		return fmt.Errorf("reading the commit of HEAD: %w", err)
	}
	c.git.LastCommit = commit.Committer.When.UTC()
	if err := c.readTags(hash); err != nil {
		return fmt.Errorf("reading tags: %w", err)
	}
	if upstream := upstreamOf(settings, head.Target()); upstream != "" {
		c.git.Upstream = sanitize.Line(upstream.Short(), maxGitName)
		if ref, err := c.repository.Reference(upstream, true); err == nil {
			c.git.Ahead, c.git.Behind, c.git.Compared = c.compare(hash, ref.Hash())
		}
	}
	return nil
}

func (c *libraryClone) readTags(head plumbing.Hash) error {
	tags, err := c.repository.Tags()
	if err != nil {
		return err
	}
	err = tags.ForEach(func(ref *plumbing.Reference) error {
		names := ref.Hash() == head
		if !names {
			tag, err := c.repository.TagObject(ref.Hash())
			names = err == nil && tag.Target == head
		}
		if names {
			c.git.Tags = append(c.git.Tags, sanitize.Line(ref.Name().Short(), maxGitName))
		}
		return nil
	})
	slices.Sort(c.git.Tags)
	return err
}

// upstreamOf is the remote-tracking branch that a branch follows: its merge
// setting, mapped by the fetch specifications of its remote.
func upstreamOf(settings *config.Config, branch plumbing.ReferenceName) plumbing.ReferenceName {
	if !branch.IsBranch() {
		return ""
	}
	follows, ok := settings.Branches[branch.Short()]
	if !ok || follows.Merge == "" {
		return ""
	}
	if follows.Remote == "." {
		return follows.Merge
	}
	remote, ok := settings.Remotes[follows.Remote]
	if !ok {
		return ""
	}
	for _, spec := range remote.Fetch {
		if spec.Match(follows.Merge) {
			return spec.Dst(follows.Merge)
		}
	}
	return ""
}

// compare counts the commits that only one of two histories has. It walks both
// together, newest first, until all that is left belongs to both; known is
// false when the limit comes first.
func (c *libraryClone) compare(head, upstream plumbing.Hash) (ahead, behind int, known bool) {
	const fromHead, fromUpstream, both = 1, 2, 3
	seen := map[plumbing.Hash]uint8{}
	var queue commitQueue
	visit := func(hash plumbing.Hash, from uint8) {
		before := seen[hash]
		if before|from == before {
			return
		}
		seen[hash] = before | from
		// A commit that a shallow or damaged clone lacks ends its history.
		if commit, err := c.repository.CommitObject(hash); err == nil {
			heap.Push(&queue, commit)
		}
	}
	visit(head, fromHead)
	visit(upstream, fromUpstream)
	for queue.Len() > 0 && slices.ContainsFunc(queue, func(commit *object.Commit) bool { return seen[commit.Hash] != both }) {
		if len(seen) > maxComparedCommits {
			return 0, 0, false
		}
		commit := heap.Pop(&queue).(*object.Commit)
		for _, parent := range commit.ParentHashes {
			visit(parent, seen[commit.Hash])
		}
	}
	for _, from := range seen {
		switch from {
		case fromHead:
			ahead++
		case fromUpstream:
			behind++
		}
	}
	return ahead, behind, true
}

// commitQueue is a heap of commits, newest first.
type commitQueue []*object.Commit

func (q commitQueue) Len() int { return len(q) }

func (q commitQueue) Less(i, j int) bool { return q[i].Committer.When.After(q[j].Committer.When) }

func (q commitQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *commitQueue) Push(x any) { *q = append(*q, x.(*object.Commit)) }

// Pop implements heap.Interface.
func (q *commitQueue) Pop() any {
	last := len(*q) - 1
	commit := (*q)[last]
	*q = (*q)[:last]
	return commit
}

// nestedFinder finds repositories that lie inside the scanned folder; go-git
// takes their files for untracked files of this one.
type nestedFinder struct {
	folder string
	// known holds the nested repository that encloses a folder, or nothing.
	known map[string]string
}

func (n *nestedFinder) enclosing(path string) string {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return ""
	}
	parent := path[:i]
	if found, ok := n.known[parent]; ok {
		return found
	}
	found := n.enclosing(parent)
	if found == "" {
		if _, ok := gitDirOf(filepath.Join(n.folder, filepath.FromSlash(parent), ".git")); ok {
			found = parent
		}
	}
	n.known[parent] = found
	return found
}

func (n *nestedFinder) all() []string {
	var all []string
	for folder, enclosing := range n.known {
		if folder == enclosing {
			all = append(all, folder)
		}
	}
	return printable(all)
}

// libraryChanges is what differs between HEAD, the index and the files.
type libraryChanges struct {
	changes []gitChange
	nested  []string
}

// changes compares HEAD, the index and the files.
func (c *libraryClone) changes() (libraryChanges, error) {
	tree, err := c.repository.Worktree()
	if err != nil {
		return libraryChanges{}, err
	}
	// The user's own list of what to ignore; without one there is no error.
	tree.Excludes, err = gitignore.LoadGlobalPatterns(osfs.New("/"))
	if err != nil {
		return libraryChanges{}, err
	}
	status, err := tree.Status()
	if err != nil {
		return libraryChanges{}, err
	}
	var changes []gitChange
	nested := nestedFinder{folder: c.folder, known: map[string]string{}}
	for path, file := range status {
		code := string([]byte{byte(file.Staging), byte(file.Worktree)})
		path, ok := relativeTo(c.prefix, path)
		if !ok || code == "  " || slices.Contains(c.git.Submodules, path) {
			continue
		}
		if code == "??" && nested.enclosing(path) != "" {
			continue
		}
		// go-git finds no renames: one is a deletion and an addition.
		changes = append(changes, gitChange{code: code, path: path})
	}
	slices.SortFunc(changes, func(a, b gitChange) int { return strings.Compare(a.path, b.path) })
	return libraryChanges{changes: changes, nested: nested.all()}, nil
}
