package gitrepo

import (
	"bytes"
	"context"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

const (
	blameTimeLimit = 2 * time.Second
	// maxBlamed bounds the lines of one question.
	maxBlamed = 40
)

// Blame tells which commits wrote some lines, by file and line as they are at
// HEAD; Document does not matter. Files are relative to root, a folder of the
// clone. What cannot be told, because the history is cut off there or for want
// of time, is left out.
func Blame(ctx context.Context, root string, lines []model.Location) map[model.Location]*model.Commit {
	clone, err := findClone(ctx, root)
	if err != nil {
		return nil
	}
	path, err := exec.LookPath("git")
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, blameTimeLimit)
	defer cancel()
	program := gitProgram{path: path, dir: clone.folder}
	byFile := map[string][]model.Location{}
	var files []string
	for i, line := range lines {
		if line.File == "" || line.Line < 1 || i >= maxBlamed {
			continue
		}
		if byFile[line.File] == nil {
			files = append(files, line.File)
		}
		byFile[line.File] = append(byFile[line.File], line)
	}
	found := map[model.Location]*model.Commit{}
	for _, file := range files {
		args := []string{"blame", "--porcelain", "--no-textconv"}
		for _, line := range byFile[file] {
			n := strconv.Itoa(line.Line)
			args = append(args, "-L", n+","+n)
		}
		out, err := program.run(ctx, nil, append(args, "HEAD", "--", file)...)
		if err != nil {
			continue
		}
		commits := parseBlame(out, clone.shallow)
		for _, line := range byFile[file] {
			if commit := commits[line.Line]; commit != nil {
				found[line] = commit
			}
		}
	}
	return found
}

// parseBlame reads the porcelain format of git-blame(1): for each line its
// commit, the details of a commit when it is named first, and the text after a
// tab. Commits at the end of a shallow history did not write the line for sure.
func parseBlame(out []byte, shallow bool) map[int]*model.Commit {
	commits := map[string]*model.Commit{}
	byLine := map[int]*model.Commit{}
	var cutOff []*model.Commit
	var current *model.Commit
	for text := range bytes.Lines(out) {
		line := strings.TrimRight(string(text), "\n")
		key, value, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "\t"):
			current = nil
		case current == nil:
			fields := strings.Fields(line)
			if len(fields) < 3 {
				return byLine
			}
			if commits[fields[0]] == nil {
				commits[fields[0]] = &model.Commit{Hash: fields[0]}
			}
			current = commits[fields[0]]
			if n, err := strconv.Atoi(fields[2]); err == nil {
				byLine[n] = current
			}
		case key == "author":
			current.Author = sanitize.Line(value, maxGitName)
		case key == "committer-time":
			if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
				current.Time = time.Unix(seconds, 0).UTC()
			}
		case key == "summary":
			current.Subject = sanitize.Line(value, maxGitName)
		case key == "boundary" && shallow:
			cutOff = append(cutOff, current)
		}
	}
	for n, commit := range byLine {
		if slices.Contains(cutOff, commit) {
			delete(byLine, n)
		}
	}
	return byLine
}
