package merge

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func TestOwn(t *testing.T) {
	a, b := cm("a").ID, cm("b").ID
	labelled := func(owner string) *model.Object {
		return &model.Object{
			ID:     model.ID{Group: fluxkind.GroupSource, Kind: "HelmRepository", Namespace: "web", Name: "charts"},
			Labels: map[string]string{"kustomize.toolkit.fluxcd.io/name": owner, "kustomize.toolkit.fluxcd.io/namespace": "flux-system"},
		}
	}
	everything := []model.KindRead{{Group: fluxkind.GroupKustomize, Kind: "Kustomization", Scope: model.ReadCluster}}
	for _, test := range []struct {
		name    string
		objects []*model.Object
		kinds   []model.KindRead
		tree    *tree
		want    []string
	}{
		{name: "one owner each", objects: []*model.Object{live("x", "x", "", a), live("y", "y", "", b)}, tree: newTree(cm("a"), cm("b"))},
		{
			name: "two inventories", objects: []*model.Object{live("x", "x", "", a, b), live("y", "y", "", b)},
			want: []string{"shared ConfigMap/web/b: Kustomization/flux-system/x Kustomization/flux-system/y"},
		},
		{
			name: "two builds", tree: newTree(cm("a")).build("apps", 0, "apps", cm("a"), cm("b")),
			want: []string{"contested ConfigMap/web/a: Kustomization/flux-system/apps Kustomization/flux-system/root"},
		},
		{
			// Two clusters of a fleet make the same objects, each for itself.
			name: "two clusters", tree: func() *tree {
				t := newTree(cm("a")).build("staging", -1, "clusters/staging", cm("a"))
				t.rendering.Builds[1].Location.File = "clusters/staging/sync.yaml"
				return t
			}(),
		},
		{
			name: "a name with a variable", tree: newTree(cm("${name}")).build("apps", 0, "apps", cm("${name}")),
		},
		{
			name: "left behind", objects: []*model.Object{live("apps", "apps", "", a), labelled("apps")}, kinds: everything,
			want: []string{"orphan HelmRepository/web/charts: Kustomization/flux-system/apps true"},
		},
		{
			name: "its owner is gone", objects: []*model.Object{labelled("apps")}, kinds: everything,
			want: []string{"orphan HelmRepository/web/charts: Kustomization/flux-system/apps false"},
		},
		{name: "its owner was not read", objects: []*model.Object{labelled("apps")}},
		{name: "known to its owner", objects: []*model.Object{live("apps", "apps", "", labelled("apps").ID), labelled("apps")}, kinds: everything},
		{name: "an owner that has applied nothing yet", objects: []*model.Object{live("apps", "apps", ""), labelled("apps")}, kinds: everything},
	} {
		t.Run(test.name, func(t *testing.T) {
			facts := &model.Facts{}
			if test.objects != nil {
				facts.Cluster = &model.Cluster{Reachable: true, Objects: test.objects, Kinds: test.kinds}
			}
			if test.tree != nil {
				facts.Repository, facts.Rendering = &test.tree.repository, &test.tree.rendering
			}
			found := Own(facts)
			var got []string
			for word, objects := range map[string][]model.SharedObject{"shared": found.Shared, "contested": found.Contested} {
				for _, object := range objects {
					text := word + " " + object.ID.String() + ":"
					for _, owner := range object.Owners {
						text += " " + owner.String()
					}
					got = append(got, text)
				}
			}
			for _, orphan := range found.Orphans {
				got = append(got, fmt.Sprintf("orphan %s: %s %t", orphan.ID, orphan.Owner, orphan.OwnerExists))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}
