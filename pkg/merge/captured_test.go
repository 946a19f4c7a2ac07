package merge_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/merge"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/render"
)

const (
	captured = "../../test/fixtures/captured-render"
	// capturedCommit and capturedURL are those of the capture.
	capturedCommit = "c23d5d6736d745c3fd821c201ff126979d10cc50"
	capturedURL    = "http://127.0.0.1:18081/render.git"
)

var capturedNow = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// clone is the captured repository as a clone with one commit, which is the one
// that the captured cluster has applied. The objects that were applied by hand
// stand in flux-objects.yaml.
type clone struct {
	testing.TB
	root  string
	first string
}

func newClone(t testing.TB) *clone {
	t.Helper()
	c := &clone{TB: t, root: t.TempDir()}
	if err := os.CopyFS(c.root, os.DirFS(filepath.Join(captured, "repo"))); err != nil {
		t.Fatal(err)
	}
	byHand, err := os.ReadFile(filepath.Join(captured, "flux-objects.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c.write("flux-objects.yaml", string(byHand))
	c.git("init", "-q", "-b", "main")
	c.git("remote", "add", "origin", capturedURL)
	c.first = c.commit("Describe the cluster")
	return c
}

func (c *clone) git(args ...string) string {
	c.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = c.root
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_AUTHOR_NAME=Jo", "GIT_AUTHOR_EMAIL=jo@example.com",
		"GIT_COMMITTER_NAME=Jo", "GIT_COMMITTER_EMAIL=jo@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (c *clone) commit(subject string) string {
	c.Helper()
	c.git("add", ".")
	c.git("commit", "-qm", subject)
	return c.git("rev-parse", "HEAD")
}

func (c *clone) write(name, content string) {
	c.Helper()
	if err := os.WriteFile(filepath.Join(c.root, name), []byte(content), 0o600); err != nil {
		c.Fatal(err)
	}
}

func (c *clone) replace(name, before, after string) {
	c.Helper()
	content, err := os.ReadFile(filepath.Join(c.root, name))
	if err != nil {
		c.Fatal(err)
	}
	if !strings.Contains(string(content), before) {
		c.Fatalf("%s does not hold %q", name, before)
	}
	c.write(name, strings.Replace(string(content), before, after, 1))
}

// live are the Flux objects that the captured cluster runs, with the first
// commit in the place of the captured one.
func (c *clone) live() *model.Cluster {
	c.Helper()
	content, err := os.ReadFile(filepath.Join(captured, "applied.json"))
	if err != nil {
		c.Fatal(err)
	}
	var list struct{ Items []json.RawMessage }
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(content), capturedCommit, c.first)), &list); err != nil {
		c.Fatal(err)
	}
	live := &model.Cluster{Reachable: true, Flux: model.Installation{Installed: true, Version: "v2.9.5", Namespace: "flux-system"}}
	for _, item := range list.Items {
		object, err := cluster.DecodeObject(item)
		if err != nil {
			c.Fatal(err)
		}
		if object.Spec != nil {
			object.Assessment.State = model.StateReady
			live.Objects = append(live.Objects, object)
		}
	}
	for _, kind := range fluxkind.All() {
		live.Kinds = append(live.Kinds, model.KindRead{Group: kind.Group, Kind: kind.Kind, Scope: model.ReadCluster})
	}
	return live
}

// facts scans, renders and joins, as the engine does.
func (c *clone) facts(live *model.Cluster) *model.Facts {
	c.Helper()
	repository, problems, err := gitrepo.Scan(context.Background(), gitrepo.Options{Root: c.root})
	if err != nil || len(problems) > 0 {
		c.Fatal(err, problems)
	}
	files := os.DirFS(c.root)
	rendering, problems := render.Run(context.Background(), repository, files, render.Options{Lookup: capturedValues})
	if len(problems) > 0 {
		c.Fatal(problems)
	}
	facts := merge.Join(merge.Sides{Now: capturedNow, Cluster: live, Repository: repository, Rendering: rendering})
	var history *model.History
	if questions := merge.AskHistory(facts); questions != nil {
		history, err = gitrepo.ReadHistory(context.Background(), gitrepo.HistoryOptions{
			Root: c.root, Revisions: questions.Revisions, Upstream: questions.Upstream, Files: questions.Files,
		})
		if err != nil {
			c.Fatal(err)
		}
	}
	merge.Explain(facts, history)
	return facts
}

// base is an earlier commit of the clone, scanned and rendered.
func (c *clone) base(reason model.BaseReason, hash string) *model.Base {
	c.Helper()
	commit, err := gitrepo.OpenCommit(context.Background(), c.root, hash)
	if err != nil {
		c.Fatal(err)
	}
	defer commit.Close()
	base := &model.Base{Reason: reason, Revision: hash, Commit: hash}
	base.Repository, _, err = gitrepo.ScanCommit(context.Background(), commit, model.Git{Known: true, WorkTree: c.root, Remotes: []model.Remote{{Name: "origin", URL: capturedURL}}})
	if err != nil {
		c.Fatal(err)
	}
	base.Rendering, _ = render.Run(context.Background(), base.Repository, commit, render.Options{Lookup: capturedValues})
	return base
}

// capturedValues answers as the captured cluster for what was applied by hand.
func capturedValues(_ context.Context, id model.ID) (map[string]string, error) {
	switch id.Name {
	case "cluster-vars":
		return map[string]string{"region": "eu-1", "cluster": "overridden"}, nil
	case "cluster-secrets":
		return map[string]string{"token_hint": "abc"}, nil
	}
	return nil, fs.ErrNotExist
}

// find is the live object of a kind and name.
func find(t testing.TB, objects []*model.Object, kind, name string) *model.Object {
	t.Helper()
	for _, object := range objects {
		if object.Kind == kind && object.Name == name && object.Origin&model.FromCluster != 0 {
			return object
		}
	}
	t.Fatalf("there is no %s %s", kind, name)
	return nil
}
