package cluster

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// installation answers with the Deployments and Pods of a fixture.
func installation(t *testing.T, f *fake, fixture string) {
	t.Helper()
	content, err := os.ReadFile("../../test/fixtures/installations/" + fixture + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	items := map[string][]string{}
	for document := range strings.SplitSeq(string(content), "\n---\n") {
		text, err := yaml.YAMLToJSON([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		var object struct{ Kind string }
		if err := yaml.Unmarshal(text, &object); err != nil {
			t.Fatal(err)
		}
		items[object.Kind] = append(items[object.Kind], string(text))
	}
	f.on("/apis/apps/v1/deployments", list("", items["Deployment"]...))
	f.on("/api/v1/namespaces/flux-system/pods", list("", items["Pod"]...))
}

func component(t *testing.T, flux model.Installation, name string) model.Component {
	t.Helper()
	i := slices.IndexFunc(flux.Components, func(c model.Component) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no %s among %+v", name, flux.Components)
	}
	return flux.Components[i]
}

func TestInstallation(t *testing.T) {
	const label = `"app.kubernetes.io/part-of":"flux","app.kubernetes.io/instance":"flux","app.kubernetes.io/version":"v2.8.1"`
	definition := `{"metadata":{"name":"x","labels":{` + label + `}},"spec":{"group":"kustomize.toolkit.fluxcd.io","names":{"kind":"Kustomization","plural":"kustomizations"}},"status":{"storedVersions":["v1"]}}`
	for _, test := range []struct {
		name  string
		setup func(t *testing.T, f *fake)
		check func(t *testing.T, flux model.Installation)
		codes []string
	}{
		{
			"healthy", func(t *testing.T, f *fake) { installation(t, f, "healthy") },
			func(t *testing.T, flux model.Installation) {
				if flux.Version != "v2.9.5" || flux.Namespace != "flux-system" || flux.ManagedBy != "" || flux.Registry != "ghcr.io/fluxcd" || len(flux.Components) != 4 {
					t.Errorf("got %+v", flux)
				}
				for _, c := range flux.Components {
					if !c.Ready || c.OOMKilled || c.Restarts != 0 || c.Waiting != "" || !strings.HasPrefix(c.Version, "v1.") {
						t.Errorf("got %+v", c)
					}
				}
				c := component(t, flux, "source-controller")
				if all, ok := c.Flag("watch-all-namespaces"); all != "true" || !ok {
					t.Errorf("arguments are %q", c.Args)
				}
				if path, _ := c.Flag("storage-path"); path != "/data" {
					t.Errorf("arguments are %q", c.Args)
				}
			}, nil,
		},
		{
			"out of memory", func(t *testing.T, f *fake) { installation(t, f, "kustomize-controller-down") },
			func(t *testing.T, flux model.Installation) {
				if c := component(t, flux, "kustomize-controller"); c.Ready || !c.OOMKilled || c.Restarts == 0 || c.Waiting != "CrashLoopBackOff" {
					t.Errorf("got %+v", c)
				}
				if c := component(t, flux, "source-controller"); !c.Ready || c.OOMKilled {
					t.Errorf("got %+v", c)
				}
			}, nil,
		},
		{
			"bootstrap with a sidecar, scaled to zero, image by digest", func(_ *testing.T, f *fake) {
				f.on("/apis/apps/v1/deployments", list("", `{"metadata":{"name":"helm-controller","namespace":"gitops","labels":{`+label+`,"kustomize.toolkit.fluxcd.io/name":"flux-system"}},
				  "spec":{"replicas":0,"template":{"spec":{"containers":[{"name":"proxy","image":"proxy:1"},
				   {"name":"manager","image":"registry.example.com:5000/mirror/helm-controller:v1.5.0@sha256:00","command":["/manager"],"args":["--concurrent=20","--concurrent=8","--feature-gates=A=true,B=false"]}]}}}}`))
			},
			func(t *testing.T, flux model.Installation) {
				c := component(t, flux, "helm-controller")
				concurrent, _ := c.Flag("concurrent")
				gates, _ := c.Flag("feature-gates")
				if c.Ready || c.Version != "v1.5.0" || concurrent != "8" || gates != "A=true,B=false" {
					t.Errorf("got %+v", c)
				}
				if flux.ManagedBy != "bootstrap" || flux.Namespace != "gitops" || flux.Version != "v2.8.1" || flux.Registry != "registry.example.com:5000/mirror" {
					t.Errorf("got %+v", flux)
				}
			}, nil,
		},
		{
			"operator", func(_ *testing.T, f *fake) {
				f.serves(servesKustomization, "fluxcd.controlplane.io/v1/FluxInstance/fluxinstances", "fluxcd.controlplane.io/v1/FluxReport/fluxreports")
				f.on("/apis/fluxcd.controlplane.io/v1/fluxinstances", list("", object("flux", "flux", `{"distribution":{"version":"2.x"}}`, isReady)))
				f.on("/apis/fluxcd.controlplane.io/v1/fluxreports", list("", object("flux", "flux", `{"distribution":{"version":"v2.9.3"}}`, isReady)))
			},
			func(t *testing.T, flux model.Installation) {
				if flux.ManagedBy != "flux-operator" || flux.Version != "v2.9.3" || flux.Namespace != "flux" {
					t.Errorf("got %+v", flux)
				}
			}, nil,
		},
		{
			"definitions only", func(_ *testing.T, f *fake) {
				f.on("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", list("", definition))
				f.on("/apis/apps/v1/deployments", func(w http.ResponseWriter, r *http.Request) {
					if got := r.URL.Query().Get("labelSelector"); got != "app.kubernetes.io/instance in (flux,flux-operator)" {
						t.Errorf("selects %q", got)
					}
					list("")(w, r)
				})
			},
			func(t *testing.T, flux model.Installation) {
				if !flux.ComponentsRead || flux.Version != "v2.8.1" || flux.Namespace != "flux" {
					t.Errorf("got %+v", flux)
				}
			}, nil,
		},
		{
			"one namespace may be read", func(t *testing.T, f *fake) {
				installation(t, f, "healthy")
				all := f.answers["/apis/apps/v1/deployments"]
				f.on("/apis/apps/v1/deployments", forbiddenAnswer)
				f.on("/apis/apps/v1/namespaces/flux-system/deployments", all)
				f.on("/api/v1/namespaces/flux-system/pods", forbiddenAnswer)
			},
			func(t *testing.T, flux model.Installation) {
				if !flux.ComponentsRead || len(flux.Components) != 4 {
					t.Errorf("got %+v", flux)
				}
			},
			[]string{"Forbidden"},
		},
		{
			"controllers may not be read", func(_ *testing.T, f *fake) {
				f.on("/apis/apps/v1/deployments", forbiddenAnswer)
				f.on("/apis/apps/v1/namespaces/flux-system/deployments", forbiddenAnswer)
			},
			func(t *testing.T, flux model.Installation) {
				if flux.ComponentsRead || !flux.Installed {
					t.Errorf("got %+v", flux)
				}
			},
			[]string{"Forbidden"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t)
			f.serves(servesKustomization)
			test.setup(t, f)
			cluster, problems := f.read(t, nil)
			test.check(t, cluster.Flux)
			if got := codes(problems); !slices.Equal(got, test.codes) {
				t.Errorf("problems are %+v, want %q", problems, test.codes)
			}
		})
	}
}
