package rules

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

func TestTable(t *testing.T) {
	if !slices.IsSortedFunc(table, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("the table is not sorted by id")
	}
	seen := map[string]bool{}
	for _, r := range table {
		if seen[r.ID] {
			t.Errorf("%s is given to two rules", r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || r.Why == "" || r.Fix == "" || r.Guard == "" || r.Since == "" || r.check == nil {
			t.Errorf("%s lacks a part", r.ID)
		}
		if r.Severity.Rank() < 0 || r.InFocus != "" && r.InFocus.Rank() < 0 {
			t.Errorf("%s has no severity", r.ID)
		}
		if !strings.HasPrefix(r.Page, "https://") {
			t.Errorf("%s has no page", r.ID)
		}
		if strings.HasSuffix(r.Title, ".") {
			t.Errorf("%s: a title has no full stop", r.ID)
		}
		if len(r.Focus) == 0 {
			t.Errorf("%s belongs to no focus", r.ID)
		}
		for _, topic := range r.Focus {
			if _, ok := focus.Lookup(topic); !ok {
				t.Errorf("%s: there is no focus %q", r.ID, topic)
			}
		}
		file := strings.ToLower(strings.ReplaceAll(r.ID, "-", "")) + ".go"
		if _, err := os.Stat(file); err != nil {
			t.Errorf("%s has no file of its own: %v", r.ID, err)
		}
	}
}

// TestTestdataBelongsToRules fails for data that nothing runs.
func TestTestdataBelongsToRules(t *testing.T) {
	entries, err := os.ReadDir(testdata)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if _, ok := Lookup(entry.Name()); entry.IsDir() && !ok && entry.Name() != "upgrade" {
			t.Errorf("%s/%s belongs to no rule", testdata, entry.Name())
		}
	}
}
