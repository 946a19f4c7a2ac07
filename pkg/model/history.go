package model

import "time"

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

// ancestors marks the commit and all that it leads to. Parents come after their
// children, so one pass is enough.
func (h *History) ancestors(hash string) (marked []bool, found bool) {
	marked = make([]bool, len(h.Commits))
	wanted := map[string]bool{hash: true}
	for i, commit := range h.Commits {
		if !wanted[commit.Hash] {
			continue
		}
		marked[i] = true
		found = found || commit.Hash == hash
		for _, parent := range commit.Parents {
			wanted[parent] = true
		}
	}
	return marked, found
}
