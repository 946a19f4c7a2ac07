package merge_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/merge"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// TestCompareApplied changes the interval of the Kustomization podinfo here, from
// 10m to 20m, and not in the cluster: only what differs from the commit that was
// applied is drift.
func TestCompareApplied(t *testing.T) {
	const waiting = `pending: spec.interval is "20m" in Git and "10m" in the cluster`
	for _, test := range []struct {
		name    string
		cluster func(t *testing.T, object *model.Object)
		want    []string
	}{
		{name: "nothing else", want: []string{waiting}},
		{
			name:    "another field in the cluster",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `{`, `{"suspend":true,`, "suspend") },
			want:    []string{"suspended only in the cluster, by kubectl 3 d ago", waiting},
		},
		{
			name:    "the same field in the cluster",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `"interval":"10m"`, `"interval":"1m"`, "interval") },
			want:    []string{`spec.interval is "10m" in Git at COMMIT and "1m" in the cluster, by kubectl 3 d ago`},
		},
		{
			name:    "the cluster has it already, by hand",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `"interval":"10m"`, `"interval":"20m"`, "interval") },
			want:    []string{`spec.interval is "10m" in Git at COMMIT and "20m" in the cluster, by kubectl 3 d ago`},
		},
	} {
		for _, commit := range []string{"", "Look less often"} {
			t.Run(test.name+"/"+commit, func(t *testing.T) {
				t.Parallel()
				c := newClone(t)
				live := c.live()
				if test.cluster != nil {
					test.cluster(t, find(t, live.Objects, "Kustomization", "podinfo"))
				}
				c.replace("apps/podinfo.ks.yaml", "10m", "20m")
				if commit != "" {
					c.commit(commit)
				}
				facts := c.facts(live)
				facts.Base = c.base(model.BaseApplied, c.first)
				merge.CompareApplied(facts)
				var got []string
				for _, object := range facts.Objects {
					for _, drift := range object.Drift {
						if object.Name != "podinfo" || object.Kind != "Kustomization" {
							t.Errorf("%s: %s", object.ID, drift.Text)
							continue
						}
						text := strings.ReplaceAll(drift.Text, c.first[:8], "COMMIT")
						if drift.Pending {
							text = "pending: " + text
						}
						got = append(got, text)
					}
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("got %q\nwant %q", got, test.want)
				}
			})
		}
	}
}
