package docs

import (
	"slices"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// What the product promises without a network: each row of the focus table has
// documents behind it. docs/reference/topics.md shows the rows.
func TestEveryRowHasADocumentOffline(t *testing.T) {
	offline := func(topics ...string) Result {
		return Load(t.Context(), Options{Offline: true, Focus: topics, SiteURL: DefaultSiteURL, Context7URL: DefaultContext7URL})
	}
	has := func(r Result, about func(Section) bool) bool {
		return slices.ContainsFunc(r.Sections, func(s Section) bool { return s.Markdown != "" && about(s) })
	}
	for _, topic := range focus.Topics() {
		t.Run("focus/"+topic.Name, func(t *testing.T) {
			r := offline(topic.Name)
			if !has(r, func(s Section) bool { return slices.Contains(s.Topics, topic.Name) }) {
				t.Error("no section about it")
			}
			i := slices.IndexFunc(r.Topics, func(c Coverage) bool { return c.Topic == topic.Name })
			if i < 0 || !r.Topics[i].Covered() || !slices.Contains(r.SessionCapabilities(), topic.SessionCapability) {
				t.Errorf("it earns %v, want %s among them", r.SessionCapabilities(), topic.SessionCapability)
			}
		})
	}
	all := offline()
	for _, area := range focus.Areas() {
		t.Run("area/"+area.ID, func(t *testing.T) {
			if !has(all, func(s Section) bool { return slices.Contains(s.Areas, area.ID) }) {
				t.Error("no section about it")
			}
		})
	}
	for i, capability := range focus.Capabilities() {
		t.Run("capability/"+capability.ID, func(t *testing.T) {
			if !has(all, func(s Section) bool { return slices.Contains(s.Capabilities, capability.ID) }) {
				t.Error("no section about it")
			}
			if c := all.Capabilities()[i]; c.Topic != capability.ID || !c.Covered() {
				t.Errorf("its coverage is %+v", c)
			}
		})
	}
	for _, name := range focus.SessionCapabilities() {
		t.Run("session/"+name, func(t *testing.T) {
			if !slices.Contains(all.SessionCapabilities(), name) {
				t.Errorf("a run about everything earns %v", all.SessionCapabilities())
			}
		})
	}
	if n := len(Builtin()); n < 60 {
		t.Errorf("%d sections, want 60 at least", n)
	}
}
