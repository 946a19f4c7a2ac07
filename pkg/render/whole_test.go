package render

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// renderWith renders a tree through the cache in a folder.
func renderWith(t *testing.T, root, folder string, opts Options) (*model.Rendering, []model.Problem) {
	t.Helper()
	cache, err := OpenCache(folder, "1")
	if err != nil {
		t.Fatal(err)
	}
	defer cache.Close()
	repo, files := scan(t, root)
	opts.Cache = cache
	return Run(t.Context(), repo, files, opts)
}

// wholes are the names of the renderings that a cache keeps as a whole.
func wholes(t *testing.T, folder string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "tree-*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestWhole: a tree that has not changed needs none of the entries of its
// builds; one that has changed anywhere in what builds read is rendered again.
func TestWhole(t *testing.T) {
	files := map[string]string{
		"a/root.yaml": flux("root", "./a"), "a/app.yaml": flux("app", "./app/prod", "  postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}\n"),
		"a/settings.yaml":             configMap("settings", "x: one"),
		"app/prod/kustomization.yaml": "resources: [../base]\nconfigMapGenerator: [{name: ini, files: [config.ini]}]\n", "app/prod/config.ini": "a=b\n",
		"app/base/kustomization.yaml": "resources: [cm.yaml]\nnamePrefix: p-\n", "app/base/cm.yaml": configMap("cm", `a: "${x}"`),
		"a/broken.yaml": flux("broken", "./nowhere"),
	}
	root, folder := writeTree(t, files), filepath.Join(t.TempDir(), "rendered")
	first, problems := renderWith(t, root, folder, Options{})
	if len(problems) != 0 || len(wholes(t, folder)) != 1 {
		t.Fatal(problems, wholes(t, folder))
	}
	for name := range entriesOf(t, folder) {
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	second, _ := renderWith(t, root, folder, Options{})
	for i := range second.Builds {
		if build := &second.Builds[i]; !build.Cached {
			t.Errorf("%s: cached is %t", build.Owner, build.Cached)
		}
		second.Builds[i].Cached = false
	}
	if !reflect.DeepEqual(first, second) {
		t.Errorf("kept was\n%s\nnot\n%s", asJSON(second), asJSON(first))
	}
	for name, content := range files {
		t.Run("changed "+name, func(t *testing.T) {
			write(t, root, name, content+"# changed\n")
			changed, _ := renderWith(t, root, folder, Options{})
			for _, build := range changed.Builds {
				if build.Cached && build.Path == filepath.Dir(name) {
					t.Errorf("%s comes from the cache", build.Owner)
				}
			}
		})
	}
	t.Run("a damaged entry", func(t *testing.T) {
		for _, name := range wholes(t, folder) {
			write(t, "", name, "not what was written")
		}
		again, _ := renderWith(t, root, folder, Options{})
		if len(again.Builds) != len(first.Builds) {
			t.Errorf("%d builds", len(again.Builds))
		}
	})
}

// TestWholeKeepsNothingOfACluster: what a cluster answers may be another thing
// the next time.
func TestWholeKeepsNothingOfACluster(t *testing.T) {
	root := writeTree(t, map[string]string{
		"a/app.yaml":  flux("app", "./app", "  postBuild: {substituteFrom: [{kind: ConfigMap, name: elsewhere}]}\n"),
		"app/cm.yaml": configMap("cm", `a: "${x}"`),
	})
	for _, test := range []struct {
		name   string
		lookup Lookup
		want   int
	}{
		{"it answers", func(context.Context, model.ID) (map[string]string, error) { return map[string]string{"x": "one"}, nil }, 0},
		{"it does not", func(context.Context, model.ID) (map[string]string, error) { return nil, errors.New("forbidden") }, 0},
		{"there is none", nil, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "rendered")
			renderWith(t, root, folder, Options{Lookup: test.lookup})
			if got := len(wholes(t, folder)); got != test.want {
				t.Errorf("%d renderings are kept, not %d", got, test.want)
			}
		})
	}
}

func TestPack(t *testing.T) {
	step := model.Step{Kind: model.StepPatch, Entry: "patches[0]", Location: model.Location{File: "a.yaml", Line: 3}}
	value := []model.RenderedBuild{
		{Parent: -1, State: model.BuildFailed, Reason: strings.Repeat("ä", 300)},
		{
			Cached: true, Unknown: []model.ID{},
			Objects: []model.EffectiveObject{{
				Body:  json.RawMessage(`{"a":1}`),
				Steps: []model.AppliedStep{{Step: model.Step{Cause: &step}, Fields: []model.FieldChange{{Field: "a", Before: "1", Line: -7}}}},
			}},
		},
	}
	packed, err := pack(value, 0)
	if err != nil {
		t.Fatal(err)
	}
	var back []model.RenderedBuild
	if err := unpack(packed, &back); err != nil || !reflect.DeepEqual(back, value) {
		t.Fatalf("%v\n%s\nnot\n%s", err, asJSON(back), asJSON(value))
	}
	for length := range packed {
		if err := unpack(packed[:length], &back); err == nil {
			t.Errorf("%d of %d bytes were taken for the whole", length, len(packed))
		}
	}
	for i := range packed {
		damaged := append([]byte{}, packed...)
		damaged[i] ^= 0xff
		_ = unpack(damaged, new([]model.RenderedBuild)) // must end, whatever it says
	}
	if _, err := pack(value, 10); !errors.Is(err, errPackedTooLarge) {
		t.Errorf("a limit of 10 bytes: %v", err)
	}
	if _, err := pack(map[string]int{}, 0); err == nil {
		t.Error("a map was packed")
	}
}
