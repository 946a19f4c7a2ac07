package render

import (
	"slices"
	"strings"
	"testing"

	"github.com/fluxcd/pkg/envsubst"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/provider"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// TestSubstituteAsFlux compares with what the controller does: it fills in the
// YAML of the whole object.
func TestSubstituteAsFlux(t *testing.T) {
	values := map[string]string{
		"name": "web", "number": "3", "quoted": `"3"`, "yes": "true", "empty": "", "colon": "a: b", "list": "[1, 2]", "map": "{a: b}",
		"comment": "x # y", "dollar": "$HOME", "brace": "}", "multi": "ab", "star": "*a", "quote": `it's "so"`, "null": "null", "date": "2026-01-02",
	}
	for _, body := range []string{
		"data: {a: \"${name}\"}", "data: {a: \"x-${name}-y\", b: plain}", "data: {a: \"${number}\"}", "data: {a: \"${quoted}\"}",
		"data: {a: \"${yes}\"}", "data: {a: \"${empty}\"}", "data: {a: \"${colon}\"}", "data: {a: \"${list}\", b: 1}", "data: {a: \"${map}\"}",
		"data: {a: \"${comment}\"}", "data: {a: \"${dollar}\"}", "data: {a: \"${brace}\"}", "data: {a: \"${null}\"}", "data: {a: \"${date}\"}",
		"data: {a: \"${quote}\"}", "data: {a: \"'${quote}'\"}", "spec: {list: [\"${name}\", x, \"${number}\", {a: \"${colon}\"}]}",
		"spec: {list: [\"${colon}\"]}", "spec: {list: [[\"${name}\"], [a]]}", "spec: {\"${name}\": 1, b: \"${name}\"}",
		"data:\n  script: |\n    #!/bin/sh\n    echo ${name} $${HOME} $HOME $(date)\n    # ${number}\n", "data:\n  folded: >-\n    " + strings.Repeat("word ${name} ", 20) + "\n",
		"data: {a: \"$${name}\", b: \"$$name\", c: \"$\", d: \"100$\"}", "data: {a: \"${missing:=default}\", b: \"${missing:-${name}}\", c: \"${name^^}\", d: \"${#name}\"}",
		"data: {a: \"${name/w/W}\", b: \"${name:1}\", c: \"${name:0:2}\", d: \"${number}${name}\"}",
		"data: {a: \"${open\", b: \"}\", c: \"${name}\"}", "data: {a: \"${\", b: x}", "data: {a: \"${name\\n}\"}", "data: {b: \"0x10\", a: \"0${number}\"}",
		"metadata: {name: \"${name}\", labels: {a: \"${number}\"}}", "metadata: {name: n, annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}}\ndata: {a: \"${name}\"}",
	} {
		t.Run(body, func(t *testing.T) {
			content := "apiVersion: v1\nkind: ConfigMap\n" + body
			if !strings.Contains(body, "metadata:") {
				content += "\nmetadata: {name: n}"
			}
			want, wantErr := asFlux(t, content, values)
			docs, err := documents([]byte(content))
			if err != nil {
				t.Fatal(err)
			}
			vars := &variables{named: map[string]variable{}}
			for name, value := range values {
				vars.named[name] = variable{value: value, known: true}
			}
			node := docs[0].node
			before := clone(node)
			changed, unresolved, err := vars.substitute(node)
			if (err != nil) != (wantErr != nil) {
				t.Fatalf("error %v, not %v", err, wantErr)
			}
			if err != nil {
				return
			}
			if left := diff(node, want); len(left) != 0 {
				t.Errorf("got %s, want %s", appendJSON(nil, node, nil), appendJSON(nil, want, nil))
			}
			if len(unresolved) != 0 {
				t.Errorf("unresolved: %v", unresolved)
			}
			if paths, want := pathsOf(changed), pathsOf(diff(before, node)); !slices.Equal(paths, want) {
				t.Errorf("changed %v, not %v", paths, want)
			}
		})
	}
}

func pathsOf(differences []difference) []string {
	var paths []string
	for _, d := range differences {
		paths = append(paths, d.path)
	}
	slices.Sort(paths)
	return paths
}

// asFlux fills in the YAML that kustomize writes of an object.
func asFlux(t *testing.T, content string, values map[string]string) (*yaml.Node, error) {
	t.Helper()
	res, err := provider.NewDefaultDepProvider().GetResourceFactory().FromBytes([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	if res.GetAnnotations()[substituteDisabled] == "disabled" {
		return res.YNode(), nil
	}
	written, err := res.AsYAML()
	if err != nil {
		t.Fatal(err)
	}
	filled, err := envsubst.Eval(string(written), func(name string) (string, bool) { return values[name], true })
	if err != nil {
		return nil, err
	}
	asJSON, err := k8syaml.YAMLToJSON([]byte(filled))
	if err != nil {
		return nil, err
	}
	if err := res.UnmarshalJSON(asJSON); err != nil {
		return nil, err
	}
	return res.YNode(), nil
}

// TestUnresolved: variables that cannot be told stay as they are written, with
// what is done to them.
func TestUnresolved(t *testing.T) {
	for _, test := range []struct {
		name       string
		vars       variables
		value      string
		want       string
		unresolved []string
		err        string
	}{
		{"known", variables{strict: true, named: map[string]variable{"a": {value: "1", known: true}}}, "x${a}", "x1", nil, ""},
		{"missing, strict", variables{strict: true, named: map[string]variable{"a": {value: "1", known: true}}}, "${b}", "", nil, `variable not set (strict mode): "b"`},
		{"missing, lenient", variables{named: map[string]variable{"a": {value: "1", known: true}}}, "x${b}", "x", nil, ""},
		{"none at all", variables{strict: true}, "${b}", "${b}", nil, ""},
		{"none at all, always", variables{strict: true, always: true}, "${b:=2}x", "2x", nil, ""},
		{"a source is unknown", variables{strict: true, unknown: []model.ID{{Name: "s"}}}, "${a} ${b^^} ${c:=d} $${e} $f", "${a} ${b^^} ${c:=d} ${e} $f", []string{"a", "b", "c"}, ""},
		{"known all the same", variables{unknown: []model.ID{{Name: "s"}}, named: map[string]variable{"a": {value: "1", known: true}}}, "${a}-${b}", "1-${b}", []string{"b"}, ""},
		{"a value is unknown", variables{strict: true, named: map[string]variable{"a": {}, "b": {value: "1", known: true}}}, "${a/x/y}-${b}", "${a/x/y}-1", []string{"a"}, ""},
		{"a value is unknown, another missing", variables{strict: true, named: map[string]variable{"a": {}}}, "${a}-${c}", "", nil, `"c"`},
		{"nested", variables{named: map[string]variable{"b": {value: "1", known: true}}, unknown: []model.ID{{Name: "s"}}}, "${a:=${b}}", "${a:=1}", []string{"a"}, ""},
		{"bad name", variables{named: map[string]variable{"a-b": {known: true}}}, "x", "", nil, "'a-b' var name is invalid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{scalar("value"), scalar(test.value)}}
			_, unresolved, err := test.vars.substitute(node)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, not %s", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := text(node, "value"); got != test.want || !slices.Equal(unresolved, test.unresolved) {
				t.Errorf("got %q %v, want %q %v", got, unresolved, test.want, test.unresolved)
			}
		})
	}
}
