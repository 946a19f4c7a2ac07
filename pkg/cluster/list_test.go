package cluster

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// TestLists meets the answers that a long list may get. What can be read is
// read, and what cannot is said.
func TestLists(t *testing.T) {
	one, two := object("a", "one", "{}", isReady), object("a", "two", "{}", isReady)
	for _, test := range []struct {
		name    string
		answer  func(t *testing.T, f *fake) http.HandlerFunc
		options func(*Options)
		objects []string
		codes   []string
		says    string
	}{
		{
			name: "pages",
			answer: func(t *testing.T, _ *fake) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Query().Get("limit") != strconv.Itoa(pageSize) {
						t.Errorf("asked for %s", r.URL)
					}
					if r.URL.Query().Get("continue") == "" {
						list("t&ken=", one)(w, r)
					} else if r.URL.Query().Get("continue") == "t&ken=" {
						list("", two)(w, r)
					}
				}
			},
			objects: []string{"Kustomization/a/one", "Kustomization/a/two"},
		},
		{
			name: "token that expired, with a new one",
			answer: func(*testing.T, *fake) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					switch r.URL.Query().Get("continue") {
					case "":
						list("old", one)(w, r)
					case "old":
						statusAnswer(http.StatusGone, "Expired", "the token has expired", "new")(w, r)
					case "new":
						list("", one, two)(w, r)
					}
				}
			},
			objects: []string{"Kustomization/a/one", "Kustomization/a/two"},
		},
		{
			name: "token that expired for good",
			answer: func(*testing.T, *fake) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					switch q := r.URL.Query(); {
					case q.Get("continue") != "":
						statusAnswer(http.StatusGone, "Expired", "the token has expired", "")(w, r)
					case q.Get("limit") != "":
						list("old", one)(w, r)
					default:
						list("", two)(w, r)
					}
				}
			},
			objects: []string{"Kustomization/a/two"},
		},
		{
			name: "page that breaks off once",
			answer: func(*testing.T, *fake) http.HandlerFunc {
				var times atomic.Int32
				return func(w http.ResponseWriter, r *http.Request) {
					if times.Add(1) == 1 {
						jsonAnswer(`{"items":[`+one+`,{"metadata":{"na`)(w, r)
						return
					}
					list("", one, two)(w, r)
				}
			},
			objects: []string{"Kustomization/a/one", "Kustomization/a/two"},
		},
		{
			name: "page that always breaks off",
			answer: func(*testing.T, *fake) http.HandlerFunc {
				return jsonAnswer(`{"items":[` + one + `,{"metadata":{"na`)
			},
			objects: []string{"Kustomization/a/one"},
			codes:   []string{"ClusterReadFailed"},
			says:    "a part of kustomizations.kustomize.toolkit.fluxcd.io cannot be read: the list breaks off",
		},
		{
			name:   "no JSON",
			answer: func(*testing.T, *fake) http.HandlerFunc { return jsonAnswer("<html>") },
			codes:  []string{"ClusterReadFailed"},
			says:   "no JSON object",
		},
		{
			name: "object without end",
			answer: func(*testing.T, *fake) http.HandlerFunc {
				return func(w http.ResponseWriter, _ *http.Request) {
					_, _ = io.WriteString(w, `{"items":[{"spec":{"path":"`)
					chunk := strings.Repeat("a", 1<<20)
					for range 3 * maxObject >> 20 {
						if _, err := io.WriteString(w, chunk); err != nil {
							return
						}
					}
				}
			},
			codes: []string{"ClusterReadFailed"},
			says:  "larger than 16 MiB",
		},
		{
			name: "fields of other types than expected",
			answer: func(*testing.T, *fake) http.HandlerFunc {
				return list("", `{"metadata":{"name":"one","namespace":"a","generation":"x","labels":{"a":1}},"spec":{"suspend":"yes","path":"./p","dependsOn":{}},
				  "status":{"conditions":[{"type":"Ready","status":true,"reason":"Odd","lastTransitionTime":"yesterday"}],"history":{},"inventory":[],"lastAppliedRevision":"main"}}`)
			},
			objects: []string{"Kustomization/a/one"},
		},
		{
			name:   "forbidden",
			answer: func(*testing.T, *fake) http.HandlerFunc { return forbiddenAnswer },
			codes:  []string{"Forbidden"},
			says:   "list on kustomizations.kustomize.toolkit.fluxcd.io",
		},
		{
			name: "gone between discovery and list",
			answer: func(*testing.T, *fake) http.HandlerFunc {
				return statusAnswer(http.StatusNotFound, "NotFound", "the server could not find the requested resource", "")
			},
			codes: []string{"ClusterReadFailed"},
			says:  "could not find",
		},
		{
			name: "conversion webhook that is down",
			answer: func(_ *testing.T, f *fake) http.HandlerFunc {
				f.serves("kustomize.toolkit.fluxcd.io/v1beta2/Kustomization/kustomizations", servesKustomization, servesGit)
				f.on("/apis/kustomize.toolkit.fluxcd.io/v1beta2/kustomizations", list("", one))
				return statusAnswer(http.StatusInternalServerError, "InternalError", "conversion webhook for kustomize.toolkit.fluxcd.io/v1beta2, Kind=Kustomization failed: connection refused", "")
			},
			objects: []string{"Kustomization/a/one"},
		},
		{
			name: "server that is busy",
			answer: func(*testing.T, *fake) http.HandlerFunc {
				var times atomic.Int32
				return func(w http.ResponseWriter, r *http.Request) {
					if times.Add(1) <= 2 {
						w.Header().Set("Retry-After", "0")
						statusAnswer(http.StatusTooManyRequests, "TooManyRequests", "later", "")(w, r)
						return
					}
					list("", one)(w, r)
				}
			},
			objects: []string{"Kustomization/a/one"},
		},
		{
			name: "one kind that hangs",
			answer: func(*testing.T, *fake) http.HandlerFunc {
				return func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
			},
			options: func(o *Options) { o.Timeout = 3 * time.Second },
			codes:   []string{"ClusterTimeout"},
			says:    "kustomizations.kustomize.toolkit.fluxcd.io could not be read within 3s",
		},
		{
			name: "hostile text",
			answer: func(*testing.T, *fake) http.HandlerFunc {
				return list("", `{"metadata":{"name":"one\u001b]0;owned\u0007","namespace":"a","labels":{"k\u001b[2J":"v\u202e"},"finalizers":["f\u0000"]},
				  "spec":{"path":"./\u001b[31mred","sourceRef":{"name":"x\u200b"}},
				  "status":{"conditions":[{"type":"Ready","status":"False","reason":"B\u001b[1mad","message":"line\r\n\u001b[2Jnext"}],"lastAppliedRevision":"m\u001b[0m"}}`)
			},
			objects: []string{"Kustomization/a/one"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.serves(servesKustomization, servesGit)
			f.on(gitRepositories, list("", object("a", "fleet", "{}", isReady)))
			f.on(kustomizations, test.answer(t, f))
			cluster, problems := f.read(t, test.options)
			want := append([]string{"GitRepository/a/fleet"}, test.objects...)
			if got := ids(cluster.Objects); !slices.Equal(got, want) {
				t.Errorf("objects are %q, want %q", got, want)
			}
			// What follows a timeout is late too.
			if got := codes(problems); !slices.Equal(got[:min(len(got), len(test.codes))], test.codes) || test.codes == nil && len(got) > 0 {
				t.Errorf("problems are %+v, want %q", problems, test.codes)
			}
			if test.says != "" && !strings.Contains(fmt.Sprint(problems), test.says) {
				t.Errorf("problems are %+v, want one that says %q", problems, test.says)
			}
			for _, o := range cluster.Objects {
				if text := fmt.Sprintf("%+v %s", o, o.RawSpec); strings.ContainsAny(text, "\x1b\x07\x00\u202e\u200b\r\n") {
					t.Errorf("not clean: %q", text)
				}
			}
		})
	}
}

// TestFewRights reads what a user with few rights may read.
func TestFewRights(t *testing.T) {
	const inTeam = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/team/kustomizations"
	for _, test := range []struct {
		name    string
		answers map[string]http.HandlerFunc
		options func(*Options)
		objects []string
		scope   string
		says    []string
	}{
		{
			name: "namespaces may be listed",
			answers: map[string]http.HandlerFunc{
				"/api/v1/namespaces": table("default", "team", "other"),
				inTeam:               list("", object("team", "app", "{}", isReady)),
				"/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/other/kustomizations": list(""),
			},
			objects: []string{"Kustomization/team/app"},
			scope:   "namespace other,team",
			says: []string{
				"may not be listed in the whole cluster, only in other, team", "list on kustomizations.kustomize.toolkit.fluxcd.io",
				"list on customresourcedefinitions.apiextensions.k8s.io", "list on deployments.apps",
			},
		},
		{
			name:    "only the namespace of the context",
			answers: map[string]http.HandlerFunc{inTeam: list("", object("team", "app", "{}", isReady))},
			options: func(o *Options) { o.ContextNamespace = "team" },
			objects: []string{"Kustomization/team/app"},
			scope:   "namespace team",
			says:    []string{"list on namespaces", "only in team"},
		},
		{
			name:    "nothing at all",
			objects: []string{},
			scope:   "none ",
			says:    []string{"Flux objects of any kind may not be listed in the whole cluster", "pass -n with a namespace that you may read, or"},
		},
		{
			name:    "the namespace that was asked for",
			answers: map[string]http.HandlerFunc{inTeam: list("", object("team", "app", "{}", isReady))},
			options: func(o *Options) { o.Namespace = "team" },
			objects: []string{"Kustomization/team/app"},
			scope:   "namespace team",
		},
		{
			name:    "not the namespace that was asked for",
			options: func(o *Options) { o.Namespace = "team" },
			objects: []string{},
			scope:   "none ",
			says:    []string{"may not be listed in namespace team"},
		},
		{
			name: "no discovery",
			answers: map[string]http.HandlerFunc{
				"/apis":        forbiddenAnswer,
				kustomizations: list("", object("team", "app", "{}", isReady)),
			},
			objects: []string{"Kustomization/team/app"},
			scope:   "cluster ",
			says:    []string{"the list of API groups may not be read", "non-resource URL /apis"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.serves(servesKustomization)
			f.strict = true
			for path, answer := range test.answers {
				f.on(path, answer)
			}
			cluster, problems := f.read(t, test.options)
			if got := ids(cluster.Objects); !slices.Equal(got, test.objects) {
				t.Errorf("objects are %q, want %q", got, test.objects)
			}
			for _, kind := range cluster.Kinds {
				if got := string(kind.Scope) + " " + strings.Join(kind.Namespaces, ","); kind.Kind == "Kustomization" && got != test.scope {
					t.Errorf("scope is %q, want %q", got, test.scope)
				}
			}
			for _, words := range test.says {
				if !strings.Contains(fmt.Sprint(problems), words) {
					t.Errorf("problems are %+v, want one that says %q", problems, words)
				}
			}
			if len(problems) > 8 {
				t.Errorf("%d problems: %+v", len(problems), problems)
			}
			if len(f.asked()) > 60 {
				t.Errorf("%d requests", len(f.asked()))
			}
		})
	}
}

// TestDiscovery finds the kinds, and the version of each to read.
func TestDiscovery(t *testing.T) {
	t.Run("newest version that the table knows", func(t *testing.T) {
		f := newFake(t)
		f.serves("helm.toolkit.fluxcd.io/v2beta2/HelmRelease/helmreleases", "helm.toolkit.fluxcd.io/v2beta1/HelmRelease/helmreleases", "helm.toolkit.fluxcd.io/v9/HelmRelease/helmreleases")
		cluster, _ := f.read(t, nil)
		if got := cluster.Flux.CRDs[0]; got.Version != "v2beta2" || len(got.Served) != 3 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("kind that nobody knows", func(t *testing.T) {
		f := newFake(t)
		f.serves("new.toolkit.fluxcd.io/v1alpha1/Gadget/gadgets")
		f.on("/apis/new.toolkit.fluxcd.io/v1alpha1/gadgets", list("", object("a", "g", `{"x":1}`, isFailed), object("a", "h", "{}", "{}")))
		cluster, _ := f.read(t, nil)
		if got := ids(cluster.Objects); !slices.Equal(got, []string{"Gadget/a/g", "Gadget/a/h"}) {
			t.Fatalf("objects are %q", got)
		}
		if o := cluster.Objects[0]; o.Spec != nil || string(o.RawSpec) != `{"x":1}` || o.Assessment.State != model.StateFailed {
			t.Errorf("got %+v", o)
		}
		if len(cluster.RootCauses) != 1 {
			t.Errorf("root causes are %+v", cluster.RootCauses)
		}
	})
	t.Run("kind of another group that says it is part of Flux", func(t *testing.T) {
		f := newFake(t)
		f.serves(servesKustomization)
		f.on("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", list("",
			`{"metadata":{"name":"widgets.example.com","labels":{"app.kubernetes.io/part-of":"flux"}},
			  "spec":{"group":"example.com","scope":"Cluster","names":{"kind":"Widget","plural":"widgets"},
			   "versions":[{"name":"v1beta1","served":true},{"name":"v1alpha2","served":true},{"name":"v1","served":false},{"name":"v1beta2","served":true}]}}`,
			`{"metadata":{"name":"kustomizations.kustomize.toolkit.fluxcd.io","labels":{"app.kubernetes.io/part-of":"flux","app.kubernetes.io/version":"v2.8.0"}},
			  "spec":{"group":"kustomize.toolkit.fluxcd.io","names":{"kind":"Kustomization"}},"status":{"storedVersions":["v1beta2","v1"]}}`))
		f.on("/apis/example.com/v1beta2/widgets", list("", `{"metadata":{"name":"w"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}`))
		cluster, problems := f.read(t, nil)
		if got := ids(cluster.Objects); !slices.Equal(got, []string{"Widget/w"}) || cluster.Objects[0].Assessment.State != model.StateReady {
			t.Errorf("objects are %q, problems %+v", got, problems)
		}
		if got := cluster.Flux.CRDs[1]; !slices.Equal(got.Stored, []string{"v1beta2", "v1"}) || got.Release != "v2.8.0" || cluster.Flux.Version != "v2.8.0" {
			t.Errorf("got %+v, Flux %s", got, cluster.Flux.Version)
		}
	})
	t.Run("server before 1.26", func(t *testing.T) {
		f := newFake(t)
		f.on("/apis", jsonAnswer(`{"kind":"APIGroupList","groups":[
		  {"name":"metrics.k8s.io","versions":[{"groupVersion":"metrics.k8s.io/v1beta1","version":"v1beta1"}]},
		  {"name":"kustomize.toolkit.fluxcd.io","versions":[{"groupVersion":"kustomize.toolkit.fluxcd.io/v1","version":"v1"}]}]}`))
		// The server of an aggregated group is down; nobody asks it.
		f.on("/apis/metrics.k8s.io/v1beta1", statusAnswer(http.StatusServiceUnavailable, "ServiceUnavailable", "the server is currently unable to handle the request", ""))
		f.on("/apis/kustomize.toolkit.fluxcd.io/v1", jsonAnswer(`{"kind":"APIResourceList","resources":[
		  {"name":"kustomizations","kind":"Kustomization","namespaced":true,"verbs":["get","list"]},
		  {"name":"kustomizations/status","kind":"Kustomization","namespaced":true,"verbs":["get"]}]}`))
		f.on(kustomizations, list("", object("a", "one", "{}", isReady)))
		cluster, problems := f.read(t, nil)
		if len(cluster.Objects) != 1 || len(problems) != 0 {
			t.Errorf("objects are %q, problems %+v", ids(cluster.Objects), problems)
		}
	})
	t.Run("aggregated group that is down", func(t *testing.T) {
		f := newFake(t)
		f.on("/apis", jsonAnswer(`{"kind":"APIGroupDiscoveryList","items":[
		  {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]},
		  {"metadata":{"name":"kustomize.toolkit.fluxcd.io"},"versions":[{"version":"v1","freshness":"Current","resources":[{"resource":"kustomizations","scope":"Namespaced","verbs":["list"],"responseKind":{"kind":"Kustomization"}}]}]}]}`))
		f.on(kustomizations, list("", object("a", "one", "{}", isReady)))
		cluster, problems := f.read(t, nil)
		if len(cluster.Objects) != 1 || len(problems) != 0 {
			t.Errorf("objects are %q, problems %+v", ids(cluster.Objects), problems)
		}
	})
	t.Run("no Flux", func(t *testing.T) {
		f := newFake(t)
		f.serves("apps/v1/Deployment/deployments")
		cluster, problems := f.read(t, nil)
		if !cluster.Reachable || cluster.Flux.Installed || !slices.Equal(codes(problems), []string{"FluxNotInstalled"}) {
			t.Errorf("got %+v, problems %+v", cluster, problems)
		}
	})
	t.Run("only a neighbour of Flux", func(t *testing.T) {
		f := newFake(t)
		f.serves("flagger.app/v1beta1/Canary/canaries")
		f.on("/apis/flagger.app/v1beta1/canaries", list("", object("a", "c", "{}", `{"phase":"Succeeded"}`)))
		cluster, problems := f.read(t, nil)
		if cluster.Flux.Installed || len(cluster.Objects) != 1 || !slices.Equal(codes(problems), []string{"FluxNotInstalled"}) {
			t.Errorf("got %+v, problems %+v", cluster, problems)
		}
	})
}

// TestReferencesOutside judges one namespace, or the objects with a label, and
// looks up what leads out of it.
func TestReferencesOutside(t *testing.T) {
	waits := func(name, source string) string {
		return object("team", name, `{"sourceRef":{"kind":"GitRepository","name":"`+source+`","namespace":"flux-system"}}`,
			`{"conditions":[{"type":"Ready","status":"False","reason":"ArtifactFailed","message":"m","lastTransitionTime":"2026-11-23T12:00:00Z"}]}`)
	}
	const (
		inTeam = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/team/kustomizations"
		inFlux = "/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/"
	)
	for _, test := range []struct {
		name    string
		answer  http.HandlerFunc
		options func(*Options)
		state   string
		cause   string
		outside []string
	}{
		{"is not ready", jsonAnswer(object("flux-system", "fleet", "{}", isFailed)), inNamespace, "Waiting source", "GitRepository/flux-system/fleet Failed", []string{"GitRepository/flux-system/fleet"}},
		{"is ready", jsonAnswer(object("flux-system", "fleet", "{}", isReady)), inNamespace, "Failed ", "Kustomization/team/app Failed", []string{"GitRepository/flux-system/fleet"}},
		{"is missing", statusAnswer(http.StatusNotFound, "NotFound", "not found", ""), inNamespace, "Failed missing source", "GitRepository/flux-system/fleet Missing", nil},
		{"may not be read", forbiddenAnswer, inNamespace, "Failed source not read", "Kustomization/team/app Failed", nil},
		{"has another label", jsonAnswer(object("flux-system", "fleet", "{}", isFailed)), withSelector, "Waiting source", "GitRepository/flux-system/fleet Failed", []string{"GitRepository/flux-system/fleet"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.serves(servesKustomization, servesGit)
			kustomizationList := func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/namespaces/") != (r.URL.Query().Get("labelSelector") == "") {
					t.Errorf("asked for %s", r.URL)
				}
				list("", waits("app", "fleet"))(w, r)
			}
			f.on(inTeam, kustomizationList)
			f.on(kustomizations, kustomizationList)
			f.on(inFlux+"fleet", test.answer)
			cluster, problems := f.read(t, test.options)
			for _, p := range problems {
				t.Error(p)
			}
			if got := ids(cluster.Objects); !slices.Equal(got, []string{"Kustomization/team/app"}) {
				t.Fatalf("objects are %q", got)
			}
			a := cluster.Objects[0].Assessment
			if got := string(a.State) + " " + a.SubState; got != test.state {
				t.Errorf("state is %q, want %q", got, test.state)
			}
			if scope := cluster.Kinds[0].Scope; scope == model.ReadCluster {
				t.Errorf("scope is %s", scope)
			}
			if got := ids(cluster.Outside); !slices.Equal(got, test.outside) {
				t.Errorf("outside are %q, want %q", got, test.outside)
			}
			if len(cluster.RootCauses) != 1 || cluster.RootCauses[0].Object.String()+" "+string(cluster.RootCauses[0].State) != test.cause {
				t.Errorf("root causes are %+v, want %s", cluster.RootCauses, test.cause)
			}
		})
	}
}

func inNamespace(o *Options)  { o.Namespace = "team" }
func withSelector(o *Options) { o.Selector = "team=payments" }

// TestNamed asks which Secrets and the like exist without reading one.
func TestNamed(t *testing.T) {
	newNamed := func(t *testing.T) *fake {
		f := newFake(t)
		f.serves(servesKustomization)
		f.on(kustomizations, list("",
			object("team", "app", `{"serviceAccountName":"deployer","decryption":{"secretRef":{"name":"age"}},
			  "postBuild":{"substituteFrom":[{"kind":"ConfigMap","name":"vars"},{"kind":"Secret","name":"gone","optional":true}]}}`, isReady),
			object("remote", "app", `{"serviceAccountName":"there","kubeConfig":{"secretRef":{"name":"cluster"}}}`, isReady)))
		f.on("/api/v1/namespaces/team/secrets", table("age", "other"))
		f.on("/api/v1/namespaces/team/configmaps", table("vars"))
		f.on("/api/v1/namespaces/team/serviceaccounts", table("default"))
		f.on("/api/v1/namespaces/remote/secrets", forbiddenAnswer)
		return f
	}
	named := func(cluster *model.Cluster) []string {
		var words []string
		for id, n := range cluster.Named {
			words = append(words, fmt.Sprint(id, " ", n.Presence, " ", n.Keys))
		}
		slices.Sort(words)
		return words
	}
	t.Run("existence", func(t *testing.T) {
		f := newNamed(t)
		cluster, problems := f.read(t, nil)
		want := []string{"ConfigMap/team/vars 1 []", "Secret/remote/cluster 0 []", "Secret/team/age 1 []", "Secret/team/gone 2 []", "ServiceAccount/team/deployer 2 []"}
		if got := named(cluster); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if len(problems) != 1 || problems[0].Code != "Forbidden" || !strings.Contains(problems[0].Message, "secrets in remote") || !strings.Contains(problems[0].Hint, "list on secrets") {
			t.Errorf("problems are %+v", problems)
		}
		for _, address := range f.asked() {
			if strings.Contains(address, "/secrets") && !strings.Contains(address, "includeObject=None") {
				t.Errorf("asked for %s", address)
			}
		}
	})
	t.Run("key names on request", func(t *testing.T) {
		f := newNamed(t)
		f.on("/api/v1/namespaces/team/secrets/age", jsonAnswer(`{"kind":"Secret","metadata":{"name":"age"},"data":{"age.agekey":"czNjcjN0","b\u001b[31m":"eA=="}}`))
		f.on("/api/v1/namespaces/team/configmaps/vars", jsonAnswer(`{"kind":"ConfigMap","data":{"tier":"x"},"binaryData":{"logo":"eA=="}}`))
		f.keysWanted = true
		cluster, _ := f.read(t, func(o *Options) { o.SecretKeys = true })
		want := []string{"ConfigMap/team/vars 1 [logo tier]", "Secret/remote/cluster 0 []", "Secret/team/age 1 [age.agekey b]", "Secret/team/gone 2 []", "ServiceAccount/team/deployer 2 []"}
		if got := named(cluster); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if strings.Contains(fmt.Sprintf("%+v", cluster), "czNjcjN0") {
			t.Error("a value was kept")
		}
	})
	t.Run("mistakes quote no values", func(t *testing.T) {
		f := newNamed(t)
		f.on("/api/v1/namespaces/team/secrets/age", jsonAnswer(`{"data":{"age.agekey":"hunter2`))
		f.keysWanted = true
		cluster, problems := f.read(t, func(o *Options) { o.SecretKeys = true })
		if text := fmt.Sprintf("%+v %+v", cluster, problems); strings.Contains(text, "hunter2") || !strings.Contains(text, errKeys.Error()) {
			t.Errorf("problems are %+v", problems)
		}
	})
}

// TestEvents takes equal warnings together.
func TestEvents(t *testing.T) {
	event := func(object, reason, message string, count int, last string) string {
		return fmt.Sprintf(`{"involvedObject":{"apiVersion":"kustomize.toolkit.fluxcd.io/v1","kind":"Kustomization","namespace":"a","name":%q},"reason":%q,"message":%q,"count":%d,"firstTimestamp":"2026-11-23T11:00:00Z","lastTimestamp":%q}`, object, reason, message, count, last)
	}
	f := newFake(t)
	f.serves(servesKustomization)
	f.on(kustomizations, list("", object("a", "bad", "{}", isFailed), object("a", "good", "{}", isReady)))
	f.on("/api/v1/events", func(w http.ResponseWriter, r *http.Request) {
		if selector := r.URL.Query().Get("fieldSelector"); !strings.HasPrefix(selector, "type=Warning,involvedObject.kind!=Pod,") {
			t.Errorf("selects %q", selector)
		}
		list("",
			event("bad", "BuildFailed", "open /tmp/kustomization-1529033991/x: no such file", 9, "2026-11-23T12:00:00Z"),
			event("bad", "BuildFailed", "(combined from similar events): open /tmp/kustomization-77123456/x: no such file", 3, "2026-11-23T12:05:00Z"),
			event("bad", "HealthCheckFailed", "health check failed after 30.5s", 1, "2026-11-23T11:30:00Z"),
			event("good", "BuildFailed", "long ago", 1, "2026-11-23T11:00:00Z"),
			`{"involvedObject":{"apiVersion":"kustomize.toolkit.fluxcd.io/v1","kind":"Kustomization","namespace":"a","name":"bad"},"reason":"New","message":"m","eventTime":"2026-11-23T12:01:00.5Z","series":{"count":4,"lastObservedTime":"2026-11-23T12:10:00Z"}}`,
		)(w, r)
	})
	cluster, problems := f.read(t, nil)
	for _, p := range problems {
		t.Error(p)
	}
	var got []string
	for _, e := range cluster.Events {
		got = append(got, fmt.Sprintf("%s %s x%d %s until %s: %s", e.Object, e.Reason, e.Count, e.First.Format("15:04"), e.Last.Format("15:04"), e.Message))
	}
	want := []string{
		"Kustomization/a/bad New x4 12:01 until 12:10: m",
		"Kustomization/a/bad BuildFailed x12 11:00 until 12:05: open /tmp/kustomization-77123456/x: no such file",
		"Kustomization/a/bad HealthCheckFailed x1 11:00 until 11:30: health check failed after 30.5s",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestRequestsPerRead holds the number of requests down: one list for each kind,
// discovery, five more, and Tables for what is named.
func TestRequestsPerRead(t *testing.T) {
	f := newFake(t)
	f.serves(servesKustomization, servesGit)
	f.on(kustomizations, list("", object("a", "bad", `{"decryption":{"secretRef":{"name":"age"}}}`, isFailed)))
	f.on("/apis/apps/v1/deployments", list("", `{"metadata":{"name":"kustomize-controller","namespace":"flux-system"}}`))
	f.read(t, nil)
	asked := f.asked()
	for i := range asked {
		asked[i], _, _ = strings.Cut(asked[i], "?")
	}
	want := []string{
		"/api/v1/events", "/api/v1/namespaces/a/secrets", "/api/v1/namespaces/flux-system/pods", "/apis",
		"/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "/apis/apps/v1/deployments",
		kustomizations, gitRepositories, "/version",
	}
	if !slices.Equal(asked, want) {
		t.Errorf("got  %q\nwant %q", asked, want)
	}
}
