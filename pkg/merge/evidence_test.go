package merge

import (
	"fmt"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// TestTraceMessages holds the readers to messages whose forms are those of
// fluxcd/pkg/ssa, fluxcd/pkg/envsubst, kustomize 5.7 and Helm 4. What the
// captured scenarios show is tested by the acceptance scripts.
func TestTraceMessages(t *testing.T) {
	apps := model.ID{Group: fluxkind.GroupKustomize, Kind: "Kustomization", Namespace: "flux-system", Name: "apps"}
	web := model.ID{Group: "apps", Kind: "Deployment", Namespace: "web", Name: "web"}
	at := func(file string, line int) model.Location { return model.Location{File: file, Line: line} }
	repository := &model.Repository{
		Objects: []*model.Object{{ID: apps, Location: at("cluster/apps.yaml", 1)}},
		Builds:  []model.Build{{Owner: apps, Path: "apps", Source: model.SourceTree, Found: true, Files: []string{"apps/a.yaml", "apps/b.yaml", "apps/patch.yaml"}}},
		Documents: []model.Document{
			{Location: at("apps/a.yaml", 1), APIVersion: "apps/v1", Kind: "Deployment", Namespace: "web", Name: "web"},
			{Location: at("apps/b.yaml", 4), APIVersion: "apps/v1", Kind: "Deployment", Namespace: "web", Name: "web"},
			{Location: at("apps/patch.yaml", 1), APIVersion: "apps/v1", Kind: "Deployment", Name: "gone", Patch: true},
			{Location: at("other/a.yaml", 1), APIVersion: "apps/v1", Kind: "Deployment", Namespace: "web", Name: "web"},
		},
		Manifests: []model.Manifest{{ID: web, Location: at("apps/a.yaml", 1), Lines: model.Lines{
			{Field: "spec", Line: 5}, {Field: "spec.replicas", Line: 6}, {Field: "spec.template.spec.containers[0].image", Line: 14},
		}}},
		Variables: []model.Variable{
			{Location: at("apps/a.yaml", 9), Name: "region"},
			{Location: at("apps/b.yaml", 3), Name: "region", Default: true},
			{Location: at("other/a.yaml", 2), Name: "region"},
		},
	}
	rendering := &model.Rendering{Builds: []model.RenderedBuild{{
		Owner: apps, Path: "apps", State: model.BuildRendered,
		Objects: []model.EffectiveObject{{
			ID: web, Location: at("apps/a.yaml", 1),
			Steps: []model.AppliedStep{{
				Step:   model.Step{Kind: model.StepImages, Location: at("apps/kustomization.yaml", 7)},
				Fields: []model.FieldChange{{Field: "spec.template.spec.containers[0].image", Line: 9}},
			}},
		}},
	}}}
	for _, test := range []struct {
		name, message string
		want          []string
	}{
		{
			"field of a file",
			`Deployment/web/web dry-run failed (Invalid): Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0`,
			[]string{"apps/a.yaml:6"},
		},
		{
			"field that a step sets",
			`Deployment/web/web dry-run failed (Invalid): Deployment.apps "web" is invalid: spec.template.spec.containers[0].image: Required value`,
			[]string{"apps/kustomization.yaml:9"},
		},
		{
			"field that no schema knows",
			`Deployment/web/web dry-run failed: failed to create typed patch object (web/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema`,
			[]string{"apps/a.yaml:5"},
		},
		{
			"rights",
			`Deployment/web/web dry-run failed (Forbidden): deployments.apps "web" is forbidden: exceeded quota: q`,
			[]string{"apps/a.yaml:1"},
		},
		{"object that the build does not make", `Deployment/web/other dry-run failed (Invalid): spec.replicas: Invalid value: -1`, nil},
		{"variable", `post build failed for 'Deployment.v1.apps/web': envsubst error: variable substitution failed: variable not set (strict mode): "region"`, []string{"apps/a.yaml:9"}},
		{"variable of nobody", `envsubst error: variable substitution failed: variable not set (strict mode): "other"`, nil},
		{
			"object twice",
			`kustomize build failed: accumulating resources: accumulation err='merging resources from 'b.yaml': may not add resource with an already registered id: Deployment.v1.apps/web.web': must build at directory`,
			[]string{"apps/a.yaml:1", "apps/b.yaml:4"},
		},
		{
			"patch without target",
			`kustomize build failed: no resource matches strategic merge patch: failed to find unique target for patch Deployment.v1.apps/gone.[noNs]`,
			[]string{"apps/patch.yaml:1"},
		},
		{"nothing known", `kustomize build failed: something new`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			live := &model.Object{
				ID: apps, Origin: model.FromCluster | model.FromRepository, Location: at("cluster/apps.yaml", 1), Spec: &fluxkind.Kustomization{Path: "./apps"},
				Assessment: model.Assessment{State: model.StateFailed},
				Status:     model.Status{Conditions: []model.Condition{{Type: "Ready", Status: "False", Message: test.message}}},
			}
			facts := &model.Facts{
				Cluster: &model.Cluster{}, Repository: repository, Rendering: rendering, Objects: []*model.Object{live},
				RootCauses: []model.RootCause{{Object: apps, State: model.StateFailed, Message: test.message}},
			}
			Trace(facts)
			var got []string
			for _, e := range facts.RootCauses[0].Evidence {
				got = append(got, e.Location.String())
			}
			if fmt.Sprint(got) != fmt.Sprint(test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
