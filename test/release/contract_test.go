package release

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const schemaPath = "pkg/api/v1alpha1/contextreport.schema.json"

// What scripts read from a report of the last release, they can read from the
// next one. Before the first release, what plugins/ describes stands for it.
func TestReportKeepsItsContract(t *testing.T) {
	base := lastRelease(t)
	show := exec.Command("git", "show", base+":"+schemaPath)
	show.Dir = root
	released, err := show.Output()
	if err != nil {
		t.Skipf("the clone does not have %s, which the contract is compared with", base)
	}
	for _, change := range broken(parseSchema(t, released), parseSchema(t, readFile(t, filepath.Join(root, schemaPath)))) {
		t.Errorf("since %s: %s", base, change)
	}
}

// lastRelease is the newest tag of a release before this commit, or the commit
// that plugins/krew.yaml describes.
func lastRelease(t *testing.T) string {
	t.Helper()
	describe := exec.Command("git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
	describe.Dir = root
	if tag, err := describe.Output(); err == nil {
		return strings.TrimSpace(string(tag))
	}
	line := headerLine.FindStringSubmatch(string(readFile(t, filepath.Join(root, "plugins", "krew.yaml"))))
	if line == nil {
		t.Fatal("plugins/krew.yaml does not say what it describes")
	}
	return line[1]
}

type schema struct {
	Defs map[string]definition `json:"$defs"`
}

type definition struct {
	Properties map[string]map[string]any `json:"properties"`
	Required   []string                  `json:"required"`
}

func parseSchema(t *testing.T, content []byte) schema {
	t.Helper()
	var parsed schema
	if err := json.Unmarshal(content, &parsed); err != nil {
		t.Fatal(err)
	}
	if len(parsed.Defs) == 0 {
		t.Fatal("the schema defines no types")
	}
	return parsed
}

// broken lists what a reader of the old schema would miss in the new one: a
// field that is gone, that has another type, or that is not always there any
// more. New fields and new values of lists break nobody.
func broken(old, now schema) []string {
	var changes []string
	for name, before := range old.Defs {
		after, ok := now.Defs[name]
		if !ok {
			changes = append(changes, name+" is gone")
			continue
		}
		for field, was := range before.Properties {
			is, ok := after.Properties[field]
			switch {
			case !ok:
				changes = append(changes, fmt.Sprintf("%s.%s is gone", name, field))
			case !reflect.DeepEqual(shape(was), shape(is)):
				changes = append(changes, fmt.Sprintf("%s.%s was %v, is %v", name, field, shape(was), shape(is)))
			case slices.Contains(before.Required, field) && !slices.Contains(after.Required, field):
				changes = append(changes, fmt.Sprintf("%s.%s may be absent now", name, field))
			}
		}
	}
	slices.Sort(changes)
	return changes
}

// shape is a schema without what does not bind a reader: its words, and which
// values there are.
func shape(node map[string]any) map[string]any {
	bare := map[string]any{}
	for key, value := range node {
		if child, ok := value.(map[string]any); ok {
			value = shape(child)
		}
		if key != "description" && key != "enum" && key != "examples" {
			bare[key] = value
		}
	}
	return bare
}

func TestBrokenContracts(t *testing.T) {
	const released = `{"$defs":{"Finding":{"properties":{
		"rule":{"type":"string","description":"the id"},
		"line":{"type":"integer"},
		"focus":{"type":"array","items":{"type":"string"}}},
		"required":["rule","line"]}}}`
	for name, test := range map[string]struct{ before, after, want string }{
		"nothing":             {"", "", ""},
		"other words":         {"the id", "the id of the rule", ""},
		"a field more":        {`"line":{`, `"column":{"type":"integer"},"line":{`, ""},
		"always there now":    {`["rule","line"]`, `["rule","line","focus"]`, ""},
		"a field is gone":     {`"line":{"type":"integer"},`, ``, "Finding.line is gone"},
		"a field is renamed":  {`"rule":{`, `"id":{`, "Finding.rule is gone"},
		"another type":        {`"integer"`, `"string"`, "Finding.line was map[type:integer], is map[type:string]"},
		"another item type":   {`{"type":"string"}}}`, `{"type":"integer"}}}`, "Finding.focus was"},
		"may be absent":       {`["rule","line"]`, `["rule"]`, "Finding.line may be absent now"},
		"the type is renamed": {`"Finding"`, `"Result"`, "Finding is gone"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(released, test.before, test.after, 1)
			got := broken(parseSchema(t, []byte(released)), parseSchema(t, []byte(changed)))
			switch {
			case test.want == "" && len(got) > 0:
				t.Errorf("found %v, want nothing", got)
			case test.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], test.want)):
				t.Errorf("found %v, want %q", got, test.want)
			}
		})
	}
}
