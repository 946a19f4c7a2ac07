package merge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// tree is a state of a repository with one root Kustomization, root, that builds
// the folder of a cluster.
type tree struct {
	rendering  model.Rendering
	repository model.Repository
}

func newTree(objects ...model.EffectiveObject) *tree {
	t := &tree{}
	t.build("root", -1, "clusters/prod", objects...)
	return t
}

// build adds what a Kustomization of flux-system builds.
func (t *tree) build(name string, parent int, folder string, objects ...model.EffectiveObject) *tree {
	t.rendering.Builds = append(t.rendering.Builds, model.RenderedBuild{
		Owner: kustomizationID(name), Location: model.Location{File: "clusters/prod/" + name + ".yaml", Line: 1},
		Parent: parent, Path: folder, State: model.BuildRendered, Objects: objects,
	})
	return t
}

func kustomizationID(name string) model.ID {
	return model.ID{Group: fluxkind.GroupKustomize, Kind: "Kustomization", Namespace: "flux-system", Name: name}
}

func effective(id model.ID, file, body string) model.EffectiveObject {
	return model.EffectiveObject{ID: id, Location: model.Location{File: file, Line: 1}, Body: []byte(body)}
}

// ks is a Kustomization as a build makes it, with the fields of its spec.
func ks(name, spec string) model.EffectiveObject {
	return effective(kustomizationID(name), "clusters/prod/"+name+".yaml", `{"spec":{`+spec+`}}`)
}

func hr(name, spec string) model.EffectiveObject {
	return effective(model.ID{Group: fluxkind.GroupHelm, Kind: "HelmRelease", Namespace: "web", Name: name}, "apps/"+name+".yaml", `{"spec":{`+spec+`}}`)
}

func cm(name string) model.EffectiveObject {
	return effective(model.ID{Kind: "ConfigMap", Namespace: "web", Name: name}, "apps/"+name+".yaml", `{}`)
}

func kept(name string) model.EffectiveObject {
	o := cm(name)
	o.Body = []byte(`{"metadata":{"annotations":{"kustomize.toolkit.fluxcd.io/prune":"disabled"}}}`)
	return o
}

const prunes = `"prune":true`

// live is a Kustomization as the cluster runs it.
func live(name, folder, spec string, inventory ...model.ID) *model.Object {
	o := &model.Object{ID: kustomizationID(name), Origin: model.FromCluster, Spec: &fluxkind.Kustomization{Path: folder}, RawSpec: []byte(`{` + spec + `}`)}
	for _, id := range inventory {
		o.Status.Inventory = append(o.Status.Inventory, model.InventoryEntry{ID: id})
	}
	return o
}

func TestBlast(t *testing.T) {
	apps := ks("apps", prunes)
	a, b := cm("a"), cm("b")
	before := func() *tree { return newTree(ks("root", prunes), apps).build("apps", 0, "apps", a, b) }
	for _, test := range []struct {
		name          string
		before, after *tree
		live          []*model.Object
		git           model.Git
		reason        model.BaseReason
		want          []string
	}{
		{name: "the same", before: before(), after: before()},
		{
			name: "an object", before: before(), after: newTree(ks("root", prunes), apps).build("apps", 0, "apps", a),
			want: []string{"apps prune committed rendered: ConfigMap/web/b"},
		},
		{
			name: "in a file that is changed", before: before(), after: newTree(ks("root", prunes), apps).build("apps", 0, "apps", a),
			git:  model.Git{Changed: []model.Change{{Path: "apps/b.yaml", Code: " D"}}},
			want: []string{"apps prune uncommitted rendered: ConfigMap/web/b"},
		},
		{
			name: "since the upstream branch", before: before(), after: newTree(ks("root", prunes), apps).build("apps", 0, "apps", a),
			reason: model.BaseUpstream,
			want:   []string{"apps prune notPushed rendered: ConfigMap/web/b"},
		},
		{
			name: "without prune", before: before(),
			after: newTree(ks("root", prunes), ks("apps", `"prune":false`)).build("apps", 0, "apps", a),
		},
		{
			name:   "that must not be pruned",
			before: newTree(ks("root", prunes), apps).build("apps", 0, "apps", a, kept("b")), after: newTree(ks("root", prunes), apps).build("apps", 0, "apps", a),
		},
		{
			name: "a whole Kustomization", before: before(), after: newTree(ks("root", prunes)),
			want: []string{"apps delete committed rendered: ConfigMap/web/a ConfigMap/web/b", "root prune committed rendered: Kustomization/flux-system/apps"},
		},
		{
			name:   "one that is suspended leaves all behind",
			before: newTree(ks("root", prunes), ks("apps", prunes+`,"suspend":true`)).build("apps", 0, "apps", a), after: newTree(ks("root", prunes)),
			want: []string{"root prune committed rendered: Kustomization/flux-system/apps"},
		},
		{
			name:   "one that orphans leaves all behind",
			before: newTree(ks("root", prunes), ks("apps", prunes+`,"deletionPolicy":"Orphan"`)).build("apps", 0, "apps", a), after: newTree(ks("root", prunes)),
			want: []string{"root prune committed rendered: Kustomization/flux-system/apps"},
		},
		{
			name:   "one that deletes without pruning",
			before: newTree(ks("root", prunes), ks("apps", `"prune":false,"deletionPolicy":"Delete"`)).build("apps", 0, "apps", a), after: newTree(ks("root", prunes)),
			want: []string{"apps delete committed rendered: ConfigMap/web/a", "root prune committed rendered: Kustomization/flux-system/apps"},
		},
		{
			name: "renamed", before: before(), after: newTree(ks("root", prunes), ks("applications", prunes)).build("applications", 0, "apps", a, b),
			want: []string{
				"apps handover committed rendered to applications: ConfigMap/web/a ConfigMap/web/b",
				"root prune committed rendered: Kustomization/flux-system/apps",
			},
		},
		{
			name: "one that cannot be built prunes nothing", before: before(),
			after: func() *tree {
				t := newTree(ks("root", prunes), apps).build("apps", 0, "apps")
				t.rendering.Builds[1].State = model.BuildFailed
				return t
			}(),
		},
		{
			name:   "a release",
			before: newTree(ks("root", prunes), apps).build("apps", 0, "apps", hr("site", "")), after: newTree(ks("root", prunes), apps).build("apps", 0, "apps"),
			want: []string{"apps prune committed rendered: HelmRelease/web/site", "site uninstall committed unknown:"},
		},
		{
			name:   "the name of a release",
			before: newTree(ks("root", prunes), apps).build("apps", 0, "apps", hr("site", "")), after: newTree(ks("root", prunes), apps).build("apps", 0, "apps", hr("site", `"releaseName":"web"`)),
			want: []string{"site reinstall committed unknown:"},
		},
		{
			name:   "the chart of a release",
			before: newTree(ks("root", prunes), apps).build("apps", 0, "apps", hr("site", `"chart":{"spec":{"chart":"a","sourceRef":{"kind":"HelmRepository"}}}`)),
			after:  newTree(ks("root", prunes), apps).build("apps", 0, "apps", hr("site", `"chart":{"spec":{"chart":"b","sourceRef":{"kind":"HelmRepository"}}}`)),
			want:   []string{"site reinstall committed unknown:"},
		},
		{
			name:   "the version of a chart",
			before: newTree(ks("root", prunes), apps).build("apps", 0, "apps", hr("site", `"chart":{"spec":{"chart":"a","version":"1"}}`)),
			after:  newTree(ks("root", prunes), apps).build("apps", 0, "apps", hr("site", `"chart":{"spec":{"chart":"a","version":"2"}}`)),
		},
		{
			name: "what the inventory does not have stays away", before: before(), after: newTree(ks("root", prunes), apps).build("apps", 0, "apps"),
			live: []*model.Object{live("root", "clusters/prod", prunes), live("apps", "apps", prunes, a.ID)},
			want: []string{"apps prune committed live: ConfigMap/web/a"},
		},
		{
			name: "the cluster knows more than Git", before: before(), after: newTree(ks("root", prunes)),
			live: []*model.Object{live("root", "clusters/prod", prunes, kustomizationID("apps")), live("apps", "apps", prunes, a.ID, cm("old").ID)},
			want: []string{"apps delete committed live: ConfigMap/web/a ConfigMap/web/old", "root prune committed live: Kustomization/flux-system/apps"},
		},
		{
			name: "suspended in the cluster only", before: before(), after: newTree(ks("root", prunes)),
			live: []*model.Object{live("root", "clusters/prod", prunes, kustomizationID("apps")), live("apps", "apps", prunes+`,"suspend":true`, a.ID)},
			want: []string{"root prune committed live: Kustomization/flux-system/apps"},
		},
		{
			name: "what never ran here", before: before(), after: newTree(ks("root", prunes), apps).build("apps", 0, "apps"),
			live: []*model.Object{live("root", "clusters/prod", prunes)},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.reason == "" {
				test.reason = model.BaseNamed
			}
			facts := &model.Facts{
				Repository: &test.after.repository, Rendering: &test.after.rendering,
				Base: &model.Base{Reason: test.reason, Repository: &test.before.repository, Rendering: &test.before.rendering},
			}
			facts.Repository.Git = test.git
			if test.live != nil {
				facts.Cluster, facts.Sync = &model.Cluster{Reachable: true, Objects: test.live}, &model.Sync{}
			}
			var got []string
			for _, deletion := range Blast(facts) {
				text := fmt.Sprintf("%s %s %s %s", deletion.Owner.Name, deletion.Action, deletion.Stage, deletion.Inventory)
				if deletion.To != (model.ID{}) {
					text += " to " + deletion.To.Name
				}
				text += ":"
				for _, object := range deletion.Objects {
					text += " " + object.ID.String()
				}
				got = append(got, text)
				if !strings.Contains(deletion.Message, deletion.Owner.Name) {
					t.Errorf("%q does not name %s", deletion.Message, deletion.Owner)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// The order in which two Kustomizations reconcile decides what a handover does.
func TestBlastHandoverOrder(t *testing.T) {
	a := cm("a")
	for name, test := range map[string]struct{ from, to, want string }{
		"nobody waits":      {"", "", "if Kustomization/flux-system/old is faster"},
		"the former waits":  {`,"dependsOn":[{"name":"new"}]`, "", "nothing is deleted"},
		"the new one waits": {"", `,"dependsOn":[{"name":"old"}]`, "made anew"},
	} {
		t.Run(name, func(t *testing.T) {
			before := newTree(ks("old", prunes+test.from), ks("new", prunes+test.to)).build("old", 0, "old", a).build("new", 0, "new")
			after := newTree(ks("old", prunes+test.from), ks("new", prunes+test.to)).build("old", 0, "old").build("new", 0, "new", a)
			deletions := Blast(&model.Facts{
				Repository: &after.repository, Rendering: &after.rendering,
				Base: &model.Base{Reason: model.BaseNamed, Repository: &before.repository, Rendering: &before.rendering},
			})
			if len(deletions) != 1 || deletions[0].Action != model.DeleteHandover || !strings.Contains(deletions[0].Message, test.want) {
				t.Errorf("got %+v, want one handover: %s", deletions, test.want)
			}
		})
	}
}
