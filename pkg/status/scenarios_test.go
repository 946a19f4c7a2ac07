package status_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// captured is when the scenarios were captured, to the minute.
var captured = map[string]time.Time{
	"steady":           time.Date(2026, 11, 23, 12, 37, 30, 0, time.UTC),
	"after-bad-commit": time.Date(2026, 11, 23, 12, 39, 48, 0, time.UTC),
	"controller-down":  time.Date(2026, 11, 23, 12, 40, 27, 0, time.UTC),
	"nested":           time.Date(2026, 11, 23, 12, 40, 45, 0, time.UTC),
	"resourcesets":     time.Date(2026, 11, 23, 12, 59, 50, 0, time.UTC),
	"clean":            time.Date(2026, 11, 23, 12, 37, 30, 0, time.UTC),
}

// situation is the Flux objects of a scenario.
type situation struct {
	objects []*model.Object
	byID    map[model.ID]*model.Object
	// unknown is true when nobody may say what does not exist.
	unknown bool
}

// keep drops all other objects.
func (s *situation) keep(names ...string) {
	s.objects = slices.DeleteFunc(s.objects, func(o *model.Object) bool {
		drop := !slices.Contains(names, o.ID.String())
		if drop {
			delete(s.byID, o.ID)
		}
		return drop
	})
}

// texts keeps the JSON of the objects of each scenario: YAML is slow to read.
var texts = map[string][][]byte{}

// load reads the Flux objects of a scenario as the controllers wrote them.
func load(t *testing.T, scenario string) situation {
	t.Helper()
	if texts[scenario] == nil {
		texts[scenario] = readScenario(t, scenario)
	}
	s := situation{byID: map[model.ID]*model.Object{}}
	for _, text := range texts[scenario] {
		s.add(t, text)
	}
	return s
}

func readScenario(t *testing.T, scenario string) (texts [][]byte) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "test", "fixtures", "scenarios", scenario, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files for scenario %s: %v", scenario, err)
	}
	for _, file := range files {
		switch filepath.Base(file) {
		case "events.yaml", "installation.yaml", "applied.yaml":
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var list struct {
			Items []json.RawMessage `json:"items"`
		}
		if err := yaml.Unmarshal(content, &list); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, item := range list.Items {
			texts = append(texts, item)
		}
	}
	return texts
}

func (s *situation) add(t *testing.T, text []byte) *model.Object {
	t.Helper()
	text, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	o, err := cluster.DecodeObject(text)
	if err != nil {
		t.Fatal(err)
	}
	s.objects = append(s.objects, o)
	s.byID[o.ID] = o
	return o
}

// lookup knows all Flux objects and nothing else.
func (s *situation) lookup(id model.ID) (*model.Object, model.Presence) {
	if o := s.byID[id]; o != nil {
		return o, model.Present
	}
	if fluxkind.IsGroup(id.Group) && !s.unknown {
		return nil, model.Absent
	}
	return nil, model.PresenceUnknown
}

// find returns an object by Kind/namespace/name.
func (s *situation) find(t *testing.T, name string) *model.Object {
	t.Helper()
	for _, o := range s.objects {
		if o.ID.String() == name {
			return o
		}
	}
	t.Fatalf("no %s", name)
	return nil
}

func describe(a model.Assessment) string {
	text := string(a.State)
	if a.SubState != "" {
		text += " (" + a.SubState + ")"
	}
	if a.Reason != "" {
		text += " " + a.Reason
	}
	return text
}

func describeCause(c model.RootCause) string {
	text := fmt.Sprintf("%s %s %s", c.Object, c.State, c.Reason)
	if len(c.Cycle) > 0 {
		text += " cycle " + join(c.Cycle)
	}
	if len(c.Blocks) > 0 {
		text += " blocks " + join(c.Blocks)
	}
	return text
}

func join(ids []model.ID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = id.String()
	}
	return strings.Join(words, ", ")
}
