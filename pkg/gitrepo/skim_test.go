package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

// seeds are documents of the kinds that a skim is made for, and of those that
// it must leave alone.
var seeds = []string{
	"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: b\n  labels:\n    x: y\n    n: 1\ndata:\n  k: v\n",
	"---\n# comment\n\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \"a\"\ndata:\n  file: |\n    one\n\n      two\n  empty: \"\"\n",
	"apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - port: 80\n    name: 'http' # the port\n  -   port: 81\n  selector: {app: x, \"y\": z}\n",
	"kind: X\napiVersion: y/v1\nlist:\n- - a\n  - b\n- - c\n-\n  d: e\n-\n- f: g\n  h:\n    - i\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
	"a: b\n  c\n  d\ne: f\n\n  g\n# x\nh: i\n",
	"a: |2\n   x\n",
	"a: |\n    x\n  y: z\n",
	"a: |\n\n\n   x\n  # c\nb: c\n",
	"a: >-\n  folded\n  text\n\nb: [1, 2.0, \"three\", [x], {y: z}]\n",
	"a: b: c\n",
	"a: b\na: c\n",
	"a:\n\tb: c\n",
	"a: \"x\n  y\"\n",
	"a: &x b\nc: *x\n",
	"<<: {a: b}\n",
	"? a\n: b\n",
	"a: !!str 1\n",
	"- a\n- b: c\n  d: e\n",
	"a\n",
	"a: 'it''s'\n",
	"a: \"\\n\"\n",
	"a: b #c\nd: e#f\ng: h # i\n",
	"a: -1\nb: -x\nc: - y\n",
	"a: http://x:80/y\nb: x:\n",
	"a: [b: c]\n",
	"a: [b, ]\n",
	"a: {b: c, b: d}\n",
	"a: {b}\n",
	"a: [\n b ]\n",
	"a: %x\nb: @y\n",
	"a:\r\n  b: c\r\n",
	"a: |\r\n  x\r\n  y\r\nb: c\r\n",
	"...\na: b\n",
	"%YAML 1.2\n---\na: b\n",
	"--- a\n",
	"---\n---\n",
	"a:\n- b\nc: d\n",
	"a:\n  - b\n c: d\n",
	" a: b\n c: d\n",
	" a: b\nc: d\n",
	"a:\n   b: c\n  d: e\n",
	"a: ~\nb: null\nc:\n",
	"a: \u00e4\nb: \u2028\n",
	"a: \"\u00e4\" # \u00fc\n",
	"metadata:\n  name: 1\n  namespace: true\nkind: k\napiVersion: v\n",
	"metadata:\n- name: x\n",
	"data:\n  k:\n    - x\n",
	"data:\n  k: >\n    x\n  l: |+\n    y\n\n",
	"stringData:\n  k: a\n    b\n",
	"a: |\n  x\n \n  y\n   \nb: c\n",
	"a: |\n   \n  x\n",
	"a: |\n  \tx\nb: |\n \t\n",
	"a: x\tb\n",
	"- |\n x\n- >\n y\n",
	"-   |\n  x\n",
	"- a: |\n  b\n",
	"- a: |\n    b\n  c: d\n",
	"a:\n- |\n b\n",
	"a:\n- b\n  c\n",
	"-a: b\n",
	"-\n a\n",
	"--a: b\n",
	"a: (b\nc: )\nd: ;\n",
	"a: 1\n'a': 2\n",
	"a: .\n...: x\n .x: y\n",
	"a: <<\nb: ^\n",
	"a: x  \nb:   y   # z\n",
	"a: '#'\nb: \"# x\"\n",
	"\n\n   # x\na: b",
	"a: b\n\x00",
	"a: \xff\n",
	"a: |    ",
	"a: |-\n  b\n\n  c\n   \n\nd: |\n  e",
	"- a: [b, {c: d, \"e\": [f, 'g']}]\n  h: {}\n  i: []\n",
	"a: b c\n  d  \n\n  e\n",
	"a: \"x\n\n  y \\\"z\\\" \\\\\n  z\"\nb: 'it''s\n   two'\n",
	"a: \"\n  x\n  \"\nb: \"x\ny\"\n",
	"a: &x b\nc: *x\nd: &y\n  e: &z\n  f: *y\ng: [*x]\n",
	"a: &x\n- &y b\n- *y\n- &z\n  c: d\n- &w\ne: *w\n",
	"a: &x &y b\n",
	"a: &x |\n  b\nc: &y {d: e}\nf: *nope\n",
	"metadata:\n  name: &app web\n  labels: {app: *app}\n",
	"metadata: &m\n  name: ${X}-y\n  labels: &l\n    a: b\ndata: *l\n",
	"args:\n  - --a=b\n  - ---\n  - -\n  - --\n",
	"k8s:io.x/y: z\na:b: c\n:a: b\na:: b\n",
	"a: \"x\" y\n",
	"a: \"x\ny\n",
	"a: b\n  'c' {d} [e] - & * ! | > % @ `\n  : f\n",
	"a: >-\n  b\n  c\n\n  d\n\n\ne: >\n\n  f\n  g\nh: >-\n  i\n    j\n",
	"a: >\n  b",
	"a: \"b \\\n   c\\ \n  d \\t\n  e\"\n",
	"a: \"b\\\n\n  c\"\n",
	"a: &x {b: c}\nd:\n  <<: *x\n  e: f\n",
	"<<: &x\n  a: b\n<<: *x\n",
	"a: =\nb: :c\nd: [:e]\nf: ::\n",
	"a: \"\\/\"\n",
	"apiVersion: v1\nkind: ConfigMap\u0590\n",
	"sops:\n  mac: x\n",
	"apiVersion: v1\nkind: List\nitems: []\n",
}

func FuzzSkim(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	s := &skimmer{wanted: func([]byte, []byte) bool { return false }}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !plainText(text) {
			return
		}
		eachChunk(text, func(c chunk) bool {
			if err := compareSkim(s, c.text); err != nil {
				t.Fatalf("%q: %v", c.text, err)
			}
			return true
		})
	})
}

// TestSkimAccepts holds the skimmer to what it is for: that it leaves documents
// to the library is never wrong, but would make it useless.
func TestSkimAccepts(t *testing.T) {
	s := &skimmer{wanted: func([]byte, []byte) bool { return false }}
	for i, seed := range seeds[:4] {
		if _, _, ok := s.skim([]byte(seed)); !ok {
			t.Errorf("document %d is not skimmed", i)
		}
		if _, ok := s.load([]byte(seed), &nodePool{}); !ok {
			t.Errorf("document %d is left to the library", i)
		}
	}
}

// compareSkim is an error when the skimmer accepts a document of which the
// library says something else.
func compareSkim(s *skimmer, text []byte) error {
	loaded, loadable := s.load(text, &nodePool{})
	found, _, ok := s.skim(text)
	if !ok && !loadable {
		return nil
	}
	var root *yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var document yaml.Node
		err := decode(decoder, &document)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("accepted, but %w", err)
		}
		if len(document.Content) == 0 || isNull(document.Content[0]) {
			continue
		}
		if root != nil {
			return errors.New("accepted, but there are two documents")
		}
		root = document.Content[0]
	}
	if loadable {
		if err := compareNodes(loaded, root, ""); err != nil {
			return err
		}
	}
	if !ok {
		return nil
	}
	if (root == nil) != (found.line == 0) {
		return fmt.Errorf("accepted with line %d, the library has %v", found.line, root)
	}
	if root == nil {
		return nil
	}
	check := nodeCheck{}
	check.visit(root)
	if check.failure != "" || len(check.duplicates) > 0 {
		return fmt.Errorf("accepted, but %q, duplicates %v", check.failure, check.duplicates)
	}
	if found.line != root.Line || found.mapping != (root.Kind == yaml.MappingNode) {
		return fmt.Errorf("line %d, mapping %t; the library has line %d, kind %d", found.line, found.mapping, root.Line, root.Kind)
	}
	if root.Kind != yaml.MappingNode {
		return nil
	}
	reader := &fileReader{parser: newParser(&budget{}), file: &file{}, result: &parsed{}}
	reader.readSkimmed(found, 1)
	skimmed := reader.result
	// The identity is compared whether or not it is complete.
	apiVersion, kind := identity(root)
	if apiVersion == "" || kind == "" {
		if len(found.apiVersion) > 0 && len(found.kind) > 0 {
			return fmt.Errorf("%s/%s; the library has none", found.apiVersion, found.kind)
		}
		return nil
	}
	reader.result = &parsed{}
	reader.readNode(root, nil)
	read := reader.result
	if len(skimmed.documents) != 1 || len(read.documents) == 0 {
		return fmt.Errorf("%d documents; the library has %d", len(skimmed.documents), len(read.documents))
	}
	a, b := skimmed.documents[0], read.documents[0]
	a.Namespaces, b.Namespaces = nil, nil
	if fmt.Sprint(a) != fmt.Sprint(b) {
		return fmt.Errorf("%+v; the library has %+v", a, b)
	}
	if keepsBody([]byte(kind)) || len(read.objects) > 0 {
		return nil
	}
	if len(skimmed.manifests) != len(read.manifests) {
		return fmt.Errorf("%d manifests; the library has %d", len(skimmed.manifests), len(read.manifests))
	}
	for i, a := range skimmed.manifests {
		b := read.manifests[i]
		if !maps.Equal(a.Labels, b.Labels) || !maps.Equal(a.Annotations, b.Annotations) || !slices.Equal(a.Entries, b.Entries) {
			return fmt.Errorf("%+v; the library has %+v", a, b)
		}
	}
	return nil
}

// compareNodes compares what is read of nodes.
func compareNodes(got, want *yaml.Node, path string) error {
	if got == nil || want == nil {
		if got != want {
			return fmt.Errorf("%s: loaded %v; the library has %v", path, got, want)
		}
		return nil
	}
	if got.Anchor != want.Anchor || (got.Alias == nil) != (want.Alias == nil) {
		return fmt.Errorf("%s: loaded anchor %q, the library has %q", path, got.Anchor, want.Anchor)
	}
	if got.Alias != nil && got.Alias.Line != want.Alias.Line {
		return fmt.Errorf("%s: loaded an alias of line %d, the library has line %d", path, got.Alias.Line, want.Alias.Line)
	}
	if got.Kind != want.Kind || got.Value != want.Value || got.ShortTag() != want.ShortTag() || got.Line != want.Line || len(got.Content) != len(want.Content) {
		return fmt.Errorf("%s: loaded kind %d, %q, %s, line %d, %d nodes; the library has kind %d, %q, %s, line %d, %d nodes", path,
			got.Kind, got.Value, got.ShortTag(), got.Line, len(got.Content), want.Kind, want.Value, want.ShortTag(), want.Line, len(want.Content))
	}
	for i := range got.Content {
		if err := compareNodes(got.Content[i], want.Content[i], fmt.Sprintf("%s/%d", path, i)); err != nil {
			return err
		}
	}
	return nil
}
