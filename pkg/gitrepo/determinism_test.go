package gitrepo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestScanIsDeterministic holds the facts to be the same, byte for byte, on one
// core and on several, and for copies whose folders list their entries in
// another order.
func TestScanIsDeterministic(t *testing.T) {
	files := monorepo()
	for i := range 300 {
		files[fmt.Sprintf("apps/base/many/%03d/app.yaml", i)] = fmt.Sprintf(deployment, fmt.Sprint("app-", i)) + "# {\"$imagepolicy\": \"flux-system:app\"}\n"
		files[fmt.Sprintf("apps/base/many/%03d/kustomization.yaml", i)] = kustomizeFile("app.yaml", "gone.yaml", "../../bare", fmt.Sprintf("../%03d", (i+1)%300))
	}
	files["broken.yaml"] = "a: [\n---\na: b\na: c\n"
	files["apps/bare/x.yaml"] = good
	files["bomb.yaml"] = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: bomb}\nspec: &a {values: *a}\n"
	files["clusters/production/many.yaml"] = fluxKustomization("many", "./apps/base/many/007")
	files["charts/web/Chart.yaml"] = "apiVersion: v2\nname: web\nversion: 1.0.0\n"

	names := sortedKeys(files)
	scan := func(cores int, shuffle *rand.Rand) []byte {
		root := t.TempDir()
		order := names
		if shuffle != nil {
			order = make([]string, len(names))
			for i, j := range shuffle.Perm(len(names)) {
				order[i] = names[j]
			}
		}
		for _, name := range order {
			file := filepath.Join(root, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(files[name]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		repo, problems, err := Scan(t.Context(), Options{Root: root})
		if err != nil || len(repo.Documents) < 300 || len(problems) == 0 {
			t.Fatal(err, len(repo.Documents), problems)
		}
		repo.Root = ""
		facts, err := json.Marshal(map[string]any{"repository": repo, "problems": problems})
		if err != nil {
			t.Fatal(err)
		}
		return facts
	}
	want := scan(1, nil)
	for seed := range uint64(5) {
		for _, cores := range []int{1, 4} {
			if got := scan(cores, rand.New(rand.NewPCG(seed, 0))); !bytes.Equal(got, want) {
				at := 0
				for at < len(got) && at < len(want) && got[at] == want[at] {
					at++
				}
				t.Fatalf("%d cores, order %d: differs at %d:\n%.300s\nwant\n%.300s", cores, seed, at, got[max(at-100, 0):], want[max(at-100, 0):])
			}
		}
	}
}

// good is a manifest that must be found beside whatever else a tree holds.
const good = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: good\n"
