package cluster_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/test/clustertest"
)

const (
	rbacFile = "../../docs/rbac.yaml"
	// accounts has a user of the shipped roles, one of the first role only, and
	// one of the first role in one namespace.
	accounts = "../../test/fixtures/accounts.yaml"
)

// TestAPIServer reads a real API server whose objects have the statuses that real
// controllers wrote.
func TestAPIServer(t *testing.T) {
	s := clustertest.Start(t, clustertest.Options{
		CRDs:     []string{"2.9", "flux-operator", "flagger"},
		Load:     []string{"../../test/fixtures/scenarios/steady", rbacFile, accounts},
		AuditLog: filepath.Join(t.TempDir(), "audit.log"),
	})

	t.Run("verdicts are those of the captured files", func(t *testing.T) {
		got, problems := read(t, s, cluster.Options{})
		for _, p := range problems {
			t.Error(p)
		}
		// Times move when objects are loaded; the newest of them is now.
		var newest time.Time
		for _, o := range got.Objects {
			for _, c := range o.Status.Conditions {
				if c.LastTransitionTime.After(newest) {
					newest = c.LastTransitionTime
				}
			}
		}
		got, _ = read(t, s, cluster.Options{Now: func() time.Time { return newest }})
		var words []string
		for _, o := range got.Objects {
			if o.Kind == "Provider" {
				continue // of the test's own file
			}
			words = append(words, fmt.Sprintf("%s: %s", o.ID, describe(o.Assessment)))
		}
		want := verdicts(t, "../status/testdata/steady.golden")
		if !slices.Equal(words, want) {
			t.Errorf("got:\n%s\nwant:\n%s", strings.Join(words, "\n"), strings.Join(want, "\n"))
		}
		cause := got.RootCauses[0]
		if cause.Object.String() != "Kustomization/flux-system/bad-build" || len(cause.Blocks) != 2 {
			t.Errorf("the first root cause is %+v", cause)
		}
	})

	t.Run("installation", func(t *testing.T) {
		got, _ := read(t, s, cluster.Options{})
		flux := got.Flux
		if !flux.Installed || flux.Version != "v2.9.5" || flux.Namespace != "flux-system" || got.KubernetesVersion == "" {
			t.Errorf("got %+v on Kubernetes %s", flux, got.KubernetesVersion)
		}
		for _, controller := range []string{"source-controller", "kustomize-controller", "helm-controller", "notification-controller"} {
			i := slices.IndexFunc(flux.Components, func(c model.Component) bool { return c.Name == controller })
			if i < 0 || !flux.Components[i].Ready || !strings.HasPrefix(flux.Components[i].Version, "v1.") {
				t.Errorf("%s is not among %+v", controller, flux.Components)
			}
		}
		if i := slices.IndexFunc(flux.CRDs, func(c model.InstalledCRD) bool { return c.Kind == "Kustomization" }); !slices.Equal(flux.CRDs[i].Stored, []string{"v1"}) || flux.CRDs[i].Release != "v2.9.5" {
			t.Errorf("got %+v", flux.CRDs[i])
		}
	})

	t.Run("events", func(t *testing.T) {
		got, _ := read(t, s, cluster.Options{})
		if !slices.ContainsFunc(got.Events, func(e model.Event) bool {
			return e.Object.Name == "bad-apply" && e.Reason == "ReconciliationFailed" && e.Count > 1
		}) {
			t.Errorf("got %+v", got.Events)
		}
	})

	t.Run("named objects", func(t *testing.T) {
		got, _ := read(t, s, cluster.Options{})
		want := map[string]model.Presence{"Secret/flux-system/nope": model.Absent, "ServiceAccount/team-a/ghost": model.Absent, "Secret/flux-system/fleet-key": model.Present}
		for id, named := range got.Named {
			if named.Presence != want[id.String()] || named.Keys != nil {
				t.Errorf("%s is %+v", id, named)
			}
			delete(want, id.String())
		}
		if len(want) > 0 {
			t.Errorf("not asked for: %v", want)
		}
	})

	t.Run("key names on request", func(t *testing.T) {
		got, problems := read(t, s, cluster.Options{SecretKeys: true})
		for _, p := range problems {
			t.Error(p)
		}
		id := model.ID{Kind: "Secret", Namespace: "flux-system", Name: "fleet-key"}
		if !slices.Equal(got.Named[id].Keys, []string{"identity", "known_hosts"}) {
			t.Errorf("got %+v", got.Named)
		}
	})

	t.Run("one namespace", func(t *testing.T) {
		got, problems := read(t, s, cluster.Options{Namespace: "team-a"})
		for _, p := range problems {
			t.Error(p)
		}
		for _, o := range got.Objects {
			if o.Namespace != "team-a" {
				t.Errorf("shows %s", o.ID)
			}
		}
		if !slices.ContainsFunc(got.RootCauses, func(c model.RootCause) bool {
			return c.Object.String() == "HelmChart/flux-system/team-a-no-chart" && c.State == model.StateStalled
		}) {
			t.Errorf("root causes are %+v", got.RootCauses)
		}
	})

	t.Run("labels", func(t *testing.T) {
		got, problems := read(t, s, cluster.Options{Selector: "helm.toolkit.fluxcd.io/name=good"})
		if len(got.Objects) != 1 || got.Objects[0].Name != "team-a-good" || len(problems) != 0 {
			t.Errorf("got %v, problems %+v", got.Objects, problems)
		}
	})

	t.Run("nobody", func(t *testing.T) {
		got, problems := readAs(t, cluster.Options{Config: config(t, s, "nobody")})
		if !got.Reachable || len(got.Objects) != 0 || len(problems) == 0 {
			t.Errorf("got %+v", got)
		}
		for _, p := range problems {
			if p.Code != "Forbidden" && p.Code != "FluxNotInstalled" || p.Hint == "" {
				t.Errorf("problem %+v", p)
			}
		}
	})

	t.Run("shipped roles", func(t *testing.T) {
		_, problems := readAs(t, cluster.Options{Config: account(t, s, "reader")})
		for _, p := range problems {
			t.Error(p)
		}
	})

	t.Run("shipped roles show what stands behind a failure", func(t *testing.T) {
		opts := cluster.Options{Config: account(t, s, "reader"), ConnectTimeout: 30 * time.Second}
		id := model.ID{Group: "apps", Kind: "Deployment", Namespace: "default", Name: "never-ready"}
		found, problems := cluster.Inspect(t.Context(), opts, []cluster.Behind{{Objects: []model.ID{id}}, {
			Namespace: "team-a", Selector: "helm.toolkit.fluxcd.io/name=good,helm.toolkit.fluxcd.io/namespace=team-a",
		}})
		if len(problems) != 0 || len(found) != 2 || len(found[0]) != 1 || len(found[1]) != 0 {
			t.Fatalf("found %+v, problems %+v", found, problems)
		}
		o := found[0][0]
		if o.ID != id || o.Presence != model.Present || o.State == model.StateReady || !strings.Contains(o.Message, "of 1 Pods ready") || len(o.Children) != 0 {
			t.Errorf("the workload is %+v", o)
		}
		for _, kind := range []string{"deployment", "deploy", "Deployments.apps", "deployments.v1.apps"} {
			objects, err := cluster.Find(t.Context(), opts, kind, "flux-system", "never-ready")
			if err != nil || len(objects) != 1 || objects[0].ID != id {
				t.Errorf("%s: found %+v, %v", kind, objects, err)
			}
		}
		// The names of Secrets are listed, their content is not read.
		secrets, err := cluster.Find(t.Context(), opts, "secret", "default", "nowhere")
		if err != nil || len(secrets) != 0 {
			t.Errorf("found %+v, %v", secrets, err)
		}
		if _, err := cluster.Find(t.Context(), opts, "nonsense", "default", "x"); !errors.Is(err, cluster.ErrNoSuchKind) {
			t.Errorf("an unknown kind gives %v", err)
		}
	})

	t.Run("first role only", func(t *testing.T) {
		got, problems := readAs(t, cluster.Options{Config: account(t, s, "limited")})
		if len(problems) != 1 || problems[0].Code != "Forbidden" || !strings.Contains(problems[0].Hint, "list on secrets") {
			t.Errorf("problems are %+v", problems)
		}
		for id, named := range got.Named {
			if named.Presence != model.PresenceUnknown {
				t.Errorf("%s is %+v", id, named)
			}
		}
	})

	t.Run("first role in one namespace", func(t *testing.T) {
		config := account(t, s, "tenant")
		got, problems := readAs(t, cluster.Options{Config: config, ContextNamespace: "team-a"})
		if len(got.Objects) == 0 {
			t.Errorf("no objects, problems %+v", problems)
		}
		for _, o := range got.Objects {
			if o.Namespace != "team-a" {
				t.Errorf("shows %s", o.ID)
			}
			if o.Name == "no-chart" && o.Assessment.State != model.StateFailed {
				t.Errorf("%s is %s", o.ID, describe(o.Assessment))
			}
		}
		for _, cause := range got.RootCauses {
			if cause.State == model.StateMissing {
				t.Errorf("%s is said to be missing, but may not be seen", cause.Object)
			}
		}
	})

	// Last, over all that was done above.
	t.Run("only get and list", func(t *testing.T) {
		verbs := map[string]int{}
		for _, e := range audit(t, s.AuditLog) {
			if e.UserAgent != "kubectl-fluxctx" {
				continue
			}
			verbs[e.Verb]++
			if e.Object.Resource == "secrets" && e.Object.Name == "" && !strings.Contains(e.RequestURI, "includeObject=None") {
				t.Errorf("%s reads Secrets", e.RequestURI)
			}
		}
		if verbs["get"] == 0 || verbs["list"] == 0 || len(verbs) != 2 {
			t.Errorf("verbs are %v", verbs)
		}
	})
}

// TestShippedRoles holds docs/rbac.yaml to the table of kinds.
func TestShippedRoles(t *testing.T) {
	content, err := os.ReadFile(rbacFile)
	if err != nil {
		t.Fatal(err)
	}
	granted := map[string][]string{}
	for document := range strings.SplitSeq(string(content), "\n---\n") {
		var role struct {
			Rules []struct {
				APIGroups, Resources, Verbs []string
			}
		}
		if err := yaml.Unmarshal([]byte(document), &role); err != nil {
			t.Fatal(err)
		}
		for _, rule := range role.Rules {
			for _, verb := range rule.Verbs {
				if verb != "get" && verb != "list" {
					t.Errorf("a rule allows %s", verb)
				}
			}
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					granted[resource+"."+group] = rule.Verbs
				}
			}
		}
	}
	for _, row := range fluxkind.All() {
		if verbs := granted[row.Plural+"."+row.Group]; !slices.Equal(verbs, []string{"get", "list"}) {
			t.Errorf("%s of %s: the role allows %q", row.Plural, row.Group, verbs)
		}
	}
}

// read reads as admin.
func read(t *testing.T, s *clustertest.Cluster, opts cluster.Options) (*model.Cluster, []model.Problem) {
	t.Helper()
	opts.Config = config(t, s, "admin")
	return readAs(t, opts)
}

// readAs reads with limits for a busy machine.
func readAs(t *testing.T, opts cluster.Options) (*model.Cluster, []model.Problem) {
	t.Helper()
	opts.ConnectTimeout = 30 * time.Second
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return cluster.Read(t.Context(), opts)
}

func config(t *testing.T, s *clustertest.Cluster, user string) *rest.Config {
	t.Helper()
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		&clientcmd.ClientConfigLoadingRules{ExplicitPath: s.Kubeconfig},
		&clientcmd.ConfigOverrides{CurrentContext: user}).ClientConfig()
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// account is the configuration of a service account.
func account(t *testing.T, s *clustertest.Cluster, name string) *rest.Config {
	t.Helper()
	command := exec.CommandContext(t.Context(), s.Kubectl, "--kubeconfig", s.Kubeconfig, "create", "token", name, "--namespace=fluxctx")
	token, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	c := rest.AnonymousClientConfig(config(t, s, "admin"))
	c.BearerToken = strings.TrimSpace(string(token))
	return c
}

func describe(a model.Assessment) string {
	text := string(a.State)
	if a.SubState != "" {
		text += " (" + a.SubState + ")"
	}
	if a.Reason != "" {
		text += " " + a.Reason
	}
	return text
}

// verdicts are those of a golden file of pkg/status, without the ages.
func verdicts(t *testing.T, file string) (words []string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list, _, _ := strings.Cut(string(content), "\n\n")
	for line := range strings.SplitSeq(list, "\n") {
		if i := strings.LastIndex(line, ", "); i > strings.LastIndex(line, ")") {
			line = line[:i]
		}
		words = append(words, line)
	}
	return words
}

type auditEvent struct {
	Verb       string
	RequestURI string
	UserAgent  string
	Object     struct{ Resource, Name string } `json:"objectRef"`
}

func audit(t *testing.T, file string) (events []auditEvent) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e auditEvent
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}
