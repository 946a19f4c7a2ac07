package rules

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/merge"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/render"
)

// The test data of a rule are archives testdata/ID/bad*.txtar and good*.txtar.
// The files of an archive are those of a repository; @cluster.yaml holds what a
// cluster serves instead. A line of a file that ends in
//
//	# want: SEVERITY TEXT
//
// is the place of one finding with TEXT in its evidence or fix. The comment
// above the files explains the case, and holds lines that begin with a keyword:
//
//	focus: TOPIC               what is asked for
//	now: RFC3339               the time, by default casesNow
//	want: SEVERITY PLACE TEXT  a finding at file:line or, when it has no file,
//	                           about Kind/namespace/name
//	undecided: TEXT            the rule leaves this open
//	keys: yes                  key names of Secrets may be read
//	render: yes                the repository is rendered as Flux builds it
//	git: NAME=VALUE …          the files are committed to a clone: on branch
//	                           and with the URL remote; pushed is the time of
//	                           the commit, which upstream has, committed the
//	                           same for one that it has not; detached=yes;
//	                           change and delete name files to touch after it
//
// A file below @local is written after the commit.
//
// Facts are made by the real collectors, so a rule is tested on what it gets.
const testdata = "testdata"

// casesNow is a day after the fixtures of the clusters were captured.
var casesNow = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

type testCase struct {
	focus     []string
	now       time.Time
	want      []string
	undecided []string
	keys      bool
	render    bool
	git       []string
	files     []txtar.File
	local     []txtar.File
	cluster   []byte
}

func readCase(t testing.TB, file string) testCase {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := testCase{now: casesNow}
	for line := range strings.Lines(string(archive.Comment)) {
		keyword, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch keyword {
		case "focus":
			c.focus = append(c.focus, value)
		case "want":
			c.want = append(c.want, value)
		case "undecided":
			c.undecided = append(c.undecided, value)
		case "render":
			c.render = value == "yes"
		case "keys":
			c.keys = value == "yes"
		case "git":
			c.git = strings.Fields(value)
		case "now":
			if c.now, err = time.Parse(time.RFC3339, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range archive.Files {
		if f.Name == "@cluster.yaml" {
			c.cluster = f.Data
			continue
		}
		if name, isLocal := strings.CutPrefix(f.Name, "@local/"); isLocal {
			f.Name = name
			c.local = append(c.local, f)
		} else {
			c.files = append(c.files, f)
		}
		number := 0
		for line := range strings.Lines(string(f.Data)) {
			number++
			if _, want, ok := strings.Cut(strings.TrimSpace(line), "# want: "); ok {
				severity, text, _ := strings.Cut(want, " ")
				c.want = append(c.want, fmt.Sprintf("%s %s:%d %s", severity, f.Name, number, text))
			}
		}
	}
	return c
}

// facts runs the collectors over the case.
func (c testCase) facts(t testing.TB) *model.Facts {
	t.Helper()
	var (
		live       *model.Cluster
		repository *model.Repository
	)
	if c.cluster != nil {
		config := serveObjects(t, c.cluster)
		live, _ = cluster.Read(context.Background(), cluster.Options{Config: config, Context: "test", Now: func() time.Time { return c.now }, SecretKeys: c.keys})
	}
	root := t.TempDir()
	if len(c.files) > 0 {
		writeFiles(t, root, c.files)
		if c.git != nil {
			makeClone(t, root, c.git)
		}
		writeFiles(t, root, c.local)
		var err error
		repository, _, err = gitrepo.Scan(context.Background(), gitrepo.Options{Root: root})
		if err != nil {
			t.Fatal(err)
		}
	}
	facts := merge.Join(merge.Sides{Now: c.now, Focus: c.focus, Cluster: live, Repository: repository})
	if c.render {
		facts.Rendering, _ = render.Run(context.Background(), repository, os.DirFS(root), render.Options{})
	}
	return facts
}

func writeFiles(t testing.TB, root string, files []txtar.File) {
	t.Helper()
	for _, f := range files {
		name := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRules holds each rule to its own data: all wanted findings of a bad case
// and no others, none at all in a good one.
func TestRules(t *testing.T) {
	for _, rule := range All() {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			bad, _ := filepath.Glob(filepath.Join(testdata, rule.ID, "bad*.txtar"))
			good, _ := filepath.Glob(filepath.Join(testdata, rule.ID, "good*.txtar"))
			if len(bad) == 0 || len(good) == 0 {
				t.Fatalf("%s needs a bad and a good case in %s/%s", rule.ID, testdata, rule.ID)
			}
			for _, file := range slices.Concat(bad, good) {
				t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
					c := readCase(t, file)
					if isBad := slices.Contains(bad, file); isBad != (len(c.want) > 0) {
						t.Fatalf("%s: a bad case has want lines, a good one has none", file)
					}
					c.check(t, rule.ID)
				})
			}
		})
	}
}

func (c testCase) check(t *testing.T, id string) {
	t.Helper()
	result := Run(c.facts(t), Options{})
	var got []v1alpha1.Finding
	for _, f := range result.Findings {
		if f.Rule == id {
			got = append(got, f)
			checkFinding(t, f)
		}
	}
	for _, want := range c.want {
		i := slices.IndexFunc(got, func(f v1alpha1.Finding) bool { return matches(f, want) })
		if i < 0 {
			t.Errorf("not found: %s", want)
			continue
		}
		got = slices.Delete(got, i, i+1)
	}
	for _, f := range got {
		t.Errorf("not wanted: %s %s\n\tevidence: %s\n\tfix: %s", f.Severity, place(f), f.Evidence, f.Fix)
	}
	for _, want := range c.undecided {
		if !slices.ContainsFunc(result.Undecided, func(u Undecided) bool { return u.Rule == id && strings.Contains(u.Reason, want) }) {
			t.Errorf("not left open: %s; got %v", want, result.Undecided)
		}
	}
}

// checkFinding holds what is true of every finding.
func checkFinding(t *testing.T, f v1alpha1.Finding) {
	t.Helper()
	switch {
	case f.Evidence == "" || f.Fix == "":
		t.Errorf("%s at %s has no evidence or no fix", f.Rule, place(f))
	case f.File == "" && f.Object == nil && f.Rule != "":
		t.Errorf("%s names neither a file nor an object: %s", f.Rule, f.Evidence)
	case f.File != "" && f.Line == 0:
		t.Errorf("%s at %s has no line", f.Rule, f.File)
	case strings.Contains(f.Evidence+f.Fix, "hunter2"):
		t.Errorf("%s prints the value of a secret: %s; %s", f.Rule, f.Evidence, f.Fix)
	}
}

func matches(f v1alpha1.Finding, want string) bool {
	fields := strings.SplitN(want, " ", 3)
	return len(fields) >= 2 && string(f.Severity) == fields[0] && place(f) == fields[1] &&
		(len(fields) == 2 || strings.Contains(f.Evidence+"\n"+f.Fix, fields[2]))
}

func place(f v1alpha1.Finding) string {
	if f.File != "" {
		return fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return refString(f.Object)
}

// makeClone commits the files of a folder as the git line of a case says.
func makeClone(t testing.TB, root string, settings []string) {
	t.Helper()
	value := map[string][]string{}
	for _, setting := range settings {
		name, text, ok := strings.Cut(setting, "=")
		if !ok {
			t.Fatalf("git: %s has no value", setting)
		}
		value[name] = append(value[name], text)
	}
	first := func(name, fallback string) string {
		if list := value[name]; len(list) > 0 {
			return list[0]
		}
		return fallback
	}
	branch := first("branch", "main")
	at := first("pushed", first("committed", "2026-11-23T12:00:00Z"))
	git := func(arguments ...string) {
		command := exec.Command("git", append([]string{"-C", root, "-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgSign=false"}, arguments...)...)
		command.Env = append(os.Environ(), "GIT_COMMITTER_DATE="+at, "GIT_AUTHOR_DATE="+at, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", arguments, err, out)
		}
	}
	git("init", "-q", "-b", branch)
	for i, remote := range value["remote"] {
		git("remote", "add", []string{"origin", "fork"}[i], remote)
	}
	git("add", "-A")
	git("commit", "-q", "-m", "files")
	if len(value["remote"]) > 0 {
		git("update-ref", "refs/remotes/origin/"+branch, "HEAD")
		git("branch", "-q", "--set-upstream-to=origin/"+branch)
	}
	if value["committed"] != nil {
		git("commit", "-q", "--allow-empty", "-m", "local")
	}
	if value["detached"] != nil {
		git("checkout", "-q", "--detach")
	}
	for _, name := range value["change"] {
		file, err := os.OpenFile(filepath.Join(root, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString("\n# changed\n"); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range value["delete"] {
		if err := os.Remove(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
}
