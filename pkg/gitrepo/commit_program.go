package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// openWithProgram lists a commit with the git program. The listing must end with
// limited, objects are read until ctx ends.
func openWithProgram(limited, ctx context.Context, program gitProgram, clone clone, revision string) (*Commit, error) {
	out, err := program.run(limited, nil, "rev-parse", "--verify", "--quiet", revision+"^{commit}")
	hash := strings.TrimSpace(string(out))
	if exit, ok := errors.AsType[*gitExit](err); ok && (exit.message == "" || exit.fatal) {
		return nil, &UnknownRevisionError{Revision: revision, Shallow: clone.shallow}
	}
	if refused, ok := errors.AsType[*dubiousOwnershipError](err); ok {
		refused.workTree = clone.workTree
	}
	switch {
	case err != nil && unusable(err):
		return nil, errUnusable
	case err != nil:
		return nil, err
	case !isObjectName(hash):
		return nil, errUnusable
	}
	commit := &Commit{Hash: hash, folders: map[string][]*commitEntry{"": nil}}
	if out, err = program.run(limited, nil, "log", "-1", "--no-show-signature", "--no-patch", "--no-mailmap", "--format=%ct", hash); err == nil {
		if seconds, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64); err == nil {
			commit.Time = time.Unix(seconds, 0).UTC()
		}
	}
	tree := hash + "^{tree}"
	if clone.prefix != "" {
		// The folder may not have existed at that time.
		tree = hash + ":" + clone.prefix
		if _, err := program.run(limited, nil, "rev-parse", "--verify", "--quiet", tree); err != nil {
			commit.objects = &objectStream{}
			return commit, limited.Err()
		}
	}
	if out, err = program.run(limited, nil, "ls-tree", "-r", "-z", "-l", "--full-tree", tree); err != nil {
		return nil, fmt.Errorf("listing the files of %s: %w", hash, err)
	}
	if err := commit.list(out); err != nil {
		return nil, err
	}
	commit.objects, err = program.openObjects(ctx)
	return commit, err
}

// list reads the output of git ls-tree: mode, type, object and size, a tab and
// the path.
func (c *Commit) list(out []byte) error {
	files := 0
	for record := range bytes.SplitSeq(out, []byte{0}) {
		head, name, ok := strings.Cut(string(record), "\t")
		fields := strings.Fields(head)
		if !ok || len(fields) != 4 {
			continue
		}
		if files++; files > maxFiles {
			return fmt.Errorf("more than %d files in the commit %s", maxFiles, c.Hash)
		}
		entry := &commitEntry{hash: fields[2], size: -1}
		if size, err := strconv.ParseInt(fields[3], 10, 64); err == nil {
			entry.size = size
		}
		switch fields[0] {
		case "120000":
			entry.mode = fs.ModeSymlink
		case "160000":
			c.submodules = append(c.submodules, name)
			entry.mode = fs.ModeDir
		}
		c.add(name, entry)
	}
	c.sort()
	return nil
}

// objectStream asks one git process for one object after another.
type objectStream struct {
	mutex sync.Mutex
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	stop  context.CancelFunc
	err   error
}

func (g gitProgram) openObjects(ctx context.Context) (*objectStream, error) {
	ctx, stop := context.WithCancel(ctx)
	cmd := g.command(ctx, "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	var out io.ReadCloser
	if err == nil {
		out, err = cmd.StdoutPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		stop()
		return nil, fmt.Errorf("running git cat-file: %w", err)
	}
	return &objectStream{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 64<<10), stop: stop}, nil
}

// blob returns the content of one object. What git has announced is read to its
// end, so that the next answer is that to the next question.
func (s *objectStream) blob(hash string, limit int64) ([]byte, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.err != nil || s.cmd == nil {
		return nil, errors.Join(fs.ErrClosed, s.err)
	}
	content, size, err := s.ask(hash, limit)
	if err != nil {
		s.err = fmt.Errorf("reading objects of the clone: %w", err)
		return nil, s.err
	}
	switch {
	case size < 0:
		return nil, errNoObject
	case size > limit:
		return nil, errTooLarge
	}
	return content, nil
}

func (s *objectStream) ask(hash string, limit int64) (content []byte, size int64, err error) {
	if _, err := io.WriteString(s.in, hash+"\n"); err != nil {
		return nil, 0, err
	}
	header, err := s.out.ReadString('\n')
	if err != nil {
		return nil, 0, err
	}
	fields := strings.Fields(header)
	if len(fields) == 2 && fields[1] == "missing" {
		return nil, -1, nil
	}
	if len(fields) != 3 {
		return nil, 0, errors.New("git cat-file gave an answer that is none")
	}
	if size, err = strconv.ParseInt(fields[2], 10, 64); err != nil || size < 0 {
		return nil, 0, errors.New("git cat-file gave an object without size")
	}
	if size > limit {
		_, err = io.CopyN(io.Discard, s.out, size+1)
		return nil, size, err
	}
	content = make([]byte, size)
	if _, err = io.ReadFull(s.out, content); err == nil {
		_, err = s.out.Discard(1)
	}
	return content, size, err
}

func (s *objectStream) close() error {
	if s.cmd == nil {
		return nil
	}
	_ = s.in.Close()
	s.stop()
	_ = s.cmd.Wait() // it was stopped
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.err = fs.ErrClosed
	return nil
}
