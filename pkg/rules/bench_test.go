package rules

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/merge"
	"github.com/fluxctx/kubectl-fluxctx/pkg/render"
)

// BenchmarkRun judges a generated fleet, which FLUXCTX_FLEET names, with as much
// of it rendered as the command renders. The peer is the scan of the same folder
// in the same run.
func BenchmarkRun(b *testing.B) {
	root := os.Getenv("FLUXCTX_FLEET")
	if root == "" {
		b.Skip("set FLUXCTX_FLEET to the folder of a generated fleet")
	}
	repository, _, err := gitrepo.Scan(context.Background(), gitrepo.Options{Root: root})
	if err != nil {
		b.Fatal(err)
	}
	facts := merge.Join(merge.Sides{Now: casesNow, Repository: repository})
	facts.Rendering, _ = render.Run(context.Background(), repository, os.DirFS(root), render.Options{Budget: 5 * time.Second})
	b.Logf("%d files, %d objects, %d builds", repository.Files, len(facts.Objects), len(facts.Rendering.Builds))
	b.Run("scan", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := gitrepo.Scan(context.Background(), gitrepo.Options{Root: root}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("rules", func(b *testing.B) {
		for b.Loop() {
			Run(facts, Options{})
		}
	})
}
