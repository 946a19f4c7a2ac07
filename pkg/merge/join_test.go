package merge

import (
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func object(origin model.Origin, namespace, name, file string) *model.Object {
	return &model.Object{
		ID:       model.ID{Group: "kustomize.toolkit.fluxcd.io", Kind: "Kustomization", Namespace: namespace, Name: name},
		Origin:   origin,
		Location: model.Location{File: file, Line: 1},
	}
}

func TestJoin(t *testing.T) {
	live := func(namespace, name string) *model.Object { return object(model.FromCluster, namespace, name, "") }
	written := func(namespace, name, file string) *model.Object {
		return object(model.FromRepository, namespace, name, file)
	}
	for _, test := range []struct {
		name    string
		live    []*model.Object
		written []*model.Object
		want    map[string]string // object → origin and file
	}{
		{
			"same identity",
			[]*model.Object{live("flux-system", "apps")},
			[]*model.Object{written("flux-system", "apps", "apps.yaml")},
			map[string]string{"Kustomization/flux-system/apps": "both apps.yaml:1"},
		},
		{
			"namespace from a kustomization",
			[]*model.Object{live("flux-system", "apps")},
			[]*model.Object{written("", "apps", "apps.yaml")},
			map[string]string{"Kustomization/flux-system/apps": "both apps.yaml:1"},
		},
		{
			"one definition, two namespaces: nobody guesses",
			[]*model.Object{live("a", "apps"), live("b", "apps")},
			[]*model.Object{written("", "apps", "apps.yaml")},
			map[string]string{"Kustomization/a/apps": "cluster ", "Kustomization/b/apps": "cluster "},
		},
		{
			"two definitions: nobody guesses",
			[]*model.Object{live("flux-system", "apps")},
			[]*model.Object{written("flux-system", "apps", "a.yaml"), written("flux-system", "apps", "b.yaml")},
			map[string]string{"Kustomization/flux-system/apps": "cluster "},
		},
		{
			"each side alone",
			[]*model.Object{live("flux-system", "live")},
			[]*model.Object{written("flux-system", "written", "w.yaml")},
			map[string]string{
				"Kustomization/flux-system/live":    "cluster ",
				"Kustomization/flux-system/written": "repository w.yaml:1",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			facts := Join(Sides{Cluster: &model.Cluster{Objects: test.live}, Repository: &model.Repository{Objects: test.written}})
			got := map[string]string{}
			for _, o := range facts.Objects {
				if key := o.ID.String(); got[key] == "" || o.Origin != model.FromRepository {
					got[key] = o.Origin.String() + " " + o.Location.String()
				}
			}
			for id, want := range test.want {
				if got[id] != want {
					t.Errorf("%s: got %q, want %q", id, got[id], want)
				}
			}
		})
	}
}

func TestRootCausesKnowTheirFile(t *testing.T) {
	live := object(model.FromCluster, "flux-system", "apps", "")
	facts := Join(Sides{
		Cluster: &model.Cluster{
			Objects:    []*model.Object{live},
			RootCauses: []model.RootCause{{Object: live.ID}, {Object: model.ID{Kind: "Kustomization", Name: "other"}}},
		},
		Repository: &model.Repository{Objects: []*model.Object{object(model.FromRepository, "flux-system", "apps", "apps.yaml")}},
	})
	if got := facts.RootCauses[0].Location.String(); got != "apps.yaml:1" {
		t.Errorf("the cause stands at %q", got)
	}
	if got := facts.RootCauses[1].Location.String(); got != "" {
		t.Errorf("a cause that the repository does not define stands at %q", got)
	}
}

func TestJoinWithoutSides(t *testing.T) {
	facts := Join(Sides{})
	if facts.Cluster != nil || facts.Repository != nil || len(facts.Objects) != 0 {
		t.Errorf("got %+v", facts)
	}
}
