package merge

import (
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// TestVersions is about an upgrade from Flux 2.8 to 2.9, which removes
// notification v1beta2 and image v1beta2 (the CRDs of the two releases).
func TestVersions(t *testing.T) {
	flux := model.ID{Group: fluxkind.GroupOperator, Kind: "FluxInstance", Namespace: "flux-system", Name: "flux"}
	alert := model.ID{Group: fluxkind.GroupNotification, Kind: "Alert", Namespace: "flux-system", Name: "all"}
	at := func(file string) model.Location { return model.Location{File: file, Line: 1} }
	instance := func(version string) *model.Object {
		spec := &fluxkind.FluxInstance{}
		spec.Distribution.Version = version
		return &model.Object{ID: flux, Location: at("cluster/flux.yaml"), Spec: spec, Lines: model.Lines{{Field: "spec.distribution.version", Line: 8}}}
	}
	run := func(wanted string, served ...string) *model.Versions {
		both := model.FromCluster | model.FromRepository
		return Versions(&model.Facts{
			Sync: &model.Sync{},
			Cluster: &model.Cluster{
				Reachable: true,
				Flux: model.Installation{Version: "v2.8.1", CRDs: []model.InstalledCRD{{
					Group: alert.Group, Kind: "Alert", Plural: "alerts", Served: served, Stored: []string{"v1beta2", "v1beta3"},
				}}},
				APIs: []model.ServedAPI{{Group: alert.Group, Kind: "Alert", Versions: served}},
			},
			Repository: &model.Repository{
				Objects: []*model.Object{instance(wanted)},
				Documents: []model.Document{
					{Location: at("cluster/flux.yaml"), APIVersion: "fluxcd.controlplane.io/v1", Kind: "FluxInstance", Namespace: flux.Namespace, Name: flux.Name},
					{Location: at("cluster/alert.yaml"), APIVersion: alert.Group + "/v1beta2", Kind: "Alert", Namespace: alert.Namespace, Name: alert.Name},
					{Location: at("elsewhere/alert.yaml"), APIVersion: alert.Group + "/v1beta1", Kind: "Alert", Name: "other"},
				},
			},
			Objects: []*model.Object{
				{ID: flux, Origin: both, Location: at("cluster/flux.yaml")},
				{ID: alert, Origin: both, Location: at("cluster/alert.yaml")},
			},
		})
	}
	for _, test := range []struct {
		name, wanted string
		served       []string
		pending      string
		state        model.APIState
		breaks       bool
		storedBreaks bool
	}{
		{"same version", "2.8.1", []string{"v1beta3", "v1beta2"}, "", model.APIServed, false, false},
		{"range with the running one", "2.8.x", []string{"v1beta3", "v1beta2"}, "", model.APIServed, false, false},
		{"patch", "2.8.4", []string{"v1beta3", "v1beta2"}, "2.8.4", model.APIServed, false, false},
		{"upgrade that removes it", "2.9.5", []string{"v1beta3", "v1beta2"}, "2.9.5", model.APIServed, true, true},
		{"removed already", "2.8.1", []string{"v1beta3"}, "", model.APINotServed, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := run(test.wanted, test.served...)
			pending := ""
			if len(v.Pending) > 0 {
				pending = v.Pending[0].To
				if v.Pending[0].Location.String() != "cluster/flux.yaml:8" {
					t.Errorf("the upgrade is in %s", v.Pending[0].Location)
				}
			}
			if pending != test.pending || len(v.Pending) > 1 {
				t.Errorf("pending %+v, want %q", v.Pending, test.pending)
			}
			found := false
			for _, use := range v.APIs {
				if use.Kind != "Alert" {
					continue
				}
				if found = true; use.APIVersion != alert.Group+"/v1beta2" || use.Count != 1 {
					t.Errorf("use %+v is of another cluster", use)
				}
				if use.Served != test.state || use.Breaks != test.breaks || use.RemovedIn != "Flux 2.9" || use.Instead != alert.Group+"/v1beta3" {
					t.Errorf("use %+v", use)
				}
			}
			if !found || len(v.Stored) != 1 || v.Stored[0].Version != "v1beta2" || v.Stored[0].Breaks != test.storedBreaks {
				t.Errorf("found %t, stored %+v", found, v.Stored)
			}
		})
	}
}
