package docs

import (
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// What the product promises offline: every row of the focus table has at least
// one built-in section behind it.
func TestBuiltinReferenceCoversTheFocusTable(t *testing.T) {
	topics, areas, capabilities, names := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, section := range Builtin() {
		for _, topic := range section.Topics {
			topics[topic] = true
			if row, known := focus.Lookup(topic); known {
				names[row.SessionCapability] = true
			}
		}
		for _, area := range section.Areas {
			areas[area] = true
		}
		for _, capability := range section.Capabilities {
			capabilities[capability] = true
		}
	}
	for _, topic := range focus.Topics() {
		if !topics[topic.Name] {
			t.Errorf("no document about the focus %s", topic.Name)
		}
	}
	for _, area := range focus.Areas() {
		if !areas[area.ID] {
			t.Errorf("no document about the area %s", area.ID)
		}
	}
	for _, capability := range focus.Capabilities() {
		if !capabilities[capability.ID] {
			t.Errorf("no document about the capability %s", capability.ID)
		}
	}
	for _, name := range focus.SessionCapabilities() {
		if !names[name] {
			t.Errorf("no document behind %s", name)
		}
	}
	if n := len(Builtin()); n < 60 {
		t.Errorf("%d sections, want 60 at least", n)
	}
}
