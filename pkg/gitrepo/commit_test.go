package gitrepo

import (
	"errors"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// commitClone is a clone with two commits; the second moved the cluster's
// folder, and the work tree holds something else again. It returns both.
func commitClone(s *sandbox) (first, second string) {
	s.t.Helper()
	s.write("r/README.md", "# Fleet\n")
	s.write("r/clusters/prod/apps.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: apps\n  namespace: flux-system\nspec:\n  path: ./apps\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n")
	s.write("r/apps/kustomization.yaml", "resources: [web.yaml, linked.yaml, ../shared]\n")
	s.write("r/apps/web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n")
	s.write("r/shared/kustomization.yaml", "resources: [db.yaml]\n")
	s.write("r/shared/db.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: db\n")
	s.write("r/.github/workflows/ci.yaml", "on: push\njobs:\n  test:\n    steps:\n      - run: kubeconform .\n")
	if err := os.Symlink("web.yaml", s.path("r/apps/linked.yaml")); err != nil {
		s.t.Skip(err)
	}
	s.git("r", "init", "-q")
	first = s.commit("r", "First")
	s.git("r", "tag", "-a", "v1", "-m", "one")
	s.git("r", "mv", "clusters/prod", "clusters/production")
	second = s.commit("r", "Second")
	return first, second
}

func eachReader(t *testing.T, run func(t *testing.T, s *sandbox, choose func())) {
	for _, reader := range []string{"program", "library"} {
		t.Run(reader, func(t *testing.T) {
			s := newSandbox(t)
			run(t, s, func() {
				if reader == "library" {
					t.Setenv("PATH", s.path("nothing-here"))
				}
			})
		})
	}
}

func openCommit(t *testing.T, folder, revision string) *Commit {
	t.Helper()
	commit, err := OpenCommit(t.Context(), folder, revision)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = commit.Close() })
	return commit
}

// TestScanCommit: a commit gives the facts that its checked-out files give, and
// what lies in the work tree does not matter.
func TestScanCommit(t *testing.T) {
	for _, folder := range []string{"r", "r/apps", "r/clusters"} {
		t.Run(folder, func(t *testing.T) {
			eachReader(t, func(t *testing.T, s *sandbox, choose func()) {
				first, _ := commitClone(s)
				s.git("r", "checkout", "-q", first)
				want, problems, err := Scan(t.Context(), Options{Root: s.path(folder)})
				if err != nil || len(problems) > 0 {
					t.Fatal(problems, err)
				}
				s.git("r", "checkout", "-q", "main")
				s.write("r/apps/web.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: other\n")
				s.write("r/untracked.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: new\n")

				choose()
				commit := openCommit(t, s.path(folder), first)
				got, problems, err := ScanCommit(t.Context(), commit, want.Git)
				if err != nil || len(problems) > 0 {
					t.Fatal(problems, err)
				}
				if got.Git.Head != first || !got.Git.LastCommit.Equal(want.Git.LastCommit) {
					t.Errorf("the commit is %s of %s", got.Git.Head, got.Git.LastCommit)
				}
				want.Root, want.Git = got.Root, got.Git
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got\n%+v\nnot\n%+v", got, want)
				}
			})
		})
	}
}

// TestCommitIsAFileSystem uses the standard library's own test.
func TestCommitIsAFileSystem(t *testing.T) {
	eachReader(t, func(t *testing.T, s *sandbox, choose func()) {
		first, _ := commitClone(s)
		choose()
		commit := openCommit(t, s.path("r"), first)
		// fstest opens everything it finds, and links are not to be opened.
		files, err := fs.Sub(commit, "clusters")
		if err != nil {
			t.Fatal(err)
		}
		if err := fstest.TestFS(files, "prod/apps.yaml"); err != nil {
			t.Error(err)
		}
		if content, err := fs.ReadFile(commit, "shared/db.yaml"); err != nil || !strings.Contains(string(content), "name: db") {
			t.Errorf("%q %v", content, err)
		}
		for _, name := range []string{"apps/linked.yaml", "apps/none", "../r", "/apps"} {
			if content, err := fs.ReadFile(commit, name); err == nil {
				t.Errorf("%s was read: %q", name, content)
			}
		}
		if err := commit.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestOpenCommit(t *testing.T) {
	eachReader(t, func(t *testing.T, s *sandbox, choose func()) {
		first, second := commitClone(s)
		s.git("r", "update-ref", "refs/remotes/origin/main", first)
		s.git("r", "config", "remote.origin.url", "https://git.example/r")
		s.git("r", "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
		s.git("r", "config", "branch.main.remote", "origin")
		s.git("r", "config", "branch.main.merge", "refs/heads/main")
		s.git("r", "gc", "-q")
		choose()
		for revision, want := range map[string]string{
			"HEAD": second, "main": second, "refs/heads/main": second, first: first, first[:7]: first, "v1": first,
			"origin/main": first, "HEAD~1": first, "HEAD^": first, "main~": first, "@{upstream}": first, "HEAD~0": second,
		} {
			if commit := openCommit(t, s.path("r"), revision); commit.Hash != want {
				t.Errorf("%s is %s", revision, commit.Hash)
			}
		}
		for _, revision := range []string{"", "mian", "-h", "--all", "HEAD~9", strings.Repeat("1", 40), "HEAD:apps", "a\nb", "../x", "--output=/tmp/x"} {
			_, err := OpenCommit(t.Context(), s.path("r"), revision)
			if unknown, ok := errors.AsType[*UnknownRevisionError](err); !ok || unknown.Revision != revision {
				t.Errorf("%q: %v", revision, err)
			}
		}
		if _, err := OpenCommit(t.Context(), s.dir, "HEAD"); !errors.Is(err, ErrNoWorkTree) {
			t.Error(err)
		}
	})
}

func TestMergeBase(t *testing.T) {
	s := newSandbox(t)
	first, _ := commitClone(s)
	s.git("r", "checkout", "-q", "-b", "other", first)
	other := s.commit("r", "Elsewhere")
	s.git("r", "checkout", "-q", "main")
	for revision, want := range map[string]string{"other": first, other: first, "v1": first, "main~1": first} {
		if got, err := MergeBase(t.Context(), s.path("r"), revision); err != nil || got != want {
			t.Errorf("%s: %s %v", revision, got, err)
		}
	}
	s.git("r", "checkout", "-q", "--orphan", "apart")
	s.commit("r", "Apart")
	if got, err := MergeBase(t.Context(), s.path("r"), "other"); err != nil || got != other {
		t.Errorf("without a common commit: %s %v", got, err)
	}
}

// TestDamagedObjects: what is missing is an error of that file alone.
func TestDamagedObjects(t *testing.T) {
	eachReader(t, func(t *testing.T, s *sandbox, choose func()) {
		first, _ := commitClone(s)
		web := s.git("r", "rev-parse", first+":apps/web.yaml")
		s.remove("r/.git/objects/" + web[:2] + "/" + web[2:])
		choose()
		commit := openCommit(t, s.path("r"), first)
		if _, err := fs.ReadFile(commit, "apps/web.yaml"); err == nil {
			t.Error("a missing object was read")
		}
		if _, err := fs.ReadFile(commit, "shared/db.yaml"); err != nil {
			t.Error(err)
		}
		repo, problems, err := ScanCommit(t.Context(), commit, model.Git{})
		if err != nil || len(repo.Objects) != 1 || len(problems) != 1 || !strings.Contains(problems[0].Message, "apps/web.yaml") {
			t.Errorf("%+v %v", problems, err)
		}
	})
}
