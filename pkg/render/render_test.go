package render

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxver"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// flux is a Flux Kustomization that builds a path; more is added to its spec.
func flux(name, path string, more ...string) string {
	return fmt.Sprintf("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: %s, namespace: flux-system}\nspec:\n"+
		"  interval: 10m\n  prune: true\n  path: %s\n  sourceRef: {kind: GitRepository, name: flux-system}\n", name, path) + strings.Join(more, "")
}

func configMap(name string, data ...string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + ", namespace: flux-system}\ndata: {" + strings.Join(data, ", ") + "}\n"
}

// builds are the builds of a rendering, one line each.
func builds(rendering *model.Rendering) []string {
	var lines []string
	for _, build := range rendering.Builds {
		line := fmt.Sprintf("%s %s %s", build.Owner.Name, build.Location, build.State)
		if build.Parent >= 0 {
			line += " below " + rendering.Builds[build.Parent].Owner.Name
		}
		if build.Reason != "" {
			line += ": " + build.Reason
		}
		lines = append(lines, line)
	}
	return lines
}

func TestBuilds(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{
			name: "two clusters with the same names",
			files: map[string]string{
				"a/root.yaml": flux("root", "./a"), "a/app.yaml": flux("app", "./app"),
				"b/root.yaml": flux("root", "./b"), "b/app.yaml": flux("app", "./app"), "app/cm.yaml": configMap("cm"),
			},
			want: []string{
				"root a/root.yaml:1 rendered", "app a/app.yaml:1 rendered below root",
				"root b/root.yaml:1 rendered", "app b/app.yaml:1 rendered below root",
			},
		},
		{
			name:  "owners that make each other",
			files: map[string]string{"a/one.yaml": flux("one", "./b"), "b/two.yaml": flux("two", "./a")},
			want:  []string{"one a/one.yaml:1 rendered", "two b/two.yaml:1 rendered below one"},
		},
		{
			name:  "a maker that fails",
			files: map[string]string{"a/root.yaml": flux("root", "./a"), "a/app.yaml": flux("app", "./app"), "a/broken.yaml": "a: b: c\n", "app/cm.yaml": configMap("cm")},
			want: []string{
				"root a/root.yaml:1 failed: failed to decode Kubernetes YAML from /a/broken.yaml: …",
				"app a/app.yaml:1 unknown: Kustomization/flux-system/root makes it, which was not rendered",
			},
		},
		{
			name: "an owner that is patched away",
			files: map[string]string{
				"a/root.yaml": flux("root", "./a"), "a/app.yaml": flux("app", "./app"),
				"a/kustomization.yaml": "resources: [root.yaml, app.yaml]\npatches:\n  - patch: |\n      apiVersion: kustomize.toolkit.fluxcd.io/v1\n      kind: Kustomization\n      metadata: {name: app, namespace: flux-system}\n      $patch: delete\n",
			},
			want: []string{"root a/root.yaml:1 rendered"},
		},
		{
			name:  "a path that does not exist, and one that climbs out",
			files: map[string]string{"a.yaml": flux("a", "./nowhere"), "b.yaml": flux("b", "../../b"), "b/cm.yaml": configMap("cm")},
			want: []string{
				"a a.yaml:1 failed: kustomization path not found: stat /nowhere: no such file or directory", "b b.yaml:1 rendered",
			},
		},
		{
			name:  "nothing to build",
			files: map[string]string{"a.yaml": flux("a", "./empty"), "empty/README.md": "x"},
			want:  []string{"a a.yaml:1 rendered"},
		},
		{
			name:  "a component that does not exist",
			files: map[string]string{"a.yaml": flux("a", "./app", "  components: [../no]\n"), "b.yaml": flux("b", "./app", "  components: [../no]\n  ignoreMissingComponents: true\n"), "app/cm.yaml": configMap("cm")},
			want: []string{
				"a a.yaml:1 failed: kustomize build failed: accumulating components: …",
				"b b.yaml:1 rendered",
			},
		},
		{
			name:  "a spec that cannot be read",
			files: map[string]string{"a.yaml": flux("a", "./app", "  patches: {}\n")},
			want:  []string{"a a.yaml:1 failed: its spec cannot be read: …"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			repo, files := scan(t, writeTree(t, test.files))
			rendering, problems := Run(t.Context(), repo, files, Options{})
			if len(problems) != 0 {
				t.Error(problems)
			}
			got := builds(rendering)
			// The libraries may word the rest as they like.
			same := func(got, want string) bool {
				start, cut := strings.CutSuffix(want, "…")
				return got == want || cut && strings.HasPrefix(got, start)
			}
			if !slices.EqualFunc(got, test.want, same) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// TestSources: what cannot be told to be this repository is not rendered.
func TestSources(t *testing.T) {
	repo, files := scan(t, writeTree(t, map[string]string{"a.yaml": flux("a", "./app"), "b.yaml": flux("b", "./elsewhere"), "app/cm.yaml": configMap("cm")}))
	for _, test := range []struct {
		source model.BuildSource
		want   []string
	}{
		{model.SourceTree, []string{"rendered", "failed"}},
		{model.SourceAssumed, []string{"rendered", "unknown"}},
		{model.SourceUnknown, []string{"rendered", "unknown"}},
		{model.SourceOther, []string{"unknown", "unknown"}},
	} {
		t.Run(string(test.source), func(t *testing.T) {
			for i := range repo.Builds {
				repo.Builds[i].Source = test.source
			}
			rendering, _ := Run(t.Context(), repo, files, Options{})
			for i, build := range rendering.Builds {
				if string(build.State) != test.want[i] {
					t.Errorf("%s: %s %s", build.Owner, build.State, build.Reason)
				}
			}
		})
	}
}

// TestSelf: an owner that patches itself is built as it makes itself, as Flux
// would go on with that.
func TestSelf(t *testing.T) {
	repo, files := scan(t, writeTree(t, map[string]string{
		"clusters/main/flux-system/gotk-sync.yaml": flux("flux-system", "./clusters/main"),
		"clusters/main/flux-system/kustomization.yaml": `resources: [gotk-sync.yaml]
patches:
  - target: {kind: Kustomization, name: flux-system}
    patch: |
      - op: add
        path: /spec/postBuild
        value: {substitute: {region: eu-1}}
`,
		"clusters/main/cm.yaml": configMap("cm", `a: "${region}"`),
	}))
	rendering, problems := Run(t.Context(), repo, files, Options{})
	if len(problems) != 0 || len(rendering.Builds) != 1 {
		t.Fatal(problems, builds(rendering))
	}
	cm := object(t, &rendering.Builds[0], "ConfigMap", "cm")
	if !strings.Contains(string(cm.Body), `"a":"eu-1"`) {
		t.Errorf("got %s", cm.Body)
	}
	steps := cm.StepsOf("data.a")
	if len(steps) != 1 || steps[0].Location.String() != "clusters/main/flux-system/kustomization.yaml:7" || steps[0].Cause == nil || steps[0].Cause.Kind != model.StepPatch {
		t.Errorf("got %+v", steps)
	}
}

// TestVariables: they come from what the cluster is made of, whoever makes it
// and whenever; what is not there is asked for, or stays as it is.
func TestVariables(t *testing.T) {
	from := func(refs string) string { return "  postBuild: {substituteFrom: [" + refs + "]}\n" }
	tree := map[string]string{
		"a/root.yaml":     flux("root", "./a"),
		"a/app.yaml":      flux("app", "./app", from("{kind: ConfigMap, name: settings}, {kind: Secret, name: plain}, {kind: Secret, name: sops}")),
		"a/optional.yaml": flux("optional", "./app", "  postBuild:\n    substitute: {one: \"1\"}\n    substituteFrom: [{kind: ConfigMap, name: nowhere, optional: true}]\n"),
		"a/z-late.yaml":   flux("z-late", "./late"),
		"late/cm.yaml":    configMap("settings", `one: "first\nsecond"`, `two: "${two}"`),
		"a/secrets.yaml": `apiVersion: v1
kind: Secret
metadata: {name: plain, namespace: flux-system}
stringData: {three: hunter2}
---
apiVersion: v1
kind: Secret
metadata: {name: sops, namespace: flux-system}
data: {four: "ENC[AES256_GCM,data:abc=,iv:x=,tag:y=,type:str]"}
sops: {version: "3"}
`,
		"app/cm.yaml": configMap("cm", `one: "${one}"`, `three: "${three}"`, `four: "${four:=x}"`),
	}
	data := func(t *testing.T, rendering *model.Rendering, name string) string {
		build := rendered(t, rendering, name)
		if build.State != model.BuildRendered {
			return build.Reason
		}
		cm := object(t, build, "ConfigMap", "cm")
		_, body, _ := strings.Cut(string(cm.Body), `"data":`)
		return strings.TrimSuffix(body, "}") + " " + strings.Join(cm.Unresolved, ",")
	}
	repo, files := scan(t, writeTree(t, tree))
	for _, test := range []struct {
		name string
		opts Options
		want map[string]string
	}{
		{"offline", Options{}, map[string]string{
			"app":      `{"one":"firstsecond","three":"${three}","four":"${four:=x}"} four,three`,
			"optional": "ConfigMap/flux-system/cm dry-run failed: .data.one: expected string, got 1",
		}},
		{"nothing there", Options{Lookup: func(context.Context, model.ID) (map[string]string, error) { return nil, fs.ErrNotExist }}, map[string]string{
			"optional": `post build failed for 'ConfigMap.v1.[noGrp]/cm': envsubst error: variable substitution failed: variable not set (strict mode): "three"`,
		}},
		{"lenient", Options{Lenient: true, Lookup: func(context.Context, model.ID) (map[string]string, error) { return nil, fs.ErrNotExist }}, map[string]string{
			"optional": "ConfigMap/flux-system/cm dry-run failed: .data.one: expected string, got 1",
		}},
		{"an old Flux", Options{Flux: fluxver.Minor{Major: 2, Minor: 8}, Lookup: func(context.Context, model.ID) (map[string]string, error) { return nil, fs.ErrNotExist }}, map[string]string{
			"optional": "ConfigMap/flux-system/cm dry-run failed: .data.one: expected string, got 1",
		}},
		{"forbidden", Options{Lookup: func(context.Context, model.ID) (map[string]string, error) { return nil, errors.New("forbidden") }}, map[string]string{
			"app": `{"one":"firstsecond","three":"${three}","four":"${four:=x}"} four,three`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rendering, _ := Run(t.Context(), repo, files, test.opts)
			for name, want := range test.want {
				if got := data(t, rendering, name); got != want {
					t.Errorf("%s: got %s, want %s", name, got, want)
				}
			}
			for _, build := range rendering.Builds {
				for _, object := range build.Objects {
					if strings.Contains(string(object.Body), "hunter2") || strings.Contains(fmt.Sprint(object.Steps), "hunter2") {
						t.Errorf("%s shows a secret", object.ID)
					}
					if object.Name == "sops" && !strings.Contains(string(object.Body), "ENC[AES256_GCM") {
						t.Errorf("what SOPS encrypted is not as it was: %s", object.Body)
					}
				}
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		tree := map[string]string{"a.yaml": flux("a", "./app", from("{kind: ConfigMap, name: nowhere}")), "app/cm.yaml": configMap("cm")}
		repo, files := scan(t, writeTree(t, tree))
		rendering, _ := Run(t.Context(), repo, files, Options{Lookup: func(context.Context, model.ID) (map[string]string, error) { return nil, fs.ErrNotExist }})
		if got := builds(rendering)[0]; !strings.Contains(got, "failed: substitute from 'ConfigMap/nowhere' error") {
			t.Error(got)
		}
	})
	t.Run("where a value stands", func(t *testing.T) {
		rendering, _ := Run(t.Context(), repo, files, Options{})
		steps := object(t, rendered(t, rendering, "app"), "ConfigMap", "cm").StepsOf("data.one")
		if len(steps) != 1 || steps[0].Entry != "spec.postBuild.substituteFrom[0]" || steps[0].Declared.String() != "a/app.yaml:9" || steps[0].Location.String() != "late/cm.yaml:4" {
			t.Errorf("got %+v", steps)
		}
	})
}

// TestMemory renders a tree that is nowhere on disk, as that of a commit.
func TestMemory(t *testing.T) {
	repo, _ := scan(t, writeTree(t, map[string]string{"a.yaml": flux("a", "./app"), "app/cm.yaml": configMap("cm", "a: now")}))
	files := fstest.MapFS{
		"a.yaml":      {Data: []byte(flux("a", "./app", "  namePrefix: old-\n"))},
		"app/cm.yaml": {Data: []byte(configMap("cm", "a: before"))},
		"app/link":    {Data: []byte("cm.yaml"), Mode: fs.ModeSymlink},
	}
	rendering, problems := Run(t.Context(), repo, files, Options{})
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	if cm := object(t, &rendering.Builds[0], "ConfigMap", "old-cm"); !strings.Contains(string(cm.Body), `"a":"before"`) {
		t.Errorf("got %s", cm.Body)
	}
}

// TestSymlinks: source-controller puts none into an artifact.
func TestSymlinks(t *testing.T) {
	root := writeTree(t, map[string]string{"a.yaml": flux("a", "./app"), "b.yaml": flux("b", "./linked"), "app/cm.yaml": configMap("cm"), "other/cm.yaml": configMap("other")})
	for link, target := range map[string]string{"app/link.yaml": "../other/cm.yaml", "app/folder": "../other", "linked": "app", "app/out.yaml": "/etc/passwd"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Skip(err)
		}
	}
	repo, files := scan(t, root)
	rendering, _ := Run(t.Context(), repo, files, Options{})
	if a := rendered(t, rendering, "a"); a.State != model.BuildRendered || len(a.Objects) != 1 {
		t.Error(a.State, a.Reason, a.Objects)
	}
	if b := rendered(t, rendering, "b"); b.State != model.BuildFailed {
		t.Error(b.State, b.Reason)
	}
}

// TestIgnored: what the source leaves out is not there.
func TestIgnored(t *testing.T) {
	repo, files := scan(t, writeTree(t, map[string]string{"a.yaml": flux("a", "./app"), "app/cm.yaml": configMap("cm"), "app/values.yaml": "no: manifest\n"}))
	rendering, _ := Run(t.Context(), repo, files, Options{})
	if a := rendered(t, rendering, "a"); a.State != model.BuildFailed || !strings.Contains(a.Reason, "failed to decode Kubernetes YAML from /app/values.yaml") {
		t.Error(a.State, a.Reason)
	}
	repo.Builds[0].Ignored = []string{"app/values.yaml"}
	rendering, _ = Run(t.Context(), repo, files, Options{})
	if a := rendered(t, rendering, "a"); a.State != model.BuildRendered || len(a.Objects) != 1 {
		t.Error(a.State, a.Reason)
	}
}

// hanging blocks when one file is opened, until the test ends.
type hanging struct {
	fs.FS
	name string
	done <-chan struct{}
}

func (h hanging) Open(name string) (fs.File, error) {
	if name == h.name {
		<-h.done
		return nil, fs.ErrClosed
	}
	return h.FS.Open(name)
}

// TestBudget: a build that hangs is left behind and named, the others are
// rendered, and what there was no time for is said.
func TestBudget(t *testing.T) {
	repo, files := scan(t, writeTree(t, map[string]string{
		"a.yaml": flux("a", "./a"), "b.yaml": flux("b", "./b"), "a/cm.yaml": configMap("a"), "b/cm.yaml": configMap("b"),
	}))
	done := make(chan struct{})
	defer close(done)
	started := time.Now()
	rendering, problems := Run(t.Context(), repo, hanging{files, "a/cm.yaml", done}, Options{Budget: 300 * time.Millisecond})
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if a := rendered(t, rendering, "a"); a.State != model.BuildSkipped || a.Reason != "the time was up" {
		t.Error(a.State, a.Reason)
	}
	if b := rendered(t, rendering, "b"); b.State != model.BuildRendered {
		t.Error(b.State, b.Reason)
	}
	if len(problems) != 1 || problems[0].Code != "BuildAbandoned" || !strings.Contains(problems[0].Message, "Kustomization/flux-system/a (a.yaml:1)") {
		t.Error(problems)
	}

	t.Run("no time at all", func(t *testing.T) {
		rendering, problems := Run(t.Context(), repo, files, Options{Budget: 1})
		for _, build := range rendering.Builds {
			if build.State != model.BuildSkipped {
				t.Error(build.Owner, build.State)
			}
		}
		if len(rendering.Builds) != 2 || len(problems) == 0 {
			t.Error(len(rendering.Builds), problems)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if rendering, _ := Run(ctx, repo, files, Options{}); len(rendering.Builds) != 2 || rendering.Builds[0].State != model.BuildSkipped {
			t.Error(builds(rendering))
		}
	})
}

// TestOrder: the most relevant come first, with those that make them; of equals
// those that have just been made.
func TestOrder(t *testing.T) {
	repo, files := scan(t, writeTree(t, map[string]string{
		"a/root.yaml": flux("a", "./a"), "a/app.yaml": flux("a-app", "./app"),
		"b/root.yaml": flux("b", "./b"), "b/app.yaml": flux("b-app", "./app"), "b/important.yaml": flux("b-important", "./app"), "app/cm.yaml": configMap("cm"),
	}))
	s := newScheduler(t.Context(), repo, files, Options{Relevance: func(owner model.ID, _ model.Location) int {
		if owner.Name == "b-important" {
			return 1
		}
		return 0
	}})
	var order []string
	var mutex sync.Mutex
	s.opts.Progress = func(done, total int) {
		mutex.Lock()
		defer mutex.Unlock()
		order = append(order, fmt.Sprintf("%d/%d", done, total))
	}
	makers := map[model.Location][]*model.Build{}
	for _, object := range s.owners() {
		for i := range repo.Builds {
			if build := &repo.Builds[i]; build.Location != object.Location && slices.Contains(build.Files, object.Location.File) {
				makers[object.Location] = append(makers[object.Location], build)
			}
		}
	}
	s.spreadRelevance(s.owners(), makers)
	for _, object := range s.owners() {
		if len(makers[object.Location]) == 0 {
			s.add(nil, s.written(object))
		}
	}
	var names []string
	for len(s.queue) > 0 {
		j := s.queue[len(s.queue)-1]
		s.queue = s.queue[:len(s.queue)-1]
		names = append(names, j.owner.id.Name)
		built, _ := s.attempt(j)
		s.finish(j, built)
	}
	if got := strings.Join(names, " "); got != "b b-important b-app a a-app" {
		t.Errorf("got %s", got)
	}
	if got := strings.Join(order, " "); got != "1/4 2/4 3/4 4/5 5/5" {
		t.Errorf("progress %s", got)
	}
}
