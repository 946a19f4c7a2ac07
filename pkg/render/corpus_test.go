package render

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// corpus is the folder with packed repositories and what an independent
// kustomize made of them.
func corpus(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("FLUXCTX_CORPUS")
	if folder == "" {
		t.Skip("set FLUXCTX_CORPUS to the folder with the corpus")
	}
	return folder
}

// unpack unpacks one repository of the corpus.
func unpack(t testing.TB, archive string) string {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	reader := tar.NewReader(unzipped)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch header.Typeflag {
		case tar.TypeReg:
			content, err := io.ReadAll(reader)
			if err != nil {
				t.Fatal(err)
			}
			if err := root.MkdirAll(path.Dir(header.Name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := root.WriteFile(header.Name, content, 0o600); err != nil {
				t.Fatal(err)
			}
		case tar.TypeSymlink:
			_ = root.Symlink(header.Linkname, header.Name)
		}
	}
	return filepath.Join(folder, strings.TrimSuffix(filepath.Base(archive), ".tar.gz"))
}

// TestCorpusKustomizations builds what kustomize built: the same kustomizations
// build and fail, with as many objects. Those that failed there for want of the
// network are not tried here.
func TestCorpusKustomizations(t *testing.T) {
	folder := corpus(t)
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
			files := openTree(t, unpack(t, filepath.Join(folder, repo+".tar.gz")))
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
