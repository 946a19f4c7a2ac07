package render

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/sourceignore"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// writeTree writes files below a temporary folder and returns it.
func writeTree(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// openTree opens a folder as the command does: confined to it.
func openTree(t testing.TB, root string) fs.FS {
	t.Helper()
	opened, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	return opened.FS()
}

// scan reads a folder, and works out its builds if the scan did not.
func scan(t testing.TB, root string) (*model.Repository, fs.FS) {
	t.Helper()
	repo, problems, err := gitrepo.Scan(context.Background(), gitrepo.Options{Root: root})
	if err != nil || len(problems) != 0 {
		t.Fatal(err, problems)
	}
	files := openTree(t, root)
	if len(repo.Builds) == 0 {
		leftOut, seen, parsed := ignored(t, root), newTree(files), &parsedFiles{files: map[string]*parsedFile{}}
		for _, object := range repo.Objects {
			spec, ok := object.Spec.(*fluxkind.Kustomization)
			if !ok {
				continue
			}
			build := model.Build{Owner: object.ID, Location: object.Location, Path: inTree(spec.Path), Source: model.SourceTree}
			build.Ignored = leftOut
			v := newView(t.Context(), seen, build.Ignored)
			if k, _, err := fluxKustomization(v, build.Path, &kustomizationSpec{}); err == nil {
				newPlan(v, parsed).follow(&layer{dir: build.Path, kustomization: k}, nil)
			}
			for _, name := range sortedKeys(v.seen) {
				if v.seen[name].content != (sum{}) {
					build.Files = append(build.Files, name)
				}
			}
			repo.Builds = append(repo.Builds, build)
		}
	}
	for i := range repo.Builds {
		// The trees of these tests have no remote that tells.
		if repo.Builds[i].Source == model.SourceUnknown {
			repo.Builds[i].Source = model.SourceTree
		}
	}
	return repo, files
}

// ignored lists what the root's .sourceignore leaves out.
func ignored(t testing.TB, root string) []string {
	t.Helper()
	domain := strings.Split(root, string(filepath.Separator))
	patterns, err := sourceignore.LoadIgnorePatterns(root, domain)
	if err != nil {
		t.Fatal(err)
	}
	matcher := sourceignore.NewDefaultMatcher(patterns, domain)
	var names []string
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && matcher.Match(strings.Split(name, string(filepath.Separator)), false) {
			relative, _ := filepath.Rel(root, name)
			names = append(names, filepath.ToSlash(relative))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// rendered finds a build by the name of its owner.
func rendered(t testing.TB, rendering *model.Rendering, name string) *model.RenderedBuild {
	t.Helper()
	i := slices.IndexFunc(rendering.Builds, func(b model.RenderedBuild) bool { return b.Owner.Name == name })
	if i < 0 {
		t.Fatalf("no build of %s", name)
	}
	return &rendering.Builds[i]
}

// object finds an object of a build.
func object(t testing.TB, build *model.RenderedBuild, kind, name string) *model.EffectiveObject {
	t.Helper()
	i := slices.IndexFunc(build.Objects, func(o model.EffectiveObject) bool { return o.Kind == kind && o.Name == name })
	if i < 0 {
		t.Fatalf("%s gives no %s %s: %s %s", build.Owner, kind, name, build.State, build.Reason)
	}
	return &build.Objects[i]
}
