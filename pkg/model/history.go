package model

import (
	"slices"
	"time"
)

// History is a part of the log of the clone: the commits that lie between what
// is checked out, what the remote has and what the cluster runs, and those that
// last touched the files asked for.
type History struct {
	// Commits are in the order of git log, newest first.
	Commits []Commit
	// Head is the commit that is checked out, Tips the commits of the revisions
	// and refs that were asked for. One that is missing is not in this clone.
	Head string
	Tips map[string]string
	// LastTouched has the index in Commits of the newest commit before Head that
	// changed a file, relative to the scanned folder.
	LastTouched map[string]int
	// Truncated is true when the log is longer than what was read: a commit that
	// is not among Commits may still exist.
	Truncated bool
	index     map[string]int
	// Pushed is when the followed branch of the remote was last pushed to from
	// this clone; zero when the last news of it came by a fetch.
	Pushed time.Time
}

// Commit is one commit of the log.
type Commit struct {
	Hash    string
	Parents []string
	Time    time.Time // of the committer
	Author  string
	Subject string
	// Files are those that the commit changed below the scanned folder, sorted;
	// none for a merge.
	Files []string
}

// Between returns the commits, newest first, that lead to one commit and not to
// another. complete is false when one of the two, or a part of the way, lies
// beyond the commits that were read.
func (h *History) Between(to, notTo string) (commits []Commit, complete bool) {
	reached, foundTo := h.ancestors(to)
	excluded, foundNot := h.ancestors(notTo)
	complete = foundTo && foundNot
	for i, commit := range h.Commits {
		if reached[i] && !excluded[i] {
			commits = append(commits, commit)
		}
	}
	if h.Truncated && len(commits) > 0 && !h.meet(reached, excluded) {
		complete = false
	}
	return commits, complete
}

// MergeBase returns the newest commit that both lead to; empty when none was
// read.
func (h *History) MergeBase(a, b string) string {
	ofA, _ := h.ancestors(a)
	ofB, _ := h.ancestors(b)
	for i, commit := range h.Commits {
		if ofA[i] && ofB[i] {
			return commit.Hash
		}
	}
	return ""
}

func (h *History) meet(a, b []bool) bool {
	for i := range a {
		if a[i] && b[i] {
			return true
		}
	}
	return false
}

// ancestors marks the commit and all that it leads to.
func (h *History) ancestors(hash string) (marked []bool, found bool) {
	if h.index == nil {
		h.index = make(map[string]int, len(h.Commits))
		for i, commit := range h.Commits {
			h.index[commit.Hash] = i
		}
	}
	marked = make([]bool, len(h.Commits))
	next := []string{hash}
	for len(next) > 0 {
		i, known := h.index[next[0]]
		next = next[1:]
		if !known || marked[i] {
			continue
		}
		marked[i] = true
		found = true
		next = append(next, h.Commits[i].Parents...)
	}
	return marked, found
}

// Settle completes a history whose Commits have been read: parents come after
// all of their children, which git log promises only as far as clocks agree,
// and LastTouched knows the files of the commits.
func (h *History) Settle() {
	h.index = nil
	onHead, _ := h.ancestors(h.Head)
	children := make([]int, len(h.Commits))
	for _, commit := range h.Commits {
		for _, parent := range commit.Parents {
			if i, known := h.index[parent]; known {
				children[i]++
			}
		}
	}
	// Of the commits whose children are all placed, the one that git log gave
	// first comes next.
	var ready, order []int
	for i := range h.Commits {
		if children[i] == 0 {
			ready = append(ready, i)
		}
	}
	for len(ready) > 0 {
		i := ready[0]
		ready = ready[1:]
		order = append(order, i)
		for _, parent := range h.Commits[i].Parents {
			j, known := h.index[parent]
			if !known {
				continue
			}
			if children[j]--; children[j] == 0 {
				at, _ := slices.BinarySearch(ready, j)
				ready = slices.Insert(ready, at, j)
			}
		}
	}
	sorted := make([]Commit, 0, len(order))
	h.LastTouched = map[string]int{}
	for _, i := range order {
		for _, file := range h.Commits[i].Files {
			if _, known := h.LastTouched[file]; !known && onHead[i] {
				h.LastTouched[file] = len(sorted)
			}
		}
		sorted = append(sorted, h.Commits[i])
	}
	h.Commits, h.index = sorted, nil
}
