package merge_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// edit changes the live spec of an object as a tool of people does.
func edit(t testing.TB, object *model.Object, before, after, field string) {
	t.Helper()
	var compact bytes.Buffer
	if err := json.Compact(&compact, object.RawSpec); err != nil {
		t.Fatal(err)
	}
	spec := compact.String()
	if !strings.Contains(spec, before) {
		t.Fatalf("the spec of %s does not hold %s: %s", object.ID, before, spec)
	}
	object.RawSpec = []byte(strings.Replace(spec, before, after, 1))
	object.ManagedFields = append(object.ManagedFields, model.FieldManager{
		Manager: "kubectl-edit", Operation: "Update", Time: capturedNow.Add(-75 * time.Hour), Fields: []string{field}, OwnsSuspend: field == "suspend",
	})
}

// TestDrift changes either side of the captured pair, which has no drift.
func TestDrift(t *testing.T) {
	for _, test := range []struct {
		name    string
		object  string // kind and name
		cluster func(t *testing.T, object *model.Object)
		// git changes the clone; commit says whether that is committed.
		git    func(c *clone)
		commit bool
		want   []string
	}{
		{
			name: "what the controllers applied", object: "Kustomization podinfo",
		},
		{
			name: "suspended", object: "Kustomization podinfo",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `{`, `{"suspend":true,`, "suspend") },
			want:    []string{"suspended only in the cluster, by kubectl 3 d ago @ apps/podinfo.ks.yaml:4"},
		},
		{
			name: "resumed leaves false behind", object: "Kustomization podinfo",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `{`, `{"suspend":false,`, "suspend") },
		},
		{
			name: "a value", object: "Kustomization podinfo",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `"interval":"10m"`, `"interval":"1m"`, "interval") },
			want:    []string{`spec.interval is "10m" in Git and "1m" in the cluster, by kubectl 3 d ago @ apps/podinfo.ks.yaml:5`},
		},
		{
			name: "the same length of time", object: "Kustomization podinfo",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `"interval":"10m"`, `"interval":"10m0s"`, "interval") },
		},
		{
			name: "a field that Git does not have", object: "Kustomization redis",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `{`, `{"retryInterval":"7m",`, "retryInterval") },
			want:    []string{`spec.retryInterval "7m" is only in the cluster, by kubectl 3 d ago @ apps/redis.ks.yaml:4`},
		},
		{
			name: "a field of a patch of a patch", object: "HelmRelease redis",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `"CreateReplace"`, `"Skip"`, "install") },
			want:    []string{`spec.install.crds is "CreateReplace" in Git and "Skip" in the cluster, by kubectl 3 d ago @ flux-objects.yaml:111`},
		},
		{
			name: "resumed in the cluster", object: "HelmRelease podinfo",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `"suspend":true,`, ``, "interval") },
			want:    []string{"suspended in Git, not in the cluster @ apps/podinfo/release.yaml:6"},
		},
		{
			name: "a value of a release is not shown", object: "HelmRelease podinfo",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `"podinfo.example.org"`, `"hunter2"`, "values") },
			want:    []string{"spec.values.host differs from Git, by kubectl 3 d ago @ flux-objects.yaml:102"},
		},
		{
			name: "changed here and not committed", object: "Kustomization podinfo",
			git:  func(c *clone) { c.replace("apps/podinfo.ks.yaml", "10m", "20m") },
			want: []string{`pending: spec.interval is "20m" in Git and "10m" in the cluster @ apps/podinfo.ks.yaml:5`},
		},
		{
			name: "changed here and not applied", object: "Kustomization podinfo",
			git:    func(c *clone) { c.replace("apps/podinfo.ks.yaml", "10m", "20m") },
			commit: true,
			want:   []string{`pending: spec.interval is "20m" in Git and "10m" in the cluster @ apps/podinfo.ks.yaml:5`},
		},
		{
			name: "a commit that does not touch it", object: "Kustomization podinfo",
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `{`, `{"suspend":true,`, "suspend") },
			git:     func(c *clone) { c.replace("apps/redis.ks.yaml", "10m", "20m") },
			commit:  true,
			want:    []string{"suspended only in the cluster, by kubectl 3 d ago @ apps/podinfo.ks.yaml:4"},
		},
		{
			name: "the patch of what makes its maker", object: "HelmRelease podinfo",
			git: func(c *clone) {
				c.replace("clusters/main/kustomization.yaml", "resources:", "namePrefix: ''\nresources:")
			},
			commit:  true,
			cluster: func(t *testing.T, o *model.Object) { edit(t, o, `"interval":"1h"`, `"interval":"2h"`, "interval") },
			want:    []string{`pending: spec.interval is "1h" in Git and "2h" in the cluster, by kubectl 3 d ago @ apps/podinfo/release.yaml:5`},
		},
		{
			name: "applied by hand and suspended", object: "Kustomization prod",
			cluster: func(t *testing.T, o *model.Object) {
				edit(t, o, `{`, `{"suspend":true,`, "suspend")
				o.Spec = suspended{o.Spec}
			},
			want: []string{"suspended only in the cluster, by kubectl 3 d ago @ flux-objects.yaml:19"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newClone(t)
			live := c.live()
			kind, name, _ := strings.Cut(test.object, " ")
			if test.cluster != nil {
				test.cluster(t, find(t, live.Objects, kind, name))
			}
			if test.git != nil {
				test.git(c)
			}
			if test.commit {
				c.commit("Change it")
			}
			facts := c.facts(live)
			var got []string
			for _, object := range facts.Objects {
				for _, drift := range object.Drift {
					text := drift.Text + " @ " + drift.Location.String()
					if drift.Pending {
						text = "pending: " + text
					}
					if object.Kind == kind && object.Name == name {
						got = append(got, text)
					} else if !drift.Pending {
						t.Errorf("%s: %s", object.ID, text)
					}
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q\nwant %q", got, test.want)
			}
			if joined := find(t, facts.Objects, kind, name); joined.Origin != model.FromCluster|model.FromRepository {
				t.Errorf("%s is from %s", joined.ID, joined.Origin)
			}
		})
	}
}

// suspended is a spec with spec.suspend.
type suspended struct{ model.Spec }

func (suspended) Suspended() bool { return true }

func TestDriftOfUnknownRevision(t *testing.T) {
	c := newClone(t)
	live := c.live()
	for _, object := range live.Objects {
		object.Status.LastAppliedRevision = strings.ReplaceAll(object.Status.LastAppliedRevision, c.first, strings.Repeat("a", 40))
	}
	edit(t, find(t, live.Objects, "Kustomization", "podinfo"), `"interval":"10m"`, `"interval":"1m"`, "interval")
	for _, object := range c.facts(live).Objects {
		if len(object.Drift) > 0 {
			t.Errorf("nobody knows what was applied, yet %s: %s", object.ID, object.Drift[0].Text)
		}
	}
}
