package gitrepo

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// gitTimeLimit bounds all that is asked of Git: a hostile or damaged clone can
// make it wait for ever, for example with a FIFO named .gitignore.
const gitTimeLimit = 10 * time.Second

// gitReading is the reading of a clone, which goes on while the scan does.
type gitReading struct {
	// files is nil outside a work tree.
	files *gitFiles
	done  chan struct{}

	git      model.Git
	problems []model.Problem
}

// startGit begins to read the state of the clone that root belongs to. Its end
// must be awaited with wait.
func startGit(ctx context.Context, root string) *gitReading {
	return startGitWithin(ctx, root, gitTimeLimit)
}

func startGitWithin(ctx context.Context, root string, limit time.Duration) *gitReading {
	reading := &gitReading{done: make(chan struct{})}
	clone, err := findClone(ctx, root)
	if err != nil {
		if !errors.Is(err, ErrNoWorkTree) {
			reading.problems = []model.Problem{gitProblem(err)}
		}
		close(reading.done)
		return reading
	}
	reading.files = newGitFiles()
	go func() {
		defer close(reading.done)
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		reading.read(ctx, clone)
	}()
	return reading
}

// wait returns what Git said.
func (r *gitReading) wait() (model.Git, []model.Problem) {
	<-r.done
	return r.git, r.problems
}

func (r *gitReading) read(ctx context.Context, clone clone) {
	var state gitState
	program, err := exec.LookPath("git")
	if err == nil {
		state, err = askProgram(ctx, program, clone, r.files)
	}
	if err != nil {
		state = askLibrary(ctx, clone, r.files)
	}
	r.git, r.problems = state.git, state.problems
	r.git.Known = state.known
	if state.known {
		r.git.WorkTree = sanitize.Path(clone.workTree)
		r.git.Prefix = sanitize.Path(clone.prefix)
		r.git.Linked = clone.linked
		r.git.Shallow = clone.shallow
	}
}

// gitState is the answer of the git program or of the library. known is false
// when Git refuses to say anything of this clone.
type gitState struct {
	known    bool
	git      model.Git
	problems []model.Problem
}

// gitProblem words an error for the report. Its message may quote Git, which
// quotes the repository.
func gitProblem(err error) model.Problem {
	problem := model.Problem{
		Source:  "repository",
		Code:    "GitFailed",
		Message: sanitize.Line(err.Error(), 0),
		Hint:    "run git status in this folder to see what is wrong with the clone",
	}
	var refused *dubiousOwnershipError
	switch {
	case errors.As(err, &refused):
		problem.Code = "GitDubiousOwnership"
		problem.Hint = "if you trust it: git config --global --add safe.directory " + shellQuote(sanitize.Path(refused.workTree))
	case errors.Is(err, errBareRepository):
		problem.Code = "GitBareRepository"
		problem.Hint = "clone it, or name the folder of a work tree with --repo"
	case errors.Is(err, context.DeadlineExceeded):
		problem.Code = "GitTimeout"
		problem.Hint = "without an answer of Git, changed and untracked files are not known"
	}
	return problem
}

// shellQuote makes a path safe to copy into a POSIX shell.
func shellQuote(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@%") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// ErrNoWorkTree says that a folder belongs to no Git work tree.
var ErrNoWorkTree = errors.New("not in a Git work tree")

var errBareRepository = errors.New("this is a Git repository without a work tree")

// WorkTree finds the Git work tree that encloses dir and returns its absolute
// path, symbolic links resolved. It reads folders only, so it needs no git
// program and runs nothing that the repository configures. The error is
// ErrNoWorkTree when there is none.
func WorkTree(ctx context.Context, dir string) (string, error) {
	clone, err := findClone(ctx, dir)
	return clone.workTree, err
}

// clone is where the parts of a clone are, by absolute paths.
type clone struct {
	// folder is the folder asked about, prefix the same relative to workTree
	// with forward slashes, empty when they are one.
	folder   string
	workTree string
	prefix   string
	// gitDir holds HEAD and the index, commonDir the configuration, the refs
	// and the objects; they differ in a linked work tree.
	gitDir    string
	commonDir string
	linked    bool
	shallow   bool
}

// findClone walks up from dir as Git does: at each level an entry named .git
// comes first, and a folder that is itself a repository ends the search.
func findClone(ctx context.Context, dir string) (clone, error) {
	folder, err := filepath.Abs(dir)
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder)
	}
	if err != nil {
		return clone{}, err
	}
	for level := folder; ; level = filepath.Dir(level) {
		if err := ctx.Err(); err != nil {
			return clone{}, err
		}
		if gitDir, ok := gitDirOf(filepath.Join(level, ".git")); ok {
			found := clone{folder: folder, workTree: level, gitDir: gitDir, commonDir: gitDir}
			if relative, err := filepath.Rel(level, folder); err == nil && relative != "." {
				found.prefix = filepath.ToSlash(relative)
			}
			if common, ok := readPointer(filepath.Join(gitDir, "commondir"), ""); ok {
				found.linked = true
				found.commonDir = common
			}
			_, err := os.Lstat(filepath.Join(found.commonDir, "shallow"))
			found.shallow = err == nil
			return found, nil
		}
		if isGitDir(level) {
			return clone{}, errBareRepository
		}
		if level == filepath.Dir(level) {
			return clone{}, ErrNoWorkTree
		}
	}
}

// gitDirOf resolves a .git entry: the repository itself, or the file that
// points to it in submodules and linked work trees.
func gitDirOf(path string) (string, bool) {
	if isGitDir(path) {
		return path, true
	}
	target, ok := readPointer(path, "gitdir: ")
	if !ok {
		return "", false
	}
	return target, isGitDir(target)
}

// isGitDir applies the test of Git itself: HEAD, refs and objects exist, the
// latter two perhaps in the repository that a linked work tree shares.
func isGitDir(path string) bool {
	if _, err := os.Lstat(filepath.Join(path, "HEAD")); err != nil {
		return false
	}
	if common, ok := readPointer(filepath.Join(path, "commondir"), ""); ok {
		path = common
	}
	return isFolder(filepath.Join(path, "objects")) && isFolder(filepath.Join(path, "refs"))
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// readPointer reads a one-line file that names another path, relative to the
// folder that holds the file.
func readPointer(file, prefix string) (string, bool) {
	// The file is looked at before it is opened: opening a FIFO blocks.
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 32<<10 {
		return "", false
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", false
	}
	target, ok := strings.CutPrefix(strings.TrimRight(string(content), "\r\n"), prefix)
	if !ok || target == "" {
		return "", false
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(filepath.Dir(file), target)
	}
	return filepath.Clean(target), true
}
