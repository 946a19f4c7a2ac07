package gitrepo

import (
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func TestBlame(t *testing.T) {
	s := newSandbox(t)
	s.repository("r")
	s.write("r/apps/one.yaml", "a: 1\nb: 2\n")
	s.commit("r", "Write both lines")
	s.write("r/apps/one.yaml", "a: 1\nb: 3\n")
	s.commit("r", "Change the second line")
	first := model.Location{File: "apps/one.yaml", Line: 1}
	second := model.Location{File: "apps/one.yaml", Line: 2}
	lines := []model.Location{
		first, second,
		{File: "apps/one.yaml", Line: 1, Document: 3}, // another place on the same line
		{File: "apps/none.yaml", Line: 1},             // not in Git
		{File: "apps/one.yaml"},                       // no line
	}
	found := Blame(t.Context(), s.path("r"), lines)
	if got := found[first]; got == nil || got.Subject != "Write both lines" || got.Author == "" || got.Time.IsZero() || len(got.Hash) < 40 {
		t.Errorf("the first line is of %+v", got)
	}
	if got := found[second]; got == nil || got.Subject != "Change the second line" {
		t.Errorf("the second line is of %+v", got)
	}
	if len(found) != 3 {
		t.Errorf("%d lines have a commit, want 3: %+v", len(found), found)
	}

	// A line that a longer history may have explained is left out.
	s.git("", "clone", "-q", "--depth", "1", "file://"+s.path("r"), "shallow")
	found = Blame(t.Context(), s.path("shallow"), lines)
	if len(found) != 0 {
		t.Errorf("a shallow clone of one commit knows who wrote %+v", found)
	}
	if got := Blame(t.Context(), s.path(""), lines); got != nil {
		t.Errorf("a folder without Git gives %+v", got)
	}
}
