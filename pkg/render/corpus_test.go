package render

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/test/corpus"
)

// TestCorpusKustomizations builds what kustomize built: the same kustomizations
// build and fail, with as many objects. Those that failed there for want of the
// network are not tried here.
func TestCorpusKustomizations(t *testing.T) {
	folder := corpus.Folder(t)
	results, err := filepath.Glob(filepath.Join(folder, "kustomize", "*.json"))
	if err != nil || len(results) == 0 {
		t.Fatal("no results of kustomize", err)
	}
	built, changes, unexplained := 0, 0, 0
	for _, name := range results {
		repo := strings.TrimSuffix(filepath.Base(name), ".json")
		t.Run(repo, func(t *testing.T) {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var truth struct {
				Results []struct {
					File    string
					OK      bool
					Objects int
					Error   string
				}
			}
			if err := json.Unmarshal(content, &truth); err != nil {
				t.Fatal(err)
			}
			files := openTree(t, corpus.Unpack(t, filepath.Join(folder, repo+".tar.gz")))
			for _, want := range truth.Results {
				got := Build(t.Context(), files, path.Dir(want.File))
				switch {
				case strings.Contains(want.Error, "exit status 128"):
					if got.State != model.BuildUnknown {
						t.Errorf("%s needs the network: %s %s", want.File, got.State, got.Reason)
					}
				case want.OK != (got.State == model.BuildRendered):
					t.Errorf("%s: ok is %t: %s %s", want.File, want.OK, got.State, got.Reason)
				case len(got.Objects) != want.Objects:
					t.Errorf("%s: %d objects, not %d", want.File, len(got.Objects), want.Objects)
				}
				built++
				for _, object := range got.Objects {
					if object.Location.File == "" || object.Location.Line == 0 {
						t.Errorf("%s: it is not known what defines %s", want.File, object.ID)
					}
					for _, step := range object.Steps {
						changes += len(step.Fields)
						for _, field := range step.Fields {
							if step.Kind == model.StepKustomize && step.Entry == "" {
								unexplained++
								t.Logf("%s: %s: %s: %s → %s", want.File, object.ID, field.Field, field.Before, field.After)
							}
							if field.Line == 0 {
								t.Errorf("%s: %s: %s has no line: %+v", want.File, object.ID, field.Field, step.Step)
							}
						}
					}
				}
			}
		})
	}
	t.Logf("%d kustomizations, %d changed fields, %d of them put down to kustomize", built, changes, unexplained)
	if unexplained*1000 > changes {
		t.Errorf("%d of %d changed fields are not explained", unexplained, changes)
	}
}
