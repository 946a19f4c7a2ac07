package render

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

const captured = "../../test/fixtures/captured-render"

// capturedTree is the captured repository with the objects that were applied by
// hand in a file of it.
func capturedTree(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(filepath.Join(captured, "repo"))); err != nil {
		t.Fatal(err)
	}
	byHand, err := os.ReadFile(filepath.Join(captured, "flux-objects.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "flux-objects.yaml"), byHand, 0o600); err != nil {
		t.Fatal(err)
	}
	return root
}

// capturedLookup answers as the captured cluster: for what was applied by hand.
func capturedLookup(t testing.TB) Lookup {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(captured, "flux-objects.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	docs, err := documents(content)
	if err != nil {
		t.Fatal(err)
	}
	known := map[model.ID]map[string]string{}
	for _, doc := range docs {
		data := map[string]string{}
		for _, of := range []string{"data", "stringData"} {
			eachField(field(doc.node, of), func(key, value *yaml.Node) { data[key.Value] = value.Value })
		}
		known[model.ID{Kind: text(doc.node, "kind"), Namespace: text(doc.node, "metadata", "namespace"), Name: text(doc.node, "metadata", "name")}] = data
	}
	return func(_ context.Context, id model.ID) (map[string]string, error) {
		if data, ok := known[id]; ok {
			return data, nil
		}
		return nil, fs.ErrNotExist
	}
}

// TestCaptured compares every object with what the real controllers applied, in
// every field that they applied.
func TestCaptured(t *testing.T) {
	repo, files := scan(t, capturedTree(t))
	rendering, problems := Run(t.Context(), repo, files, Options{Lookup: capturedLookup(t)})
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	content, err := os.ReadFile(filepath.Join(captured, "applied.json"))
	if err != nil {
		t.Fatal(err)
	}
	var applied struct{ Items []map[string]any }
	if err := json.Unmarshal(content, &applied); err != nil {
		t.Fatal(err)
	}
	made := map[string]*model.EffectiveObject{}
	for i := range rendering.Builds {
		for j := range rendering.Builds[i].Objects {
			object := &rendering.Builds[i].Objects[j]
			if made[object.ID.String()] != nil {
				t.Errorf("%s is made twice", object.ID)
			}
			made[object.ID.String()] = object
		}
	}
	compared := 0
	for _, item := range applied.Items {
		meta := item["metadata"].(map[string]any)
		id := model.ID{Kind: item["kind"].(string), Name: meta["name"].(string)}
		id.Namespace, _ = meta["namespace"].(string)
		fields := appliedFields(meta)
		if fields == nil {
			continue // applied by hand
		}
		object := made[id.String()]
		if object == nil {
			t.Errorf("%s was applied and is not rendered", id)
			continue
		}
		delete(made, id.String())
		compared++
		var body map[string]any
		if err := json.Unmarshal(object.Body, &body); err != nil {
			t.Fatal(err)
		}
		if body["apiVersion"] != item["apiVersion"] {
			t.Errorf("%s: apiVersion %v, not %v", id, body["apiVersion"], item["apiVersion"])
		}
		compareApplied(t, id.String(), fields, body, item, true)
	}
	if compared != 20 {
		t.Errorf("compared %d objects, not 20", compared)
	}
	for id := range made {
		t.Errorf("%s is rendered and was not applied", id)
	}
}

// appliedFields are those that kustomize-controller owns.
func appliedFields(meta map[string]any) map[string]any {
	managed, _ := meta["managedFields"].([]any)
	for _, entry := range managed {
		entry := entry.(map[string]any)
		if entry["manager"] == "kustomize-controller" && entry["operation"] == "Apply" {
			return entry["fieldsV1"].(map[string]any)
		}
	}
	return nil
}

// compareApplied walks the field set. Ours may have no field that is not in it,
// and must have every field that is, with the applied value; empty mappings that
// come from the controller decoding built-in kinds are left out.
func compareApplied(t *testing.T, path string, fields map[string]any, ours, theirs any, root bool) {
	t.Helper()
	switch theirs := theirs.(type) {
	case map[string]any:
		mine, ok := ours.(map[string]any)
		if !ok {
			t.Errorf("%s: %v, not a mapping", path, ours)
			return
		}
		names := slices.Collect(maps.Keys(mine))
		for key := range fields {
			if name, ok := strings.CutPrefix(key, "f:"); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		for _, name := range names {
			sub, owned := fields["f:"+name].(map[string]any)
			at := path + "." + name
			value, has := mine[name]
			switch {
			case root && (name == "apiVersion" || name == "kind") || strings.HasSuffix(path, ".metadata") && strings.Count(path, ".") == 1 && (name == "name" || name == "namespace"):
				if theirs[name] != value {
					t.Errorf("%s: %v, not %v", at, value, theirs[name])
				}
			case root && name == "metadata":
				compareApplied(t, at, sub, value, theirs[name], false)
			case !owned:
				t.Errorf("%s was not applied: %v", at, value)
			case !has && len(sub) == 0 && (name == "strategy" || name == "resources" || path == "Namespace/"+strings.TrimPrefix(path, "Namespace/") && name == "spec"):
			case !has:
				t.Errorf("%s was applied: %v", at, theirs[name])
			case len(sub) == 0:
				if got, want := asJSON(value), asJSON(theirs[name]); got != want {
					t.Errorf("%s: %s, not %s", at, got, want)
				}
			default:
				compareApplied(t, at, sub, value, theirs[name], false)
			}
		}
	case []any:
		mine, _ := ours.([]any)
		if len(mine) != len(theirs) {
			t.Errorf("%s: %d items, not %d", path, len(mine), len(theirs))
			return
		}
		for i := range theirs {
			compareApplied(t, fmt.Sprintf("%s[%d]", path, i), itemFields(fields, theirs[i]), mine[i], theirs[i], false)
		}
	default:
		if asJSON(ours) != asJSON(theirs) {
			t.Errorf("%s: %s, not %s", path, asJSON(ours), asJSON(theirs))
		}
	}
}

// itemFields finds the field set of the item of a list by its keys.
func itemFields(fields map[string]any, item any) map[string]any {
	for key, sub := range fields {
		encoded, ok := strings.CutPrefix(key, "k:")
		if !ok {
			continue
		}
		var keys map[string]any
		if err := json.Unmarshal([]byte(encoded), &keys); err != nil {
			continue
		}
		same := true
		for name, value := range keys {
			same = same && asJSON(item.(map[string]any)[name]) == asJSON(value)
		}
		if same {
			return sub.(map[string]any)
		}
	}
	return nil
}

func asJSON(value any) string {
	out, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

// TestCapturedRefusals: the controller refused two Kustomizations.
func TestCapturedRefusals(t *testing.T) {
	repo, files := scan(t, capturedTree(t))
	rendering, _ := Run(t.Context(), repo, files, Options{Lookup: capturedLookup(t)})
	for name, reason := range map[string]string{
		"strict":      `post build failed for 'ConfigMap.v1.[noGrp]/vars': envsubst error: variable substitution failed: variable not set (strict mode): "region"`,
		"vars-number": `ConfigMap/dev/vars-number dry-run failed: .data.number: expected string, got 3`,
	} {
		build := rendered(t, rendering, name)
		if build.State != model.BuildFailed || build.Reason != reason || len(build.Objects) != 0 {
			t.Errorf("%s: %s: %s", name, build.State, build.Reason)
		}
	}
	for _, build := range rendering.Builds {
		if build.State != model.BuildRendered && build.Owner.Name != "strict" && build.Owner.Name != "vars-number" {
			t.Errorf("%s: %s: %s", build.Owner, build.State, build.Reason)
		}
	}
}

// TestCapturedWithoutCluster: what only the cluster knows stays as written.
func TestCapturedWithoutCluster(t *testing.T) {
	repo, files := scan(t, capturedTree(t))
	for name, lookup := range map[string]Lookup{
		"no cluster": nil,
		"forbidden":  func(context.Context, model.ID) (map[string]string, error) { return nil, errors.New("forbidden") },
	} {
		t.Run(name, func(t *testing.T) {
			rendering, _ := Run(t.Context(), repo, files, Options{Lookup: lookup})
			build := rendered(t, rendering, "vars")
			vars := object(t, build, "ConfigMap", "vars")
			var body struct{ Data map[string]string }
			if err := json.Unmarshal(vars.Body, &body); err != nil {
				t.Fatal(err)
			}
			for key, want := range map[string]string{
				"from_cm": "${region}", "from_secret": "${token_hint}", "plain": "main", "upper": "MAIN",
				"default": "${missing:=fallback}", "escaped": "${HOME} stays",
			} {
				if body.Data[key] != want {
					t.Errorf("%s is %q, not %q", key, body.Data[key], want)
				}
			}
			if got := strings.Join(vars.Unresolved, " "); got != "missing missing2 region token_hint" {
				t.Errorf("unresolved: %s", got)
			}
			if len(build.Unknown) != 3 {
				t.Errorf("unknown: %v", build.Unknown)
			}
		})
	}
}

// TestCapturedNestedPatches: a patch of the root gave the children a patch, which
// changed the HelmReleases.
func TestCapturedNestedPatches(t *testing.T) {
	repo, files := scan(t, capturedTree(t))
	rendering, _ := Run(t.Context(), repo, files, Options{Lookup: capturedLookup(t)})
	for _, name := range []string{"podinfo", "redis"} {
		build := rendered(t, rendering, name)
		if build.Parent < 0 || rendering.Builds[build.Parent].Owner.Name != "cluster" {
			t.Errorf("%s has the parent %d", name, build.Parent)
		}
		release := object(t, build, "HelmRelease", name)
		if got := release.Location.String(); got != "apps/"+name+"/release.yaml:1" {
			t.Errorf("%s is defined at %s", name, got)
		}
		steps := release.StepsOf("spec.upgrade.strategy.retryInterval")
		if len(steps) != 1 {
			t.Fatalf("%s: %d steps: %+v", name, len(steps), release.Steps)
		}
		step := steps[0]
		if step.Kind != model.StepPatch || step.Owner.String() != "Kustomization/flux-system/"+name || step.Entry != "spec.patches[0]" {
			t.Errorf("%s: %+v", name, step.Step)
		}
		if got := step.Location.String(); got != "flux-objects.yaml:106" {
			t.Errorf("%s: the inner patch starts at %s", name, got)
		}
		if field := step.Fields[0]; field.Field != "spec.upgrade" || field.Line != 112 {
			t.Errorf("%s: %+v", name, field)
		}
		cause := step.Cause
		if cause == nil || cause.Owner.String() != "Kustomization/flux-system/cluster" || cause.Entry != "spec.patches[0]" || cause.Location.String() != "flux-objects.yaml:97" {
			t.Errorf("%s: cause %+v", name, cause)
		}
		host := release.StepsOf("spec.values.host")
		if len(host) != 1 || host[0].Kind != model.StepSubstitute || host[0].Entry != "spec.postBuild.substitute.domain" || host[0].Cause == nil ||
			host[0].Fields[0].Before != `"`+name+`.${domain}"` || host[0].Fields[0].After != `"`+name+`.example.org"` || host[0].Location.String() != "flux-objects.yaml:102" {
			t.Errorf("%s: %+v", name, host)
		}
	}
}
