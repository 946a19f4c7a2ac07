package gitrepo

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

const (
	// maxGitObject bounds one commit, tag or tree that is loaded into memory.
	maxGitObject = 16 << 20
	// maxComparedCommits bounds the walk that counts ahead and behind.
	maxComparedCommits = 20000
)

// askLibrary reads a clone with the storage packages of go-git, for machines
// without the git program. (The package go-git itself adds 5 MB to the binary,
// most of it for SSH and OpenPGP; these add 1 MB.) Nothing is run, so that it
// need not matter who owns the clone.
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
	files.setTracked(read.tracked())
	state.git = read.git
	changes, err := abandonable(ctx, func() (libraryChanges, error) { return read.changes(ctx) })
	status := gitStatus{changes: changes.list}
	files.setUntracked(status.untracked())
	if err != nil {
		state.problems = append(state.problems, gitProblem(fmt.Errorf("comparing files without the git program: %w", err)))
		return state
	}
	state.git.Nested = printable(changes.nested)
	state.git.Changed = status.changed()
	state.git.ChangesKnown = true
	return state
}

// abandonable waits for work until the context ends. The library cannot be
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
				r.err = fmt.Errorf("the clone is damaged: %v", p)
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

// libraryClone is a clone as the library reads it.
type libraryClone struct {
	clone
	storage *filesystem.Storage
	config  *config.Config
	index   *index.Index
	// tree is that of HEAD, zero before the first commit.
	tree plumbing.Hash
	git  model.Git
}

func openLibrary(clone clone) (*libraryClone, error) {
	var common billy.Filesystem
	if clone.commonDir != clone.gitDir {
		common = osfs.New(clone.commonDir)
	}
	c := &libraryClone{
		clone:   clone,
		storage: filesystem.NewStorage(dotgit.NewRepositoryFilesystem(osfs.New(clone.gitDir), common), cache.NewObjectLRUDefault()),
	}
	var err error
	if c.config, err = c.storage.Config(); err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	if err := c.checkFormat(); err != nil {
		return nil, err
	}
	if c.index, err = c.storage.Index(); err != nil {
		return nil, fmt.Errorf("reading the index: %w", err)
	}
	for _, entry := range c.index.Entries {
		if path, ok := relativeTo(clone.prefix, entry.Name); ok && entry.Mode == filemode.Submodule {
			c.git.Submodules = append(c.git.Submodules, sanitize.Path(path))
		}
	}
	slices.Sort(c.git.Submodules)
	urls := map[string]string{}
	for name, remote := range c.config.Remotes {
		if len(remote.URLs) > 0 {
			urls[name] = remote.URLs[0]
		}
	}
	// The library has applied url.<base>.insteadOf already.
	c.git.Remotes = remotesOf(urls, nil)
	return c, c.readHead()
}

// checkFormat refuses repositories that say that they can only be read by
// programs that know an extension, as gitrepository-layout(5) asks.
func (c *libraryClone) checkFormat() error {
	version := c.config.Raw.Section("core").Option("repositoryformatversion")
	if version == "" || version == "0" {
		return nil
	}
	for _, option := range c.config.Raw.Section("extensions").Options {
		key, value := strings.ToLower(option.Key), strings.ToLower(option.Value)
		switch {
		case slices.Contains([]string{"noop", "preciousobjects", "partialclone", "worktreeconfig", "relativeworktrees"}, key):
		case key == "objectformat" && value == "sha1", key == "refstorage" && value == "files":
		default:
			return fmt.Errorf("the repository needs the extension %s=%s", key, value)
		}
	}
	if version != "1" {
		return fmt.Errorf("the repository has the format version %s", version)
	}
	return nil
}

// tracked are the files of the index below the scanned folder.
func (c *libraryClone) tracked() *fileSet {
	files := newFileSet(len(c.index.Entries))
	for _, entry := range c.index.Entries {
		if path, ok := relativeTo(c.prefix, entry.Name); ok && entry.Mode != filemode.Submodule {
			files.add(path)
		}
	}
	return files
}

func (c *libraryClone) readHead() error {
	head, err := c.storage.Reference(plumbing.HEAD)
	if err != nil {
		return fmt.Errorf("reading HEAD: %w", err)
	}
	hash := head.Hash()
	if head.Type() == plumbing.SymbolicReference {
		c.git.Branch = sanitize.Line(head.Target().Short(), maxGitName)
		branch, err := storer.ResolveReference(c.storage, head.Target())
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
	commit, err := c.commit(hash)
	if err != nil {
		return fmt.Errorf("reading the commit of HEAD: %w", err)
	}
	c.tree = commit.tree
	c.git.LastCommit = commit.committed
	if err := c.readTags(hash); err != nil {
		return fmt.Errorf("reading tags: %w", err)
	}
	if upstream := c.upstreamOf(head.Target()); upstream != "" {
		c.git.Upstream = sanitize.Line(upstream.Short(), maxGitName)
		if ref, err := storer.ResolveReference(c.storage, upstream); err == nil {
			c.git.Ahead, c.git.Behind, c.git.Compared = c.compare(hash, ref.Hash())
		}
	}
	return nil
}

func (c *libraryClone) readTags(head plumbing.Hash) error {
	refs, err := c.storage.IterReferences()
	if err != nil {
		return err
	}
	err = refs.ForEach(func(ref *plumbing.Reference) error {
		if ref.Name().IsTag() && (ref.Hash() == head || c.tagTarget(ref.Hash()) == head) {
			c.git.Tags = append(c.git.Tags, sanitize.Line(ref.Name().Short(), maxGitName))
		}
		return nil
	})
	slices.Sort(c.git.Tags)
	return err
}

// tagTarget is what an annotated tag names, zero for any other object.
func (c *libraryClone) tagTarget(hash plumbing.Hash) plumbing.Hash {
	content, err := c.object(plumbing.TagObject, hash)
	if err != nil {
		return plumbing.ZeroHash
	}
	line, _, _ := bytes.Cut(content, []byte{'\n'})
	target, _ := bytes.CutPrefix(line, []byte("object "))
	return plumbing.NewHash(string(target))
}

// object reads one object that is not too large.
func (c *libraryClone) object(kind plumbing.ObjectType, hash plumbing.Hash) ([]byte, error) {
	size, err := c.storage.EncodedObjectSize(hash)
	if err != nil {
		return nil, err
	}
	if size > maxGitObject {
		return nil, fmt.Errorf("object %s has %d bytes, more than the limit of %d", hash, size, maxGitObject)
	}
	object, err := c.storage.EncodedObject(kind, hash)
	if err != nil {
		return nil, err
	}
	reader, err := object.Reader()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return io.ReadAll(io.LimitReader(reader, maxGitObject))
}

// libraryCommit is what is read of a commit.
type libraryCommit struct {
	hash      plumbing.Hash
	tree      plumbing.Hash
	parents   []plumbing.Hash
	committed time.Time
}

// commit reads the headers of a commit: they come first, one on a line, and end
// with an empty line.
func (c *libraryClone) commit(hash plumbing.Hash) (libraryCommit, error) {
	commit := libraryCommit{hash: hash}
	content, err := c.object(plumbing.CommitObject, hash)
	if err != nil {
		return commit, err
	}
	for line := range bytes.Lines(content) {
		key, value, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), " ")
		switch key {
		case "":
			return commit, nil
		case "tree":
			commit.tree = plumbing.NewHash(value)
		case "parent":
			commit.parents = append(commit.parents, plumbing.NewHash(value))
		case "committer":
			// Name <address> seconds zone
			if fields := strings.Fields(value[strings.LastIndexByte(value, '>')+1:]); len(fields) > 0 {
				if seconds, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
					commit.committed = time.Unix(seconds, 0).UTC()
				}
			}
		}
	}
	return commit, nil
}

// upstreamOf is the remote-tracking branch that a branch follows: its merge
// setting, mapped by the fetch specifications of its remote.
func (c *libraryClone) upstreamOf(branch plumbing.ReferenceName) plumbing.ReferenceName {
	if !branch.IsBranch() {
		return ""
	}
	follows, ok := c.config.Branches[branch.Short()]
	if !ok || follows.Merge == "" {
		return ""
	}
	if follows.Remote == "." {
		return follows.Merge
	}
	remote, ok := c.config.Remotes[follows.Remote]
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
		if commit, err := c.commit(hash); err == nil {
			heap.Push(&queue, commit)
		}
	}
	visit(head, fromHead)
	visit(upstream, fromUpstream)
	for slices.ContainsFunc(queue, func(commit libraryCommit) bool { return seen[commit.hash] != both }) {
		if len(seen) > maxComparedCommits {
			return 0, 0, false
		}
		commit := heap.Pop(&queue).(libraryCommit)
		for _, parent := range commit.parents {
			visit(parent, seen[commit.hash])
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
type commitQueue []libraryCommit

func (q commitQueue) Len() int { return len(q) }

func (q commitQueue) Less(i, j int) bool { return q[i].committed.After(q[j].committed) }

func (q commitQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *commitQueue) Push(x any) { *q = append(*q, x.(libraryCommit)) }

// Pop implements heap.Interface.
func (q *commitQueue) Pop() any {
	last := len(*q) - 1
	commit := (*q)[last]
	*q = (*q)[:last]
	return commit
}
