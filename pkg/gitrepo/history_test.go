package gitrepo

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func TestReadHistory(t *testing.T) {
	s := newSandbox(t)
	s.git(".", "init", "-q", "r")
	commit := func(message string, files ...string) string {
		for _, file := range files {
			s.write("r/"+file, message)
		}
		s.git("r", "add", "-A")
		s.git("r", "commit", "-q", "-m", message)
		return strings.TrimSpace(s.git("r", "rev-parse", "HEAD"))
	}
	first := commit("first", "apps/a.yaml", "infra/b.yaml", "apps/c\nd.yaml")
	second := commit("second", "apps/a.yaml")
	s.git("r", "checkout", "-q", "-b", "feature", first)
	side := commit("side", "infra/b.yaml")
	s.git("r", "checkout", "-q", "main")
	s.git("r", "merge", "-q", "--no-ff", "-m", "merge", "feature")
	head := strings.TrimSpace(s.git("r", "rev-parse", "HEAD"))
	s.git("r", "update-ref", "refs/remotes/origin/main", second)
	const absent = "0123456789012345678901234567890123456789"

	history, err := ReadHistory(t.Context(), HistoryOptions{
		Root:      s.path("r"),
		Revisions: []string{"refs/remotes/origin/main", first, absent, "refs/heads/none"},
		Files:     []string{"apps/a.yaml", "infra/b.yaml", `apps/c\nd.yaml`, "apps/none.yaml"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if history.Head != head || history.Tips["refs/remotes/origin/main"] != second || history.Tips[first] != first {
		t.Errorf("HEAD is %s, the tips are %v", history.Head, history.Tips)
	}
	if _, known := history.Tips[absent]; known {
		t.Error("a commit that is not here was found")
	}
	subjects := func(commits []model.Commit) string {
		var words []string
		for _, c := range commits {
			words = append(words, c.Subject)
		}
		slices.Sort(words)
		return strings.Join(words, " ")
	}
	for _, test := range []struct{ to, notTo, want string }{
		{head, second, "merge side"},
		{second, head, ""},
		{head, first, "merge second side"},
		{second, side, "second"},
		{first, first, ""},
	} {
		commits, complete := history.Between(test.to, test.notTo)
		if got := subjects(commits); got != test.want || !complete {
			t.Errorf("%.7s..%.7s: %q, complete %v; want %q", test.notTo, test.to, got, complete, test.want)
		}
	}
	if base := history.MergeBase(second, side); base != first {
		t.Errorf("the merge base is %s", base)
	}
	touched := map[string]string{}
	for file, i := range history.LastTouched {
		touched[file] = history.Commits[i].Subject
	}
	want := map[string]string{"apps/a.yaml": "second", "infra/b.yaml": "side", `apps/c\nd.yaml`: "first"}
	for file, subject := range want {
		if touched[file] != subject {
			t.Errorf("%s was last touched by %q, want %q", file, touched[file], subject)
		}
	}

	t.Run("a folder of the clone", func(t *testing.T) {
		history, err := ReadHistory(t.Context(), HistoryOptions{Root: filepath.Join(s.path("r"), "infra"), Files: []string{"b.yaml"}})
		if err != nil {
			t.Fatal(err)
		}
		if i, ok := history.LastTouched["b.yaml"]; !ok || history.Commits[i].Subject != "side" {
			t.Errorf("got %v", history.LastTouched)
		}
	})
	t.Run("a shallow clone", func(t *testing.T) {
		s.git(".", "clone", "-q", "--depth=1", "file://"+s.path("r"), "shallow")
		history, err := ReadHistory(t.Context(), HistoryOptions{Root: s.path("shallow"), Revisions: []string{first}})
		if err != nil {
			t.Fatal(err)
		}
		if _, known := history.Tips[first]; known || len(history.Commits) != 1 {
			t.Errorf("got %+v", history)
		}
		if _, complete := history.Between(head, first); complete {
			t.Error("the way to a commit that is not here is called complete")
		}
	})
	t.Run("no commits", func(t *testing.T) {
		s.git(".", "init", "-q", "empty")
		if history, err := ReadHistory(t.Context(), HistoryOptions{Root: s.path("empty")}); err != nil || history != nil {
			t.Errorf("got %+v, %v", history, err)
		}
	})
}

func TestLastPush(t *testing.T) {
	s := newSandbox(t)
	s.git(".", "init", "-q", "--bare", "-b", "main", "remote.git")
	s.git(".", "init", "-q", "r")
	s.write("r/a.yaml", "a")
	s.git("r", "add", "-A")
	s.git("r", "commit", "-q", "-m", "first")
	s.git("r", "remote", "add", "origin", s.path("remote.git"))
	s.git("r", "push", "-q", "-u", "origin", "main")
	read := func(folder string) *model.History {
		t.Helper()
		const upstream = "refs/remotes/origin/main"
		history, err := ReadHistory(t.Context(), HistoryOptions{Root: s.path(folder), Revisions: []string{upstream}, Upstream: upstream})
		if err != nil {
			t.Fatal(err)
		}
		return history
	}
	if pushed := read("r").Pushed; pushed.IsZero() {
		t.Error("the push was not found")
	}
	// What came by a fetch was pushed by somebody, nobody knows when.
	s.git(".", "clone", "-q", s.path("remote.git"), "other")
	if pushed := read("other").Pushed; !pushed.IsZero() {
		t.Errorf("a clone that never pushed did so at %s", pushed)
	}
}
