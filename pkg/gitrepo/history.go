package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// Limits of the one walk through the log.
const (
	historyTimeLimit = 3 * time.Second
	// maxCommits bounds the walk. A fleet in which every image update is a
	// commit makes so many in a few weeks.
	maxCommits = 2000
	// maxTips bounds the starting points of the walk, one bit each.
	maxTips = 63
	// maxLogField bounds one record of the log, a file name or a subject.
	maxLogField = 1 << 20
)

// HistoryOptions say what to look for in the log.
type HistoryOptions struct {
	// Root is a folder of the clone, the one that was scanned.
	Root string
	// Revisions are full object names or names of refs that begin with refs/.
	Revisions []string
	// Upstream is the ref whose last push is looked up; may be empty.
	Upstream string
	// Files are those whose last commit is wanted, relative to Root.
	Files []string
}

// ErrNoGitProgram says that only the git program could tell.
var ErrNoGitProgram = errors.New("the git program was not found in PATH")

// ReadHistory walks the log once, from what is checked out and from the
// revisions, until all of them have met and the last commit of every file is
// known, and no further than a limit of commits and time.
func ReadHistory(ctx context.Context, opts HistoryOptions) (*model.History, error) {
	clone, err := findClone(ctx, opts.Root)
	if err != nil {
		return nil, err
	}
	path, err := exec.LookPath("git")
	if err != nil {
		return nil, ErrNoGitProgram
	}
	ctx, cancel := context.WithTimeout(ctx, historyTimeLimit)
	defer cancel()
	program := gitProgram{path: path, dir: clone.folder}
	history := &model.History{Tips: map[string]string{}}
	if err := program.resolve(ctx, history, opts.Revisions); err != nil || history.Head == "" {
		return nil, err
	}
	if opts.Upstream != "" {
		history.Pushed = program.lastPush(ctx, opts.Upstream)
	}
	err = program.walk(ctx, history, clone.prefix, opts.Files)
	history.Settle()
	return history, err
}

// resolve finds the commits of HEAD and of the revisions.
func (g gitProgram) resolve(ctx context.Context, history *model.History, revisions []string) error {
	asked := []string{"HEAD"}
	var input bytes.Buffer
	input.WriteString("HEAD^{commit}\n")
	for _, revision := range revisions {
		if strings.ContainsAny(revision, "\n\x00") || len(asked) == maxTips {
			continue
		}
		asked = append(asked, revision)
		input.WriteString(revision + "^{commit}\n")
	}
	out, err := g.run(ctx, input.Bytes(), "cat-file", "--batch-check=%(objectname) %(objecttype)")
	if err != nil {
		return err
	}
	for i, line := range strings.Split(strings.TrimRight(string(out), "\n"), "\n") {
		hash, ok := strings.CutSuffix(line, " commit")
		switch {
		case !ok || i >= len(asked):
		case i == 0:
			history.Head = hash
		default:
			history.Tips[asked[i]] = hash
		}
	}
	return nil
}

// lastPush is when this clone pushed to the branch, if that is the last that
// happened to its copy of it.
func (g gitProgram) lastPush(ctx context.Context, ref string) time.Time {
	out, err := g.run(ctx, nil, "log", "--walk-reflogs", "--max-count=1", "--no-show-signature", "--no-patch", "--date=unix", "--format=%gd%n%gs", ref, "--")
	if err != nil {
		return time.Time{} // no reflog is kept
	}
	selector, message, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if message != "update by push" {
		return time.Time{}
	}
	_, stamp, _ := strings.Cut(selector, "@{")
	seconds, err := strconv.ParseInt(strings.TrimSuffix(stamp, "}"), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// walk reads the log as far as it is needed. A time limit that is reached only
// makes it shorter.
func (g gitProgram) walk(ctx context.Context, history *model.History, prefix string, files []string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	args := []string{
		"log", "-z", "--max-count=" + strconv.Itoa(maxCommits), "--format=%x01%H%x1f%P%x1f%ct%x1f%an%x1f%s", "--name-only", "--no-renames", "--no-ext-diff",
		"--no-textconv", "--no-show-signature", "--no-mailmap", "--no-decorate", "--no-notes", "--ignore-submodules=all", history.Head,
	}
	for _, tip := range history.Tips {
		args = append(args, tip)
	}
	cmd := g.command(ctx, append(args, "--")...)
	stderr := &limitedBuffer{limit: 64 << 10}
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return fmt.Errorf("running git log: %w", err)
	}
	walk := newLogWalk(history, prefix, files)
	enough := walk.read(out)
	cancel()
	err = cmd.Wait()
	switch {
	case enough:
		history.Truncated = true
	case len(history.Commits) >= maxCommits, ctx.Err() != nil && len(walk.pending) > 0:
		history.Truncated = true
	case err != nil && len(history.Commits) == 0:
		return fmt.Errorf("git log: %s", sanitize.Line(stderr.String(), 0))
	}
	return nil
}

// logWalk is the state of reading the log. pending are the commits that come next,
// each with a bit for every tip that leads to it.
type logWalk struct {
	history *model.History
	prefix  string
	wanted  map[string]bool
	pending map[string]uint64
	all     uint64
	apart   int // how many of pending do not have all bits
	flags   uint64
}

func newLogWalk(history *model.History, prefix string, files []string) *logWalk {
	w := &logWalk{history: history, prefix: prefix, wanted: make(map[string]bool, len(files)), pending: map[string]uint64{}}
	for _, file := range files {
		w.wanted[file] = true
	}
	w.all = 1
	w.lead(history.Head, 1)
	bit := uint64(1)
	for _, tip := range history.Tips {
		bit <<= 1
		w.all |= bit
		w.lead(tip, bit)
	}
	w.apart = 0
	for _, flags := range w.pending {
		if flags != w.all {
			w.apart++
		}
	}
	return w
}

// lead marks a commit as one that tips lead to.
func (w *logWalk) lead(hash string, flags uint64) {
	before, known := w.pending[hash]
	after := before | flags
	w.pending[hash] = after
	if known && before != w.all {
		w.apart--
	}
	if after != w.all {
		w.apart++
	}
}

// read takes records until there are no more, or until enough is known: then
// it returns true.
func (w *logWalk) read(out io.Reader) (enough bool) {
	scanner := bufio.NewScanner(out)
	scanner.Buffer(make([]byte, 64<<10), maxLogField)
	scanner.Split(splitNul)
	for scanner.Scan() {
		record := strings.TrimPrefix(scanner.Text(), "\n")
		commit, isCommit := strings.CutPrefix(record, "\x01")
		if !isCommit {
			w.file(record)
			continue
		}
		if len(w.wanted) == 0 && w.apart == 0 && len(w.history.Commits) > 0 {
			return len(w.pending) > 0
		}
		w.commit(commit)
	}
	return false
}

func (w *logWalk) commit(record string) {
	fields := strings.SplitN(record, "\x1f", 5)
	if len(fields) != 5 {
		return
	}
	commit := model.Commit{Hash: fields[0], Author: sanitize.Line(fields[3], maxGitName), Subject: sanitize.Line(fields[4], maxGitName)}
	if fields[1] != "" {
		commit.Parents = strings.Split(fields[1], " ")
	}
	if seconds, err := strconv.ParseInt(fields[2], 10, 64); err == nil {
		commit.Time = time.Unix(seconds, 0).UTC()
	}
	w.flags = w.pending[commit.Hash]
	delete(w.pending, commit.Hash)
	if w.flags != w.all {
		w.apart--
	}
	for _, parent := range commit.Parents {
		w.lead(parent, w.flags)
	}
	w.history.Commits = append(w.history.Commits, commit)
}

// file takes the name of a file that the latest commit changed.
func (w *logWalk) file(name string) {
	name, ok := relativeTo(w.prefix, name)
	if !ok || name == "" || len(w.history.Commits) == 0 {
		return
	}
	name = sanitize.Path(name)
	last := len(w.history.Commits) - 1
	w.history.Commits[last].Files = append(w.history.Commits[last].Files, name)
	if w.flags&1 != 0 {
		delete(w.wanted, name)
	}
}

func splitNul(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}
