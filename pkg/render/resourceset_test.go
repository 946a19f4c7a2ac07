package render

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func resourceSet(spec string) string {
	return "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata: {name: set, namespace: apps}\nspec:\n" + spec
}

func TestResourceSet(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string
		state model.BuildState
		want  []string // the objects, or the reason
	}{
		{
			name: "inputs and resources",
			files: map[string]string{"set.yaml": resourceSet(`  commonMetadata: {labels: {by: set}}
  inputs:
    - tenant: one
      replicas: 2
      app: {version: 6.7.x}
    - tenant: two
      replicas: 3
      app: {version: 6.6.x}
  resources:
    - apiVersion: v1
      kind: Namespace
      metadata: {name: shared}
    - apiVersion: example.org/v1
      kind: App
      metadata:
        name: app-<< inputs.tenant >>
        namespace: << get inputs "namespace" | default inputs.tenant >>
      spec:
        version: << inputs.app.version | quote >>
        replicas: << inputs.replicas | int >>
        app: << inputs.app | toYaml | nindent 10 >>
`)},
			state: model.BuildRendered,
			want: []string{
				`Namespace/shared set.yaml:14 {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shared","labels":{"by":"set","resourceset.fluxcd.controlplane.io/name":"set","resourceset.fluxcd.controlplane.io/namespace":"apps"}}}`,
				`App/one/app-one set.yaml:17 {"apiVersion":"example.org/v1","kind":"App","metadata":{"name":"app-one","namespace":"one","labels":{"by":"set","resourceset.fluxcd.controlplane.io/name":"set","resourceset.fluxcd.controlplane.io/namespace":"apps"}},"spec":{"app":{"version":"6.7.x"},"replicas":2,"version":"6.7.x"}}`,
				`App/two/app-two set.yaml:17 {"apiVersion":"example.org/v1","kind":"App","metadata":{"name":"app-two","namespace":"two","labels":{"by":"set","resourceset.fluxcd.controlplane.io/name":"set","resourceset.fluxcd.controlplane.io/namespace":"apps"}},"spec":{"app":{"version":"6.6.x"},"replicas":3,"version":"6.6.x"}}`,
			},
		},
		{
			name: "a template with a loop, of a provider in the repository",
			files: map[string]string{
				"set.yaml": resourceSet(`  inputsFrom: [{name: apps}]
  resourcesTemplate: |
    <<- range $app := inputs.apps >>
    ---
    apiVersion: example.org/v1
    kind: App
    metadata:
      name: << printf "%s-%s" $app.name (get $app "suffix" | default inputs.suffix) >>
    <<- if $app.off >>
      annotations: {fluxcd.controlplane.io/reconcile: disabled}
    <<- end >>
    <<- end >>
`),
				"provider.yaml": "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSetInputProvider\nmetadata: {name: apps, namespace: apps}\nspec:\n  type: Static\n  defaultValues:\n    suffix: x\n    apps: [{name: a, off: false}, {name: b, suffix: y, off: false}, {name: c, off: true}]\n",
			},
			state: model.BuildRendered,
			want:  []string{"App/a-x set.yaml:6", "App/b-y set.yaml:6"},
		},
		{
			name:  "no inputs",
			files: map[string]string{"set.yaml": resourceSet("  resources: [{apiVersion: v1, kind: Namespace, metadata: {name: a}}]\n")},
			state: model.BuildRendered,
			want:  []string{"Namespace/a set.yaml:5"},
		},
		{
			name: "a provider that asks a service",
			files: map[string]string{
				"set.yaml":      resourceSet("  inputsFrom: [{name: prs}]\n  resources: [{apiVersion: v1, kind: Namespace, metadata: {name: a}}]\n"),
				"provider.yaml": "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSetInputProvider\nmetadata: {name: prs, namespace: apps}\nspec: {type: GitHubPullRequest, url: \"https://github.com/a/b\"}\n",
			},
			state: model.BuildUnknown,
			want:  []string{"its inputs come from ResourceSetInputProvider/apps/prs, which asks a service of type GitHubPullRequest"},
		},
		{
			name:  "a provider that is elsewhere",
			files: map[string]string{"set.yaml": resourceSet("  inputsFrom: [{name: prs}]\n")},
			state: model.BuildUnknown,
			want:  []string{"its inputs come from ResourceSetInputProvider/apps/prs, which is not in the repository"},
		},
		{
			name:  "a function that is not known",
			files: map[string]string{"set.yaml": resourceSet("  resources: [{apiVersion: v1, kind: Namespace, metadata: {name: '<< now >>'}}]\n")},
			state: model.BuildUnknown,
			want:  []string{`its template cannot be filled in here: :4: function "now" not defined`},
		},
		{
			name:  "an input that is missing",
			files: map[string]string{"set.yaml": resourceSet("  inputs: [{a: b}]\n  resources: [{apiVersion: v1, kind: Namespace, metadata: {name: '<< inputs.c >>'}}]\n")},
			state: model.BuildUnknown,
			want:  []string{"its template cannot be filled in here: :4:"},
		},
		{
			name:  "what is no object",
			files: map[string]string{"set.yaml": resourceSet("  resourcesTemplate: \"a: b\"\n")},
			state: model.BuildFailed,
			want:  []string{"what its template makes is no object: spec.resourcesTemplate"},
		},
		{
			name:  "loops in loops",
			files: map[string]string{"set.yaml": resourceSet("  inputs: [{l: [" + strings.Repeat("1,", 2000) + "1]}]\n  resourcesTemplate: \"<<range inputs.l>>a<<range inputs.l>>b<<range inputs.l>>c<<end>><<end>><<end>>\"\n")},
			state: model.BuildSkipped,
			want:  []string{errBuildTooLarge.Error() + ": " + errTemplateTooLarge.Error()},
		},
		{
			name:  "values that double",
			files: map[string]string{"set.yaml": resourceSet("  inputs: [{l: [" + strings.Repeat("1,", 60) + "1]}]\n  resourcesTemplate: \"<<$x := list 1 >><<range inputs.l>><<$x = list $x $x>><<end>><<$x>>\"\n")},
			state: model.BuildSkipped,
			want:  []string{errBuildTooLarge.Error()},
		},
		{
			name:  "texts that double",
			files: map[string]string{"set.yaml": resourceSet("  inputs: [{l: [" + strings.Repeat("1,", 60) + "1]}]\n  resourcesTemplate: '<<$x := \"abc\" >><<range inputs.l>><<$x = printf \"%s%s\" $x $x>><<end>><<$x>>'\n")},
			state: model.BuildSkipped,
			want:  []string{errBuildTooLarge.Error()},
		},
		{
			name:  "templates that call themselves",
			files: map[string]string{"set.yaml": resourceSet("  resourcesTemplate: '<<define \"a\">><<template \"a\">><<end>><<template \"a\">>'\n")},
			state: model.BuildUnknown,
			want:  []string{"its template cannot be filled in here: templates that define others are not filled in"},
		},
		{
			name:  "the strategy Permute",
			files: map[string]string{"set.yaml": resourceSet("  inputStrategy: {name: Permute}\n  inputs: [{a: b}]\n")},
			state: model.BuildUnknown,
			want:  []string{"the inputs of the strategy Permute have names that only the operator gives"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			repo, files := scan(t, writeTree(t, test.files))
			rendering, _ := Run(t.Context(), repo, files, Options{})
			set := rendered(t, rendering, "set")
			if set.State != test.state {
				t.Fatal(set.State, set.Reason)
			}
			got := []string{set.Reason}
			if set.State == model.BuildRendered {
				got = nil
				for _, object := range set.Objects {
					got = append(got, fmt.Sprintf("%s %s %s", object.ID, object.Location, object.Body))
				}
			}
			if !slices.EqualFunc(got, test.want, strings.HasPrefix) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// TestResourceSetProvenance: what an input filled in is told, and what a
// ResourceSet makes is itself built.
func TestResourceSetProvenance(t *testing.T) {
	repo, files := scan(t, writeTree(t, map[string]string{
		"set.yaml": resourceSet(`  inputs:
    - app: one
  resources:
    - apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata:
        name: << inputs.app >>
        namespace: flux-system
      spec:
        path: ./apps/<< inputs.app >>
        prune: true
        sourceRef: {kind: GitRepository, name: flux-system}
        targetNamespace: << inputs.app >>
`),
		"apps/one/cm.yaml": configMap("cm"),
	}))
	rendering, _ := Run(t.Context(), repo, files, Options{})
	made := object(t, rendered(t, rendering, "set"), "Kustomization", "one")
	steps := made.StepsOf("spec.path")
	if len(steps) != 1 || steps[0].Kind != model.StepInputs || steps[0].Entry != "spec.inputs[0]" || steps[0].Location.String() != "set.yaml:6" ||
		steps[0].Fields[0].Before != `"./apps/<< inputs.app >>"` || steps[0].Fields[0].After != `"./apps/one"` {
		t.Errorf("got %+v", steps)
	}
	one := rendered(t, rendering, "one")
	if one.Parent != 0 || one.Path != "apps/one" {
		t.Errorf("got %+v", one)
	}
	cm := object(t, one, "ConfigMap", "cm")
	steps = cm.StepsOf("metadata.namespace")
	if len(steps) != 1 || steps[0].Kind != model.StepNamespace || steps[0].Location.String() != "set.yaml:17" {
		t.Errorf("got %+v", steps)
	}
}

// TestInstance: the Kustomization that the Flux Operator makes of a FluxInstance
// is built as its patches leave it.
func TestInstance(t *testing.T) {
	repo, files := scan(t, writeTree(t, map[string]string{
		"clusters/main/flux.yaml": `apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
  distribution: {version: 2.x, registry: ghcr.io/fluxcd}
  sync:
    kind: GitRepository
    url: https://github.com/example/fleet.git
    ref: refs/heads/main
    path: clusters/main
  kustomize:
    patches:
      - target: {kind: Deployment}
        patch: |
          - {op: add, path: /spec/replicas, value: 2}
      - target: {kind: Kustomization}
        patch: |
          - op: add
            path: /spec/postBuild
            value: {substitute: {region: eu-1}}
`,
		"clusters/main/cm.yaml": configMap("cm", `a: "${region}"`),
	}))
	rendering, problems := Run(t.Context(), repo, files, Options{})
	if got := builds(rendering); len(problems) != 0 || !slices.Equal(got, []string{
		"flux clusters/main/flux.yaml:1 rendered", "flux-system clusters/main/flux.yaml:6 rendered below flux",
	}) {
		t.Fatal(problems, got)
	}
	sync := object(t, &rendering.Builds[0], "Kustomization", "flux-system")
	steps := sync.StepsOf("spec.postBuild")
	if len(steps) != 1 || steps[0].Entry != "spec.kustomize.patches[1]" || steps[0].Location.String() != "clusters/main/flux.yaml:18" {
		t.Errorf("got %+v", steps)
	}
	cm := object(t, &rendering.Builds[1], "ConfigMap", "cm")
	if !strings.Contains(string(cm.Body), `"a":"eu-1"`) {
		t.Errorf("got %s", cm.Body)
	}
	steps = cm.StepsOf("data.a")
	if len(steps) != 1 || steps[0].Location.String() != "clusters/main/flux.yaml:20" || steps[0].Cause == nil || steps[0].Cause.Entry != "spec.kustomize.patches[1]" {
		t.Errorf("got %+v", steps)
	}
}
