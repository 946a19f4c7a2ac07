package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// sandbox is a folder with real repositories, and a home of its own.
type sandbox struct {
	t    *testing.T
	dir  string
	date time.Time
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("the git program is not installed")
	}
	// Resolved, since temporary folders may be links.
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "GIT_") {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	t.Setenv("HOME", filepath.Join(dir, "home"))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "home", ".config"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("GIT_CEILING_DIRECTORIES", dir)
	s := &sandbox{t: t, dir: dir, date: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	s.write("home/.gitconfig", "[user]\n\tname = Tester\n\temail = tester@example.com\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n")
	return s
}

func (s *sandbox) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s *sandbox) write(name, content string) {
	s.t.Helper()
	path := s.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sandbox) remove(name string) {
	s.t.Helper()
	if err := os.Remove(s.path(name)); err != nil {
		s.t.Fatal(err)
	}
}

// git runs the plain program, with all that the repository configures.
func (s *sandbox) git(repository string, args ...string) string {
	s.t.Helper()
	out, err := s.tryGit(repository, args...)
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

func (s *sandbox) tryGit(repository string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = s.path(repository)
	cmd.WaitDelay = time.Second
	stamp := s.date.Format(time.RFC3339)
	cmd.Env = append(cmd.Environ(), "GIT_AUTHOR_DATE="+stamp, "GIT_COMMITTER_DATE="+stamp, "GIT_TERMINAL_PROMPT=0")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// commit records everything, one minute after the commit before.
func (s *sandbox) commit(repository, subject string) string {
	s.t.Helper()
	s.date = s.date.Add(time.Minute)
	s.git(repository, "add", "-A")
	s.git(repository, "commit", "-q", "--allow-empty", "-m", subject)
	return s.git(repository, "rev-parse", "HEAD")
}

// repository makes one with a first commit.
func (s *sandbox) repository(name string) string {
	s.t.Helper()
	s.write(name+"/apps/podinfo.yaml", "kind: HelmRelease\n")
	s.write(name+"/clusters/prod/apps.yaml", "kind: Kustomization\n")
	s.git(name, "init", "-q")
	return s.commit(name, "First")
}

// ask reads a clone by the program, or by the library alone.
func (s *sandbox) ask(folder string, library bool) (model.Git, *gitFiles, []model.Problem) {
	s.t.Helper()
	if library {
		s.t.Setenv("PATH", s.path("nothing-here"))
	}
	return readGitWithin(s.t, s.path(folder), 20*time.Second)
}

// readGitWithin waits for all that Git says; files is nil when every file
// counts.
func readGitWithin(t *testing.T, folder string, limit time.Duration) (model.Git, *gitFiles, []model.Problem) {
	t.Helper()
	reading := startGitWithin(t.Context(), folder, limit)
	git, problems := reading.wait()
	if reading.files == nil || reading.files.unknown {
		return git, nil, problems
	}
	return git, reading.files, problems
}

func TestReadGit(t *testing.T) {
	const oldURL = "https://user:pass@example.com/org/fleet.git"
	for _, test := range []struct {
		name string
		// make returns the folder to read and what must be found.
		make func(s *sandbox) (folder string, want model.Git)
	}{
		{"clean", func(s *sandbox) (string, model.Git) {
			head := s.repository("r")
			return "r", model.Git{WorkTree: s.path("r"), Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date}
		}},
		{"no commit yet", func(s *sandbox) (string, model.Git) {
			s.write("r/a.yaml", "a: 1\n")
			s.write("r/b.yaml", "b: 1\n")
			s.git("r", "init", "-q")
			s.git("r", "add", "a.yaml")
			return "r", model.Git{
				WorkTree: s.path("r"), Branch: "main", ChangesKnown: true,
				Changed: []model.Change{{Path: "a.yaml", Code: "A "}, {Path: "b.yaml", Code: "??"}},
			}
		}},
		{"staged, changed, deleted, untracked, ignored", func(s *sandbox) (string, model.Git) {
			s.write("r/gone.yaml", "a: 1\n")
			s.write("r/staged.yaml", "a: 1\n")
			s.write("r/.gitignore", "*.log\n/private/\n")
			head := s.repository("r")
			s.write("r/staged.yaml", "a: 22\n")
			s.git("r", "add", "staged.yaml")
			s.write("r/staged.yaml", "a: 333\n")
			s.write("r/apps/podinfo.yaml", "kind: Changed\n")
			s.write("r/new/deep/file.yaml", "a: 1\n")
			s.write("r/noise.log", "x")
			s.write("r/private/secret.yaml", "x: 1\n")
			s.remove("r/gone.yaml")
			return "r", model.Git{
				WorkTree: s.path("r"), Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date,
				Changed: []model.Change{
					{Path: "apps/podinfo.yaml", Code: " M"},
					{Path: "gone.yaml", Code: " D"},
					{Path: "new/deep/file.yaml", Code: "??"},
					{Path: "staged.yaml", Code: "MM"},
				},
			}
		}},
		{"touched, replaced, added by intention, staged and gone", func(s *sandbox) (string, model.Git) {
			s.write("r/touched.yaml", "a: 1\n")
			s.write("r/same-size.yaml", "a: 1\n")
			s.write("r/staged-gone.yaml", "a: 1\n")
			if err := os.Symlink("touched.yaml", s.path("r/link")); err != nil {
				s.t.Fatal(err)
			}
			head := s.repository("r")
			s.touch("r/touched.yaml")
			s.write("r/same-size.yaml", "a: 2\n")
			s.touch("r/same-size.yaml")
			s.git("r", "rm", "-q", "--cached", "staged-gone.yaml")
			s.remove("r/staged-gone.yaml")
			s.write("r/intended.yaml", "a: 1\n")
			s.git("r", "add", "--intent-to-add", "intended.yaml")
			s.remove("r/link")
			s.write("r/link", "no link\n")
			return "r", model.Git{
				WorkTree: s.path("r"), Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date,
				Changed: []model.Change{
					{Path: "intended.yaml", Code: " A"}, {Path: "link", Code: " T"}, {Path: "same-size.yaml", Code: " M"}, {Path: "staged-gone.yaml", Code: "D "},
				},
			}
		}},
		{"ignored in every way", func(s *sandbox) (string, model.Git) {
			s.write("home/.config/git/ignore", "*.global\n")
			s.git(".", "config", "--global", "core.excludesFile", s.path("home/.config/git/ignore"))
			s.write("r/.gitignore", "# comment\n\n*.log\n!keep.log\n/top.yaml\nbuild/\n")
			s.write("r/apps/.gitignore", "local*\n")
			head := s.repository("r")
			s.write("r/.git/info/exclude", "excluded.yaml\n")
			for _, name := range []string{
				"a.global", "x.log", "keep.log", "top.yaml", "apps/top.yaml", "build/x.yaml", "apps/build/y.yaml", "apps/local.yaml", "local.yaml", "excluded.yaml",
			} {
				s.write("r/"+name, "a: 1\n")
			}
			return "r", model.Git{
				WorkTree: s.path("r"), Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date,
				Changed: []model.Change{{Path: "apps/top.yaml", Code: "??"}, {Path: "keep.log", Code: "??"}, {Path: "local.yaml", Code: "??"}},
			}
		}},
		{"sub-folder below ignore files", func(s *sandbox) (string, model.Git) {
			s.write("r/.gitignore", "*.log\n")
			s.write("r/apps/.gitignore", "/web/secret.yaml\n")
			s.write("r/apps/web/a.yaml", "a: 1\n")
			head := s.repository("r")
			s.write("r/apps/web/x.log", "")
			s.write("r/apps/web/secret.yaml", "")
			s.write("r/apps/web/deep/new.yaml", "")
			return "r/apps/web", model.Git{
				WorkTree: s.path("r"), Prefix: "apps/web", Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date,
				Changed: []model.Change{{Path: "deep/new.yaml", Code: "??"}},
			}
		}},
		{"sub-folder", func(s *sandbox) (string, model.Git) {
			head := s.repository("r")
			s.write("r/apps/podinfo.yaml", "kind: Changed\n")
			s.write("r/clusters/prod/apps.yaml", "kind: Changed\n")
			s.write("r/clusters/new.yaml", "kind: New\n")
			return "r/clusters", model.Git{
				WorkTree: s.path("r"), Prefix: "clusters", Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date,
				Changed: []model.Change{{Path: "new.yaml", Code: "??"}, {Path: "prod/apps.yaml", Code: " M"}},
			}
		}},
		{"detached, with tags", func(s *sandbox) (string, model.Git) {
			s.repository("r")
			s.git("r", "tag", "old")
			head := s.commit("r", "Second")
			s.git("r", "tag", "v1.0.0")
			s.git("r", "tag", "-a", "release/2026", "-m", "Annotated")
			s.git("r", "checkout", "-q", "--detach")
			return "r", model.Git{
				WorkTree: s.path("r"), Head: head, Detached: true, ChangesKnown: true, LastCommit: s.date,
				Tags: []string{"release/2026", "v1.0.0"},
			}
		}},
		{"packed refs", func(s *sandbox) (string, model.Git) {
			head := s.repository("r")
			s.git("r", "tag", "-a", "v1", "-m", "Annotated")
			s.git("r", "pack-refs", "--all")
			s.git("r", "gc", "-q")
			return "r", model.Git{WorkTree: s.path("r"), Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date, Tags: []string{"v1"}}
		}},
		{"ahead and behind, with a merge", func(s *sandbox) (string, model.Git) {
			s.repository("origin")
			s.git(".", "clone", "-q", s.path("origin"), "r")
			s.commit("origin", "Theirs 1")
			s.commit("origin", "Theirs 2")
			s.git("r", "checkout", "-q", "-b", "feature/x", "--track", "origin/main")
			s.commit("r", "Ours 1")
			s.git("r", "checkout", "-q", "-b", "side", "HEAD~1")
			s.commit("r", "Ours 2")
			s.git("r", "checkout", "-q", "feature/x")
			s.date = s.date.Add(time.Minute)
			s.git("r", "merge", "-q", "--no-edit", "side")
			s.git("r", "fetch", "-q")
			head := s.git("r", "rev-parse", "HEAD")
			return "r", model.Git{
				WorkTree: s.path("r"), Head: head, Branch: "feature/x", Upstream: "origin/main", Ahead: 3, Behind: 2, Compared: true,
				ChangesKnown: true, LastCommit: s.date, Remotes: []model.Remote{{Name: "origin", URL: s.path("origin")}},
			}
		}},
		{"upstream is gone", func(s *sandbox) (string, model.Git) {
			s.repository("origin")
			s.git(".", "clone", "-q", s.path("origin"), "r")
			s.git("r", "update-ref", "-d", "refs/remotes/origin/main")
			return "r", model.Git{
				WorkTree: s.path("r"), Head: s.git("r", "rev-parse", "HEAD"), Branch: "main", Upstream: "origin/main",
				ChangesKnown: true, LastCommit: s.date, Remotes: []model.Remote{{Name: "origin", URL: s.path("origin")}},
			}
		}},
		{"upstream is a local branch", func(s *sandbox) (string, model.Git) {
			s.repository("r")
			s.git("r", "checkout", "-q", "-b", "topic", "--track", "main")
			head := s.commit("r", "Topic")
			return "r", model.Git{
				WorkTree: s.path("r"), Head: head, Branch: "topic", Upstream: "main", Ahead: 1, Compared: true,
				ChangesKnown: true, LastCommit: s.date,
			}
		}},
		{"shallow", func(s *sandbox) (string, model.Git) {
			s.repository("origin")
			s.commit("origin", "Second")
			s.git(".", "clone", "-q", "--depth=1", "file://"+s.path("origin"), "r")
			return "r", model.Git{
				WorkTree: s.path("r"), Head: s.git("r", "rev-parse", "HEAD"), Branch: "main", Upstream: "origin/main", Compared: true, Shallow: true,
				ChangesKnown: true, LastCommit: s.date, Remotes: []model.Remote{{Name: "origin", URL: "file://" + s.path("origin")}},
			}
		}},
		{"linked work tree", func(s *sandbox) (string, model.Git) {
			head := s.repository("r")
			s.git("r", "worktree", "add", "-q", "-b", "topic", s.path("linked"))
			s.write("linked/apps/podinfo.yaml", "kind: Changed\n")
			return "linked/apps", model.Git{
				WorkTree: s.path("linked"), Prefix: "apps", Head: head, Branch: "topic", Linked: true, ChangesKnown: true, LastCommit: s.date,
				Changed: []model.Change{{Path: "podinfo.yaml", Code: " M"}},
			}
		}},
		{"separate git folder", func(s *sandbox) (string, model.Git) {
			head := s.repository("r")
			s.git("r", "init", "-q", "--separate-git-dir", s.path("elsewhere"))
			return "r", model.Git{WorkTree: s.path("r"), Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date}
		}},
		{"with a submodule and a nested repository", func(s *sandbox) (string, model.Git) {
			s.repository("module")
			s.repository("r")
			s.git("r", "submodule", "add", "-q", s.path("module"), "vendor/module")
			head := s.commit("r", "Add module")
			s.write("r/vendor/module/apps/podinfo.yaml", "kind: Changed\n")
			s.repository("r/inner")
			return "r", model.Git{
				WorkTree: s.path("r"), Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date.Add(-time.Minute),
				Submodules: []string{"vendor/module"}, Nested: []string{"inner"},
			}
		}},
		{"inside a submodule", func(s *sandbox) (string, model.Git) {
			head := s.repository("module")
			s.repository("r")
			s.git("r", "submodule", "add", "-q", s.path("module"), "vendor/module")
			return "r/vendor/module/apps", model.Git{
				WorkTree: s.path("r/vendor/module"), Prefix: "apps", Head: head, Branch: "main", Upstream: "origin/main", Compared: true,
				ChangesKnown: true, LastCommit: s.date.Add(-time.Minute), Remotes: []model.Remote{{Name: "origin", URL: s.path("module")}},
			}
		}},
		{"remotes, their credentials and rewrites", func(s *sandbox) (string, model.Git) {
			head := s.repository("r")
			s.git("r", "remote", "add", "origin", oldURL)
			s.git("r", "remote", "set-url", "--push", "origin", "ssh://other:secret@example.com/x")
			s.git("r", "remote", "add", "fork", "work:me/fleet")
			s.git("r", "config", "url.https://oauth2:glpat-secret@gitlab.example.com/.insteadOf", "work:")
			return "r", model.Git{
				WorkTree: s.path("r"), Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date,
				Remotes: []model.Remote{
					{Name: "fork", URL: "https://gitlab.example.com/me/fleet"},
					{Name: "origin", URL: "https://example.com/org/fleet.git"},
				},
			}
		}},
		{"names that mislead", func(s *sandbox) (string, model.Git) {
			s.write("r/plain.yaml", "a: 1\n")
			head := s.repository("r")
			s.write("r/new\nline.yaml", "a: 1\n")
			s.write("r/esc\x1b[31m.yaml", "a: 1\n")
			s.write("r/mark\u200e.yaml", "a: 1\n")
			return "r", model.Git{
				WorkTree: s.path("r"), Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date,
				Changed: []model.Change{
					{Path: `esc\x1b[31m.yaml`, Code: "??"}, {Path: `mark\u200e.yaml`, Code: "??"}, {Path: `new\nline.yaml`, Code: "??"},
				},
			}
		}},
		{"environment that points elsewhere", func(s *sandbox) (string, model.Git) {
			s.repository("other")
			s.write("r/a.yaml", "a: 1\n")
			head := s.repository("r")
			for _, name := range []string{"GIT_DIR", "GIT_COMMON_DIR"} {
				s.t.Setenv(name, s.path("other/.git"))
			}
			s.t.Setenv("GIT_WORK_TREE", s.path("other"))
			s.t.Setenv("GIT_INDEX_FILE", s.path("other/.git/index"))
			s.t.Setenv("GIT_NAMESPACE", "x")
			s.t.Setenv("GIT_TRACE", "1")
			return "r", model.Git{WorkTree: s.path("r"), Head: head, Branch: "main", ChangesKnown: true, LastCommit: s.date}
		}},
	} {
		for _, library := range []bool{false, true} {
			by := "program"
			if library {
				by = "library"
			}
			t.Run(test.name+"/"+by, func(t *testing.T) {
				s := newSandbox(t)
				folder, want := test.make(s)
				want.Known = true
				got, files, problems := s.ask(folder, library)
				if library {
					if len(problems) != 1 || problems[0].Code != "GitProgramMissing" {
						t.Errorf("problems %+v", problems)
					}
				} else if len(problems) != 0 {
					t.Errorf("problems %+v", problems)
				}
				if len(got.Changed) == 0 {
					got.Changed = nil
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
				if files == nil {
					t.Fatal("no list of files")
				}
			})
		}
	}
}

func TestGitFiles(t *testing.T) {
	for _, library := range []bool{false, true} {
		t.Run(fmt.Sprintf("library %v", library), func(t *testing.T) {
			s := newSandbox(t)
			s.write("r/.gitignore", "*.log\n/apps/private/\n")
			s.repository("r")
			s.write("r/apps/new/x.yaml", "a: 1\n")
			s.write("r/apps/private/y.yaml", "a: 1\n")
			s.write("r/apps/noise.log", "a: 1\n")
			_, files, _ := s.ask("r/apps", library)
			for path, want := range map[string]fileState{
				"podinfo.yaml": fileTracked, "new/x.yaml": fileUntracked, "private/y.yaml": fileIgnored, "noise.log": fileIgnored,
				"absent": fileIgnored, "clusters/prod/apps.yaml": fileIgnored,
			} {
				if got := files.state(path); got != want {
					t.Errorf("state(%q) = %d, want %d", path, got, want)
				}
			}
			for folder, want := range map[string]bool{"": true, "new": true, "private": false, "absent": false} {
				if got := files.holds(folder); got != want {
					t.Errorf("holds(%q) = %v, want %v", folder, got, want)
				}
			}
		})
	}
	var outside *gitFiles
	if outside.state("any") != fileTracked || !outside.holds("any") {
		t.Error("outside Git every file counts")
	}
}

func TestRenames(t *testing.T) {
	s := newSandbox(t)
	s.write("r/apps/big.yaml", strings.Repeat("line: of some length\n", 40))
	s.repository("r")
	s.git("r", "mv", "apps/big.yaml", "apps/moved.yaml")
	s.git("r", "config", "diff.renames", "false")
	git, files, problems := s.ask("r/apps", false)
	want := []model.Change{{Path: "moved.yaml", Code: "R ", From: "big.yaml"}}
	if !reflect.DeepEqual(git.Changed, want) || len(problems) != 0 {
		t.Errorf("got %+v, problems %+v", git.Changed, problems)
	}
	if !git.Changed[0].Staged() || git.Changed[0].Untracked() || !git.Dirty() {
		t.Error("a staged rename is staged")
	}
	if files.state("big.yaml") != fileIgnored || files.state("moved.yaml") != fileTracked {
		t.Error("the index holds the new name")
	}
}

func TestConflict(t *testing.T) {
	s := newSandbox(t)
	s.repository("r")
	s.git("r", "checkout", "-q", "-b", "other")
	s.write("r/apps/podinfo.yaml", "kind: Theirs\n")
	s.write("r/apps/both.yaml", "kind: Theirs\n")
	s.write("r/clusters/prod/apps.yaml", "kind: Theirs\n")
	s.commit("r", "Theirs")
	s.git("r", "checkout", "-q", "main")
	s.write("r/apps/podinfo.yaml", "kind: Ours\n")
	s.write("r/apps/both.yaml", "kind: Ours\n")
	s.remove("r/clusters/prod/apps.yaml")
	s.commit("r", "Ours")
	if out, err := s.tryGit("r", "merge", "other"); err == nil {
		t.Fatal("no conflict: " + out)
	}
	for _, library := range []bool{false, true} {
		git, files, _ := s.ask("r", library)
		if want := []model.Change{
			{Path: "apps/both.yaml", Code: "AA"}, {Path: "apps/podinfo.yaml", Code: "UU"}, {Path: "clusters/prod/apps.yaml", Code: "DU"},
		}; !reflect.DeepEqual(git.Changed, want) {
			t.Errorf("library %v: got %+v", library, git.Changed)
		}
		if files.state("apps/podinfo.yaml") != fileTracked {
			t.Error("an unmerged file is tracked")
		}
	}
}

func TestWithoutWorkTree(t *testing.T) {
	for _, test := range []struct {
		name, folder string
		make         func(s *sandbox)
		code         string
	}{
		{"no repository", "r", func(s *sandbox) { s.write("r/a.yaml", "a: 1\n") }, ""},
		{"an empty .git folder", "r", func(s *sandbox) { s.write("r/.git/x", "") }, ""},
		{"a .git file that points nowhere", "r", func(s *sandbox) { s.write("r/.git", "gitdir: ../gone\n") }, ""},
		{"bare", "r.git", func(s *sandbox) { s.git(".", "init", "-q", "--bare", "r.git") }, "GitBareRepository"},
		{"inside .git", "r/.git/refs", func(s *sandbox) { s.repository("r") }, "GitBareRepository"},
		{"bare inside a work tree", "r/evil", func(s *sandbox) {
			s.repository("r")
			s.git("r", "init", "-q", "--bare", "evil")
		}, "GitBareRepository"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSandbox(t)
			test.make(s)
			git, files, problems := s.ask(test.folder, false)
			if git.Known || files != nil {
				t.Errorf("got %+v", git)
			}
			switch {
			case test.code == "" && len(problems) > 0, test.code != "" && (len(problems) != 1 || problems[0].Code != test.code):
				t.Errorf("problems %+v, want code %q", problems, test.code)
			}
			root, err := WorkTree(t.Context(), s.path(test.folder))
			if root != "" || err == nil || (test.code == "") != errors.Is(err, ErrNoWorkTree) {
				t.Errorf("WorkTree = %q, %v", root, err)
			}
		})
	}
}

func TestWorkTree(t *testing.T) {
	s := newSandbox(t)
	s.repository("r")
	s.git("r", "worktree", "add", "-q", s.path("linked"))
	if err := os.Symlink(s.path("r/clusters"), s.path("link")); err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]string{"r": "r", "r/clusters/prod": "r", "linked/apps": "linked", "link": "r", "link/prod": "r"} {
		got, err := WorkTree(t.Context(), s.path(folder))
		if err != nil || got != s.path(want) {
			t.Errorf("WorkTree(%s) = %q, %v", folder, got, err)
		}
	}
	if _, err := WorkTree(t.Context(), s.path("absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that does not exist: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := WorkTree(cancelled, s.path("r")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestDubiousOwnership(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder to somebody else")
	}
	s := newSandbox(t)
	s.repository("it's")
	for _, path := range []string{"it's", "it's/.git"} {
		if err := os.Chown(s.path(path), 4242, 4242); err != nil {
			t.Fatal(err)
		}
	}
	git, files, problems := s.ask("it's", false)
	if git.Known || git.Head != "" || files != nil || len(problems) != 1 {
		t.Fatalf("got %+v, problems %+v", git, problems)
	}
	want := "if you trust it: git config --global --add safe.directory '" + strings.ReplaceAll(s.path("it's"), "'", `'\''`) + "'"
	if problems[0].Code != "GitDubiousOwnership" || problems[0].Hint != want {
		t.Errorf("got  %+v\nwant hint %s", problems[0], want)
	}
	// The user's own word for it is respected, also from the environment.
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "safe.directory")
	t.Setenv("GIT_CONFIG_VALUE_0", s.path("it's"))
	git, files, problems = s.ask("it's", false)
	if !git.Known || git.Head == "" || files == nil || len(problems) != 0 {
		t.Errorf("got %+v, problems %+v", git, problems)
	}
}

func TestDamagedClones(t *testing.T) {
	for _, test := range []struct {
		name   string
		damage func(s *sandbox)
		code   string
	}{
		{"index", func(s *sandbox) { s.write("r/.git/index", "no index") }, "GitFailed"},
		{"configuration", func(s *sandbox) { s.write("r/.git/config", "[core\nx\x1b[31m") }, "GitFailed"},
		{"HEAD", func(s *sandbox) { s.write("r/.git/HEAD", strings.Repeat("a", 40)+"\n") }, "GitFailed"},
		{"unknown extension", func(s *sandbox) {
			s.git("r", "config", "core.repositoryFormatVersion", "1")
			s.git("r", "config", "extensions.fromTheFuture", "true")
		}, "GitFailed"},
		{"FIFO as .gitignore", func(s *sandbox) {
			if err := syscall.Mkfifo(s.path("r/.gitignore"), 0o644); err != nil {
				s.t.Skip(err)
			}
		}, "GitTimeout"},
		{"FIFO as an included configuration", func(s *sandbox) {
			if err := syscall.Mkfifo(s.path("fifo"), 0o644); err != nil {
				s.t.Skip(err)
			}
			s.git("r", "config", "include.path", s.path("fifo"))
		}, "GitTimeout"},
	} {
		for _, library := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/library %v", test.name, library), func(t *testing.T) {
				s := newSandbox(t)
				s.repository("r")
				test.damage(s)
				if library {
					t.Setenv("PATH", s.path("nothing-here"))
				}
				start := time.Now()
				git, _, problems := readGitWithin(t, s.path("r"), time.Second)
				if took := time.Since(start); took > 8*time.Second {
					t.Errorf("took %s", took)
				}
				if !git.Known {
					t.Error("there is a clone")
				}
				if library {
					// go-git is not asked for the same failures; it must only come back.
					return
				}
				if !slices.ContainsFunc(problems, func(p model.Problem) bool { return p.Code == test.code && p.Hint != "" }) {
					t.Errorf("problems %+v, want %s", problems, test.code)
				}
				for _, p := range problems {
					if strings.ContainsRune(p.Message, 0x1b) || strings.ContainsRune(p.Message, '\n') {
						t.Errorf("message %q", p.Message)
					}
				}
			})
		}
	}
}

func TestProgramThatIsNotGit(t *testing.T) {
	s := newSandbox(t)
	head := s.repository("r")
	s.write("bin/git", "#!/bin/sh\necho 'xcrun: error: invalid active developer path' >&2\nexit 1\n")
	if err := os.Chmod(s.path("bin/git"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", s.path("bin"))
	git, files, problems := readGitWithin(t, s.path("r"), 20*time.Second)
	if git.Head != head || files.state("apps/podinfo.yaml") != fileTracked {
		t.Errorf("got %+v", git)
	}
	if len(problems) != 1 || problems[0].Code != "GitProgramMissing" {
		t.Errorf("problems %+v", problems)
	}
}

func TestReadGitIsDeterministic(t *testing.T) {
	s := newSandbox(t)
	s.repository("r")
	for i := range 30 {
		s.write(fmt.Sprintf("r/apps/new-%d.yaml", i), "a: 1\n")
		s.git("r", "remote", "add", fmt.Sprintf("remote-%d", i), fmt.Sprintf("https://example.com/%d", i))
		s.git("r", "tag", fmt.Sprintf("v%d", i))
	}
	first, _, _ := s.ask("r", false)
	for range 3 {
		again, _, _ := s.ask("r", false)
		if !reflect.DeepEqual(first, again) {
			t.Fatalf("got  %+v\nthen %+v", first, again)
		}
	}
	byLibrary, _, _ := s.ask("r", true)
	if !reflect.DeepEqual(first, byLibrary) {
		t.Errorf("program %+v\nlibrary %+v", first, byLibrary)
	}
}

// TestDamagedBytes changes single bytes of what the library parses itself or
// through go-git: whatever comes of it, the reading ends.
func TestDamagedBytes(t *testing.T) {
	s := newSandbox(t)
	s.repository("r")
	s.git("r", "tag", "-a", "v1", "-m", "Annotated")
	s.commit("r", "Second")
	var targets []string
	err := filepath.WalkDir(s.path("r/.git"), func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && !strings.Contains(path, "hooks") && !strings.Contains(path, "logs") {
			targets = append(targets, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", s.path("nothing-here"))
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		target := targets[random.IntN(len(targets))]
		original, err := os.ReadFile(target)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(target, 0o644); err != nil {
			t.Fatal(err)
		}
		damaged := slices.Clone(original)
		if len(damaged) > 0 {
			damaged[random.IntN(len(damaged))] = byte(random.IntN(256))
		}
		if err := os.WriteFile(target, damaged[:len(damaged)-random.IntN(len(damaged)+1)*random.IntN(2)], 0o644); err != nil {
			t.Fatal(err)
		}
		git, _, problems := readGitWithin(t, s.path("r"), 20*time.Second)
		if git.Known && len(problems) == 0 {
			t.Errorf("%s: nothing is said of the missing program", target)
		}
		if err := os.WriteFile(target, original, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
