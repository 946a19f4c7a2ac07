package render

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: ghcr.io/example/web:1.0
          env:
            - name: MODE
              value: base
`

// changesOf writes each change of an object on one line: step, entry, where it
// stands, what it did.
func changesOf(o *model.EffectiveObject) []string {
	var lines []string
	for _, step := range o.Steps {
		for _, field := range step.Fields {
			lines = append(lines, fmt.Sprintf("%s %s@%s %s:%d %s %s→%s",
				step.Kind, step.Entry, step.Declared, step.Location.File, field.Line, field.Field, field.Before, field.After))
		}
	}
	return lines
}

// TestSteps builds one folder for each transformer and generator of kustomize,
// and tells what changed one object, where that is written, and how.
func TestSteps(t *testing.T) {
	const k = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [d.yaml]\n" // lines 1 to 3
	for _, test := range []struct {
		name  string
		files map[string]string
		kind  string // Deployment when empty
		want  []string
	}{
		{
			name:  "strategic merge patch in a file",
			files: map[string]string{"kustomization.yaml": k + "patches:\n  - path: p.yaml\n", "p.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 3\n  paused: true\n"},
			want: []string{
				"patch patches[0]@kustomization.yaml:5 p.yaml:5 spec.replicas 1→3",
				"patch patches[0]@kustomization.yaml:5 p.yaml:6 spec.paused →true",
			},
		},
		{
			name: "strategic merge patch in the kustomization, merging lists",
			files: map[string]string{"kustomization.yaml": k + `patches:
  - target: {kind: Deployment}
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: any}
      spec:
        template:
          spec:
            containers:
              - name: side
                image: side:1
              - name: web
                image: other:2
`},
			want: []string{
				`patch patches[0]@kustomization.yaml:5 kustomization.yaml:14 spec.template.spec.containers[0] →{"name":"side","image":"side:1"}`,
				`patch patches[0]@kustomization.yaml:5 kustomization.yaml:17 spec.template.spec.containers[1].image "ghcr.io/example/web:1.0"→"other:2"`,
			},
		},
		{
			name: "patch that removes",
			files: map[string]string{"kustomization.yaml": k + `patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        template:
          spec:
            containers:
              - name: web
                env:
                  - name: MODE
                    $patch: delete
        replicas: null
`},
			want: []string{
				"patch patches[0]@kustomization.yaml:5 kustomization.yaml:17 spec.replicas 1→",
				`patch patches[0]@kustomization.yaml:5 kustomization.yaml:15 spec.template.spec.containers[0].env[0] {"name":"MODE","value":"base"}→`,
			},
		},
		{
			name: "several patches in one file",
			files: map[string]string{"kustomization.yaml": k + "patches: [{path: p.yaml}]\n", "p.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {a: "1"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {b: "2"}}
`},
			want: []string{
				`patch patches[0]@kustomization.yaml:4 p.yaml:3 metadata.annotations →{"a":"1"}`,
				`patch patches[0]@kustomization.yaml:4 p.yaml:7 metadata.annotations.b →"2"`,
			},
		},
		{
			name: "JSON patch",
			files: map[string]string{"kustomization.yaml": k + `patches:
  - target: {kind: Deployment}
    patch: |-
      - op: replace
        path: /spec/replicas
        value: 2
      - op: add
        path: /metadata/annotations
        value: {a/b: "1"}
      - op: add
        path: /metadata/annotations/c~1d
        value: "2"
      - op: remove
        path: /spec/template/spec/containers/0/env/0
      - op: test
        path: /spec/replicas
        value: 2
      - {op: move, from: /spec/replicas, path: /spec/revisionHistoryLimit}
`},
			want: []string{
				"patch patches[0]@kustomization.yaml:5 kustomization.yaml:7 spec.replicas 1→2",
				`patch patches[0]@kustomization.yaml:5 kustomization.yaml:10 metadata.annotations →{"a/b":"1"}`,
				`patch patches[0]@kustomization.yaml:5 kustomization.yaml:13 metadata.annotations.c/d →"2"`,
				`patch patches[0]@kustomization.yaml:5 kustomization.yaml:16 spec.template.spec.containers[0].env[0] {"name":"MODE","value":"base"}→`,
				"patch patches[0]@kustomization.yaml:5 kustomization.yaml:21 spec.replicas 2→",
				"patch patches[0]@kustomization.yaml:5 kustomization.yaml:21 spec.revisionHistoryLimit →2",
			},
		},
		{
			name: "deprecated patches",
			files: map[string]string{
				"kustomization.yaml": k + "patchesStrategicMerge: [p.yaml]\npatchesJson6902:\n  - target: {version: v1, group: apps, kind: Deployment, name: web}\n    path: j.yaml\n",
				"p.yaml":             "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n",
				"j.yaml":             "- op: replace\n  path: /spec/replicas\n  value: 4\n",
			},
			want: []string{
				"patch patchesStrategicMerge[0]@kustomization.yaml:4 p.yaml:4 spec.replicas 1→3",
				"patch patchesJson6902[0]@kustomization.yaml:6 j.yaml:1 spec.replicas 3→4",
			},
		},
		{
			name:  "namespace",
			files: map[string]string{"kustomization.yaml": k + "namespace: prod\n"},
			want:  []string{`namespace namespace@kustomization.yaml:4 kustomization.yaml:4 metadata.namespace →"prod"`},
		},
		{
			name: "namespace of subjects",
			files: map[string]string{"kustomization.yaml": k + "namespace: prod\n", "d.yaml": `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: r}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: default}, {kind: ServiceAccount, name: sa}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: sa}
`},
			kind: "RoleBinding",
			want: []string{
				`namespace namespace@kustomization.yaml:4 kustomization.yaml:4 metadata.namespace →"prod"`,
				`namespace namespace@kustomization.yaml:4 kustomization.yaml:4 subjects[0].namespace →"prod"`,
				`namespace namespace@kustomization.yaml:4 kustomization.yaml:4 subjects[1].namespace →"prod"`,
			},
		},
		{
			name:  "prefix and suffix",
			files: map[string]string{"kustomization.yaml": k + "namePrefix: a-\nnameSuffix: -z\n"},
			want: []string{
				`namePrefix namePrefix@kustomization.yaml:4 kustomization.yaml:4 metadata.name "web"→"a-web"`,
				`nameSuffix nameSuffix@kustomization.yaml:5 kustomization.yaml:5 metadata.name "a-web"→"a-web-z"`,
			},
		},
		{
			name:  "labels",
			files: map[string]string{"kustomization.yaml": k + "labels:\n  - pairs:\n      team: a\n"},
			want:  []string{`labels labels[0].pairs.team@kustomization.yaml:6 kustomization.yaml:6 metadata.labels.team →"a"`},
		},
		{
			name:  "labels in selectors",
			files: map[string]string{"kustomization.yaml": k + "commonLabels:\n  app.kubernetes.io/name: a\n"},
			want: []string{
				`labels commonLabels.app.kubernetes.io/name@kustomization.yaml:5 kustomization.yaml:5 metadata.labels.app.kubernetes.io/name →"a"`,
				`labels commonLabels.app.kubernetes.io/name@kustomization.yaml:5 kustomization.yaml:5 spec.selector.matchLabels.app.kubernetes.io/name →"a"`,
				`labels commonLabels.app.kubernetes.io/name@kustomization.yaml:5 kustomization.yaml:5 spec.template.metadata.labels.app.kubernetes.io/name →"a"`,
			},
		},
		{
			name:  "labels in templates",
			files: map[string]string{"kustomization.yaml": k + "labels: [{pairs: {team: a}, includeTemplates: true}]\n"},
			want: []string{
				`labels labels[0].pairs.team@kustomization.yaml:4 kustomization.yaml:4 metadata.labels.team →"a"`,
				`labels labels[0].pairs.team@kustomization.yaml:4 kustomization.yaml:4 spec.template.metadata.labels.team →"a"`,
			},
		},
		{
			name:  "annotations",
			files: map[string]string{"kustomization.yaml": k + "commonAnnotations:\n  note: a\n"},
			want: []string{
				`annotations commonAnnotations.note@kustomization.yaml:5 kustomization.yaml:5 metadata.annotations →{"note":"a"}`,
				`annotations commonAnnotations.note@kustomization.yaml:5 kustomization.yaml:5 spec.template.metadata.annotations →{"note":"a"}`,
			},
		},
		{
			name:  "replicas",
			files: map[string]string{"kustomization.yaml": k + "replicas:\n  - name: web\n    count: 5\n"},
			want:  []string{"replicas replicas[0]@kustomization.yaml:5 kustomization.yaml:5 spec.replicas 1→5"},
		},
		{
			name:  "images",
			files: map[string]string{"kustomization.yaml": k + "images:\n  - name: other\n    newTag: \"1\"\n  - name: ghcr.io/example/web\n    newName: mirror/web\n    digest: sha256:abc\n"},
			want:  []string{`images images[1]@kustomization.yaml:7 kustomization.yaml:7 spec.template.spec.containers[0].image "ghcr.io/example/web:1.0"→"mirror/web@sha256:abc"`},
		},
		{
			name: "replacements",
			files: map[string]string{"kustomization.yaml": k + `replacements:
  - source: {kind: Deployment, name: web, fieldPath: metadata.labels.app}
    targets:
      - select: {kind: Deployment}
        fieldPaths: ["spec.template.spec.containers.[name=web].env.[name=MODE].value"]
`},
			want: []string{`replacement replacements[0]@kustomization.yaml:5 kustomization.yaml:5 spec.template.spec.containers[0].env[0].value "base"→"web"`},
		},
		{
			name: "replacements in a file",
			files: map[string]string{"kustomization.yaml": k + "replacements: [{path: r.yaml}]\n", "r.yaml": `
- source: {kind: Deployment, name: web, fieldPath: metadata.name}
  targets: [{select: {kind: Deployment}, fieldPaths: [metadata.annotations.who], options: {create: true}}]
`},
			want: []string{`replacement replacements[0]@kustomization.yaml:4 r.yaml:2 metadata.annotations →{"who":"web"}`},
		},
		{
			name: "transformers",
			files: map[string]string{"kustomization.yaml": k + "transformers: [t.yaml]\n", "t.yaml": `apiVersion: builtin
kind: AnnotationsTransformer
metadata: {name: t}
annotations: {by: plugin}
fieldSpecs: [{path: metadata/annotations, create: true}]
`},
			want: []string{`transformer transformers[0]@kustomization.yaml:4 kustomization.yaml:4 metadata.annotations →{"by":"plugin"}`},
		},
		{
			name: "vars",
			files: map[string]string{
				"kustomization.yaml": k + "vars:\n  - name: WHO\n    objref: {kind: Deployment, name: web, apiVersion: apps/v1}\n",
				"d.yaml":             strings.Replace(deployment, "value: base", "value: $(WHO)", 1),
			},
			want: []string{`vars vars[0]@kustomization.yaml:5 kustomization.yaml:5 spec.template.spec.containers[0].env[0].value "$(WHO)"→"web"`},
		},
		{
			name: "names of generated objects",
			files: map[string]string{
				"kustomization.yaml": k + "configMapGenerator:\n  - name: settings\n    literals: [a=1]\n",
				"d.yaml":             strings.Replace(deployment, "          env:\n", "          envFrom: [{configMapRef: {name: settings}}]\n          env:\n", 1),
			},
			want: []string{`nameReference configMapGenerator[0]@kustomization.yaml:5 kustomization.yaml:5 spec.template.spec.containers[0].envFrom[0].configMapRef.name "settings"→"settings-h29d89cmmt"`},
		},
		{
			name: "names of renamed objects",
			files: map[string]string{
				"kustomization.yaml": k + "namePrefix: a-\n",
				"d.yaml":             strings.Replace(deployment, "      containers:", "      serviceAccountName: sa\n      containers:", 1) + "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa}\n",
			},
			want: []string{
				`namePrefix namePrefix@kustomization.yaml:4 kustomization.yaml:4 metadata.name "web"→"a-web"`,
				`nameReference namePrefix@kustomization.yaml:4 kustomization.yaml:4 spec.template.spec.serviceAccountName "sa"→"a-sa"`,
			},
		},
		{
			name: "generator that merges",
			files: map[string]string{
				"kustomization.yaml":      "resources: [base]\nconfigMapGenerator:\n  - name: settings\n    behavior: merge\n    literals: [a=2]\n",
				"base/kustomization.yaml": "resources: [cm.yaml]\n", "base/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: \"1\", b: \"1\"}\n",
			},
			kind: "ConfigMap",
			want: []string{`generator configMapGenerator[0]@kustomization.yaml:3 kustomization.yaml:3 data.a "1"→"2"`},
		},
		{
			name: "component",
			files: map[string]string{
				"kustomization.yaml":   k + "components: [c]\npatches: [{path: p.yaml}]\n",
				"p.yaml":               "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n",
				"c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nreplicas: [{name: web, count: 2}]\n",
			},
			want: []string{
				"replicas replicas[0]@c/kustomization.yaml:3 c/kustomization.yaml:3 spec.replicas 1→2",
				"patch patches[0]@kustomization.yaml:5 p.yaml:4 spec.replicas 2→3",
			},
		},
		{
			name: "layers, the inner ones first",
			files: map[string]string{
				"kustomization.yaml":      "resources: [base]\nnamespace: prod\nimages: [{name: ghcr.io/example/web, newTag: \"3\"}]\n",
				"base/kustomization.yaml": "resources: [../d.yaml]\nnamespace: base\nimages: [{name: ghcr.io/example/web, newTag: \"2\"}]\n",
			},
			want: []string{
				`namespace namespace@base/kustomization.yaml:2 base/kustomization.yaml:2 metadata.namespace →"base"`,
				`images images[0]@base/kustomization.yaml:3 base/kustomization.yaml:3 spec.template.spec.containers[0].image "ghcr.io/example/web:1.0"→"ghcr.io/example/web:2"`,
				`namespace namespace@kustomization.yaml:2 kustomization.yaml:2 metadata.namespace "base"→"prod"`,
				`images images[0]@kustomization.yaml:3 kustomization.yaml:3 spec.template.spec.containers[0].image "ghcr.io/example/web:2"→"ghcr.io/example/web:3"`,
			},
		},
		{
			name: "patch by the former name",
			files: map[string]string{
				"kustomization.yaml":      "resources: [base]\npatches: [{path: p.yaml}]\n",
				"p.yaml":                  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n",
				"base/kustomization.yaml": "resources: [../d.yaml]\nnamePrefix: a-\n",
			},
			want: []string{
				`namePrefix namePrefix@base/kustomization.yaml:2 base/kustomization.yaml:2 metadata.name "web"→"a-web"`,
				"patch patches[0]@kustomization.yaml:2 p.yaml:4 spec.replicas 1→3",
			},
		},
		{
			name:  "build metadata",
			files: map[string]string{"kustomization.yaml": k + "buildMetadata: [originAnnotations]\n"},
			want:  []string{`kustomize buildMetadata@kustomization.yaml:4 kustomization.yaml:4 metadata.annotations →{"config.kubernetes.io/origin":"path: d.yaml\n"}`},
		},
		{
			name: "aliases and items of lists",
			files: map[string]string{"kustomization.yaml": k + "namespace: prod\n", "d.yaml": `apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: a, labels: &l {x: "1"}}
    data: *l
`},
			kind: "ConfigMap",
			want: []string{`namespace namespace@kustomization.yaml:4 kustomization.yaml:4 metadata.namespace →"prod"`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.files["d.yaml"] == "" {
				test.files["d.yaml"] = deployment
			}
			built := Build(t.Context(), openTree(t, writeTree(t, test.files)), ".")
			if built.State != model.BuildRendered {
				t.Fatal(built.State, built.Reason)
			}
			kind := test.kind
			if kind == "" {
				kind = "Deployment"
			}
			i := slices.IndexFunc(built.Objects, func(o model.EffectiveObject) bool { return o.Kind == kind })
			if i < 0 {
				t.Fatalf("no %s in %v", kind, built.Objects)
			}
			got := changesOf(&built.Objects[i])
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}
