package render

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

const kustomizationHead = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"

// bomb is a YAML document whose aliases expand to 10^levels values.
func bomb(levels int) string {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\nl0: &l0 x\n")
	for i := range levels {
		fmt.Fprintf(&b, "l%d: &l%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*l%d, ", i), 10), ", "))
	}
	return b.String()
}

// TestHostile builds trees that are made to hurt. None may take long, leave the
// tree, reach for the network or a program, or end the process.
func TestHostile(t *testing.T) {
	repeated := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	doubling := map[string]string{"l0/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", "l0/kustomization.yaml": "resources: [cm.yaml]\n"}
	for i := range 20 {
		for _, side := range []string{"a", "b"} {
			doubling[fmt.Sprintf("l%d%s/kustomization.yaml", i+1, side)] = fmt.Sprintf("namePrefix: %s-\nresources: [../l%d]\n", side, i)
		}
		doubling[fmt.Sprintf("l%d/kustomization.yaml", i+1)] = fmt.Sprintf("resources: [../l%da, ../l%db]\n", i+1, i+1)
	}
	doubling["kustomization.yaml"] = "resources: [l20]\n"
	const one = kustomizationHead + "resources: [d.yaml]\n"
	for _, test := range []struct {
		name   string
		files  map[string]string
		state  model.BuildState
		reason string
	}{
		{"alias bomb in a resource", map[string]string{"kustomization.yaml": one, "d.yaml": bomb(9)}, model.BuildSkipped, errExpands.Error()},
		{"alias bomb in a kustomization", map[string]string{"kustomization.yaml": strings.Replace(bomb(9), "ConfigMap", "Kustomization", 1)}, model.BuildSkipped, errExpands.Error()},
		{"alias bomb in a patch", map[string]string{"kustomization.yaml": one + "patches: [{path: p.yaml}]\n", "p.yaml": bomb(9)}, model.BuildSkipped, errExpands.Error()},
		{"alias bomb in an inline patch", map[string]string{"kustomization.yaml": one + "patches:\n  - patch: |\n      " + strings.ReplaceAll(bomb(9), "\n", "\n      ") + "\n"}, model.BuildSkipped, errExpands.Error()},
		{"alias bomb in the configuration of a transformer", map[string]string{"kustomization.yaml": one + "transformers: [t.yaml]\n", "t.yaml": bomb(9)}, model.BuildSkipped, errExpands.Error()},
		{"alias of itself", map[string]string{"kustomization.yaml": one, "d.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: &d {d: *d}\n"}, model.BuildSkipped, errExpands.Error()},
		{"JSON patch that doubles", map[string]string{"kustomization.yaml": one + "patches:\n  - target: {kind: Deployment}\n    patch: |\n" + repeated(40, "      - {op: copy, from: /spec, path: /spec/x%d}\n")}, model.BuildSkipped, errGrows.Error()},
		{"JSON patch in quotes that doubles", map[string]string{"kustomization.yaml": one + "patches:\n  - target: {kind: Deployment}\n    path: p.json\n", "p.json": "[" + strings.TrimSuffix(repeated(40, `{"op" : "copy","from":"/spec","path":"/spec/x%d"},`), ",") + "]"}, model.BuildSkipped, errGrows.Error()},
		{"replacements that double", map[string]string{"kustomization.yaml": one + "replacements:\n" + repeated(40, "  - source: {kind: Deployment, fieldPath: spec}\n    targets: [{select: {kind: Deployment}, fieldPaths: [spec.x%d], options: {create: true}}]\n")}, model.BuildSkipped, errGrows.Error()},
		{"layers that double", doubling, model.BuildSkipped, errBuildTooLarge.Error()},
		{"a cycle", map[string]string{"kustomization.yaml": "resources: [a]\n", "a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"}, model.BuildFailed, errCycle.Error()},
		{"itself", map[string]string{"kustomization.yaml": "resources: [.]\n"}, model.BuildFailed, errCycle.Error()},
		{"a component in a cycle", map[string]string{"kustomization.yaml": one + "components: [c]\n", "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents: [../c]\n"}, model.BuildFailed, errCycle.Error()},
		{"a file outside", map[string]string{"kustomization.yaml": kustomizationHead + "resources: [../../../../../../etc/hosts]\n"}, model.BuildFailed, "/etc/hosts"},
		{"a generator of a file outside", map[string]string{"kustomization.yaml": kustomizationHead + "configMapGenerator: [{name: a, files: [x=/etc/hostname]}]\n"}, model.BuildFailed, "hostname"},
		{"a chart", map[string]string{"kustomization.yaml": kustomizationHead + "helmCharts: [{name: a, repo: \"https://charts.example.org\", version: 1.0.0}]\n"}, model.BuildFailed, "must specify --enable-helm"},
		{"a program", map[string]string{"kustomization.yaml": one + "transformers: [t.yaml]\n", "t.yaml": "apiVersion: v1\nkind: X\nmetadata:\n  name: x\n  annotations: {config.kubernetes.io/function: \"exec: {path: ./run}\"}\n", "run": "#!/bin/sh\n"}, model.BuildFailed, ""},
		{"a container", map[string]string{"kustomization.yaml": one + "generators: [t.yaml]\n", "t.yaml": "apiVersion: v1\nkind: X\nmetadata:\n  name: x\n  annotations: {config.kubernetes.io/function: \"container: {image: x}\"}\n"}, model.BuildFailed, ""},
		{"a plugin", map[string]string{"kustomization.yaml": one + "transformers: [t.yaml]\n", "t.yaml": "apiVersion: someteam.example.com/v1\nkind: X\nmetadata: {name: x}\n"}, model.BuildFailed, "external plugins disabled"},
		{"a schema that is none", map[string]string{"kustomization.yaml": one + "openapi: {path: s.json}\n", "s.json": "[]"}, "", ""},
		{"a key twice, in an object with an ambiguous reference", map[string]string{
			"kustomization.yaml": "resources: [a, b, d.yaml]\n", "a/kustomization.yaml": "resources: [../sa.yaml]\nnamePrefix: a-\n", "b/kustomization.yaml": "resources: [../sa.yaml]\nnamePrefix: b-\n",
			"sa.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sa}\n",
			"d.yaml":  strings.Replace(deployment, "          env:\n", "          envFrom: [{configMapRef: {name: sa}}]\n          env:\n", 1) + "  paused: true\n  paused: false\n",
		}, model.BuildFailed, `mapping key "paused" already defined`},
		{"no number, in an object with an ambiguous reference", map[string]string{
			"kustomization.yaml": "resources: [a, b, d.yaml]\n", "a/kustomization.yaml": "resources: [../sa.yaml]\nnamePrefix: a-\n", "b/kustomization.yaml": "resources: [../sa.yaml]\nnamePrefix: b-\n",
			"sa.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sa}\n",
			"d.yaml":  strings.Replace(deployment, "          env:\n", "          envFrom: [{configMapRef: {name: sa}}]\n          env:\n", 1) + "  x: .nan\n",
		}, model.BuildFailed, "is no number"},
		{"data of another kind, to merge into", map[string]string{"kustomization.yaml": "resources: [b]\nconfigMapGenerator: [{name: a, behavior: merge, literals: [x=1]}]\n", "b/kustomization.yaml": "resources: [cm.yaml]\n", "b/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: [x]\nbinaryData: x\n"}, "", ""},
		{"a variable with a name for the terminal", map[string]string{"kustomization.yaml": one + "vars: [{name: \"a\\e[31m\", objref: {kind: Deployment, name: web, apiVersion: apps/v1}}]\n"}, model.BuildFailed, "does not show as it is"},
		{"deep values", map[string]string{"kustomization.yaml": one, "d.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "\n"}, "", ""},
		{"a regular expression as a name", map[string]string{"kustomization.yaml": one + "images: [{name: \"(a+)+$\", newTag: x}, {name: \"[\", newTag: x}]\npatches: [{target: {name: \"[\"}, patch: \"[{op: add, path: /a, value: b}]\"}]\n"}, model.BuildFailed, ""},
		{"an empty kustomization", map[string]string{"kustomization.yaml": ""}, model.BuildFailed, ""},
		{"a list as a kustomization", map[string]string{"kustomization.yaml": "[a]\n"}, model.BuildFailed, ""},
		{"a kustomization in two files", map[string]string{"kustomization.yaml": one, "Kustomization": one}, model.BuildFailed, "Found multiple kustomization files"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.files["d.yaml"] == "" {
				test.files["d.yaml"] = deployment
			}
			started := time.Now()
			built := Build(t.Context(), openTree(t, writeTree(t, test.files)), ".")
			if took := time.Since(started); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if test.state != "" && built.State != test.state || !strings.Contains(built.Reason, test.reason) {
				t.Errorf("%s: %s", built.State, built.Reason)
			}
			if strings.ContainsAny(built.Reason, "\x1b\n") {
				t.Errorf("reason %q", built.Reason)
			}
			for _, object := range built.Objects {
				if strings.Contains(string(object.Body), "127.0.0.1") {
					t.Error("a file of the machine was read")
				}
			}
		})
	}
}

// TestRemote: nothing that may lead elsewhere reaches kustomize, in no field.
func TestRemote(t *testing.T) {
	for _, remote := range []string{
		"https://127.0.0.1:1/x", "HTTPS://127.0.0.1:1/x", "http:127.0.0.1", "ssh://git@127.0.0.1/x", "git@127.0.0.1:x/y", "git::https://127.0.0.1:1/x",
		"github.com/fluxcd/flux2//manifests", "GitHub.com:fluxcd/flux2", "gh:fluxcd/flux2", "file:///etc", "127.0.0.1://x", "org-1234@github.com:a/b",
	} {
		for entry, yaml := range map[string]string{
			"resources": "resources: [%q]", "bases": "bases: [%q]", "components": "components: [%q]", "crds": "crds: [%q]", "configurations": "configurations: [%q]",
			"generators": "generators: [%q]", "transformers": "transformers: [%q]", "validators": "validators: [%q]", "patches": "patches: [{path: %q}]",
			"patchesStrategicMerge": "patchesStrategicMerge: [%q]", "patchesJson6902": "patchesJson6902: [{path: %q, target: {kind: X, name: x, version: v1}}]",
			"replacements": "replacements: [{path: %q}]", "openapi": "openapi: {path: %q}", "files": "configMapGenerator: [{name: a, files: [%q]}]",
			"files with a key": "configMapGenerator: [{name: a, files: [x=%s]}]", "envs": "secretGenerator: [{name: a, envs: [%q]}]", "env": "configMapGenerator: [{name: a, env: %q}]",
			"inline transformer": "transformers:\n  - |-\n    apiVersion: builtin\n    kind: PatchTransformer\n    metadata: {name: x}\n    path: %q\n",
			"inline generator":   "generators:\n  - |-\n    apiVersion: builtin\n    kind: ConfigMapGenerator\n    metadata: {name: x}\n    name: x\n    files: [%q]\n",
		} {
			built := Build(t.Context(), openTree(t, writeTree(t, map[string]string{"kustomization.yaml": kustomizationHead + fmt.Sprintf(yaml, remote) + "\n"})), ".")
			if built.State != model.BuildUnknown || !strings.Contains(built.Reason, errRemote.Error()) {
				t.Errorf("%s in %s: %s: %s", remote, entry, built.State, built.Reason)
			}
		}
	}
	for _, local := range []string{"../base", "github.com", "https", "a@b.yaml/c", "gh/x", "v1.2/app"} {
		if local != "a@b.yaml/c" && isRemote(local) {
			t.Errorf("%s is local", local)
		}
	}
	t.Run("below a Flux Kustomization", func(t *testing.T) {
		repo, files := scan(t, writeTree(t, map[string]string{"a.yaml": flux("a", "./app"), "app/kustomization.yaml": "resources: [x]\n", "app/x/kustomization.yaml": "resources: [\"https://127.0.0.1:1/x\"]\n"}))
		rendering, _ := Run(t.Context(), repo, files, Options{})
		if a := rendered(t, rendering, "a"); a.State != model.BuildUnknown || a.Reason != "remote bases are not built: https://127.0.0.1:1/x in /app/x/kustomization.yaml" {
			t.Error(a.State, a.Reason)
		}
	})
}

// TestLargeFile: a file that is too large is named, not read.
func TestLargeFile(t *testing.T) {
	root := writeTree(t, map[string]string{"kustomization.yaml": "resources: [big.yaml]\n"})
	if err := os.WriteFile(filepath.Join(root, "big.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(root, "big.yaml"), maxFileSize+1); err != nil {
		t.Skip(err)
	}
	built := Build(t.Context(), openTree(t, root), ".")
	if built.State != model.BuildSkipped || !strings.Contains(built.Reason, errFileTooLarge.Error()) {
		t.Error(built.State, built.Reason)
	}
}

// TestText: what is shown of a tree has been cleaned.
func TestText(t *testing.T) {
	files := openTree(t, writeTree(t, map[string]string{
		"kustomization.yaml": "resources: [d.yaml]\ncommonAnnotations: {note: \"\\e[31mred\"}\n",
		"d.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"a\\u202eb\", annotations: {x: \"\\e]0;title\\a\"}}\ndata: {\"k\\e[0m\": \"v\\e[31m\\u200b\"}\n",
	}))
	built := Build(t.Context(), files, ".")
	if built.State != model.BuildRendered {
		t.Fatal(built.Reason)
	}
	shown := fmt.Sprintf("%+v %s", built, built.Objects[0].Body)
	for _, bad := range []string{"\x1b", "\x07", "\u202e", "\u200b", `\u001b`, `\u202e`} {
		if strings.Contains(shown, bad) {
			t.Errorf("%q in %q", bad, shown)
		}
	}
}
