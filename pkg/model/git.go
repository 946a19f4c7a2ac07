package model

import "time"

// Git is the state of the clone that the scanned folder belongs to. Known is
// false when there is none; then everything else is empty.
type Git struct {
	Known bool
	// WorkTree is the absolute path of the work tree, Prefix the scanned
	// folder relative to it, empty when that is the work tree itself.
	WorkTree string
	Prefix   string
	// Head is the full object name of the commit checked out; empty before
	// the first commit.
	Head string
	// Branch is empty when Detached.
	Branch   string
	Detached bool
	// Upstream is the short name of the branch that Branch follows, for
	// example origin/main; empty when it follows none.
	Upstream string
	// Ahead and Behind count commits against Upstream. Compared is false when
	// nobody could count, for example because Upstream no longer exists.
	Ahead    int
	Behind   int
	Compared bool
	// Tags are the tags that name Head.
	Tags    []string
	Shallow bool
	// Linked is true in a work tree that "git worktree add" made.
	Linked bool
	// Changed lists changed paths below the scanned folder, sorted. It is
	// complete only when ChangesKnown is true: without the git program, or
	// when it fails, nobody compares the files with what Git recorded.
	Changed      []Change
	ChangesKnown bool
	// Submodules and Nested are folders that belong to other repositories:
	// the first are recorded by this one, the second only lie inside it.
	Submodules []string
	Nested     []string
	Remotes    []Remote
	// LastCommit is the committer time of Head; zero when unknown.
	LastCommit time.Time
}

// Change is one entry of git status.
type Change struct {
	// Path is relative to the scanned folder.
	Path string
	// Code is the two-letter porcelain code, staged then unstaged, for example
	// " M", "A " or "??".
	Code string
	// From is the former path of a file that was renamed or copied.
	From string
	// Flux is true for a file that Flux builds, or that could change what it
	// builds: manifests, kustomizations and what they name, charts, ignore rules.
	Flux bool
}

// Dirty is true when anything is staged, changed or untracked.
func (g Git) Dirty() bool { return len(g.Changed) > 0 }

// Staged is true when the change, or a part of it, is in the index.
func (c Change) Staged() bool { return len(c.Code) == 2 && c.Code[0] != ' ' && c.Code[0] != '?' }

// Untracked is true for a file that Git neither tracks nor ignores.
func (c Change) Untracked() bool { return c.Code == "??" }

// Remote is a remote of the clone; its URL holds no credentials.
type Remote struct {
	Name string
	URL  string
}
