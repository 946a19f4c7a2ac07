package merge_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/merge"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/render"
)

// BenchmarkFleet compares the join of a generated fleet, named by FLUXCTX_FLEET,
// with the two sides that it joins: the scan of its files, and the decoding of
// its live objects, which is the least that reading a cluster takes. The join
// may add a tenth to their sum. When the files are a clone of what the cluster
// fetches, the live objects have applied a commit of it, behind many others, and
// reading the log counts as a part of the join.
func BenchmarkFleet(b *testing.B) {
	folder := os.Getenv("FLUXCTX_FLEET")
	if folder == "" {
		b.Skip("set FLUXCTX_FLEET to the folder of a generated fleet")
	}
	root := filepath.Join(folder, "repo")
	texts := fleetObjects(b, filepath.Join(folder, "cluster", "objects.yaml"))
	applyCommit(texts, root)
	var (
		live       *model.Cluster
		repository *model.Repository
	)
	b.Run("sides", func(b *testing.B) {
		for b.Loop() {
			live, repository = decodeFleet(b, texts), scanFleet(b, root)
		}
	})
	rendering, _ := render.Run(context.Background(), repository, os.DirFS(root), render.Options{Budget: 20 * time.Second})
	var facts *model.Facts
	b.Run("join", func(b *testing.B) {
		for b.Loop() {
			facts = merge.Join(merge.Sides{Now: capturedNow, Cluster: live, Repository: repository, Rendering: rendering})
			merge.Trace(facts)
			var history *model.History
			if questions := merge.AskHistory(facts); questions != nil {
				var err error
				history, err = gitrepo.ReadHistory(b.Context(), gitrepo.HistoryOptions{
					Root: root, Revisions: questions.Revisions, Upstream: questions.Upstream, Files: questions.Files,
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			merge.Explain(facts, history)
			merge.Own(facts)
		}
	})
	both := 0
	for _, object := range facts.Objects {
		if object.Origin == model.FromCluster|model.FromRepository {
			both++
		}
	}
	b.Logf("%d live objects, %d files, %d builds, %d objects on both sides", len(live.Objects), repository.Files, len(rendering.Builds), both)
	if facts.History != nil {
		b.Logf("%d commits of the log, %d commits behind", len(facts.History.Commits), commitsBehind)
	}
}

// commitsBehind is how many commits the cluster of the benchmark is behind.
const commitsBehind = 100

// applyCommit lets live objects have applied an older commit of the clone, if the
// files are one.
func applyCommit(texts [][]byte, root string) {
	cmd := exec.Command("git", "-C", root, "rev-parse", "--verify", "--quiet", fmt.Sprintf("HEAD~%d", commitsBehind))
	commit, err := cmd.Output()
	if err != nil {
		return
	}
	revision := regexp.MustCompile("main@sha1:[0-9a-f]{40}")
	for i, text := range texts {
		texts[i] = revision.ReplaceAll(text, []byte("main@sha1:"+strings.TrimSpace(string(commit))))
	}
}

// fleetObjects reads the live objects of a fleet as JSON.
func fleetObjects(b *testing.B, file string) [][]byte {
	b.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	var texts [][]byte
	for _, document := range bytes.Split(content, []byte("\n---\n")) {
		text, err := yaml.YAMLToJSON(document)
		if err != nil {
			b.Fatal(err)
		}
		texts = append(texts, text)
	}
	return texts
}

func decodeFleet(b *testing.B, texts [][]byte) *model.Cluster {
	b.Helper()
	live := &model.Cluster{Reachable: true, Flux: model.Installation{Installed: true, Version: "v2.9.5", Namespace: "flux-system"}}
	for _, text := range texts {
		object, err := cluster.DecodeObject(text)
		if err != nil {
			continue // no object, such as a comment
		}
		if object.Spec != nil {
			live.Objects = append(live.Objects, object)
		}
	}
	for _, kind := range fluxkind.All() {
		live.Kinds = append(live.Kinds, model.KindRead{Group: kind.Group, Kind: kind.Kind, Scope: model.ReadCluster})
	}
	return live
}

func scanFleet(b *testing.B, root string) *model.Repository {
	b.Helper()
	repository, _, err := gitrepo.Scan(context.Background(), gitrepo.Options{Root: root})
	if err != nil {
		b.Fatal(err)
	}
	return repository
}
