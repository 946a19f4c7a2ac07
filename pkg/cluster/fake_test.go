package cluster

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// fake answers like an API server in the ways that a real one cannot be made to.
// Paths that nobody answers are forbidden lists of a user with few rights when
// strict, and empty lists otherwise.
type fake struct {
	*httptest.Server
	mu       sync.Mutex
	answers  map[string]http.HandlerFunc // by path
	requests []*http.Request
	strict   bool
	// keysWanted is true when a test asks for key names.
	keysWanted bool
}

func newFake(t *testing.T) *fake {
	f := &fake{answers: map[string]http.HandlerFunc{
		"/version": jsonAnswer(`{"major":"1","minor":"36","gitVersion":"v1.36.3"}`),
	}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(func() {
		f.Close()
		for _, r := range f.requests {
			if r.Method != http.MethodGet {
				t.Errorf("%s %s is no read", r.Method, r.URL)
			}
			if !f.keysWanted && strings.Contains(r.URL.Path, "/secrets") && !strings.Contains(r.Header.Get("Accept"), "as=Table") {
				t.Errorf("%s reads the values of Secrets", r.URL)
			}
		}
	})
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.requests = append(f.requests, r)
	answer := f.answers[r.URL.Path]
	f.mu.Unlock()
	switch {
	case answer != nil:
		answer(w, r)
	case f.strict:
		forbiddenAnswer(w, r)
	case strings.Contains(r.Header.Get("Accept"), "as=Table"):
		table()(w, r)
	default:
		jsonAnswer(`{"kind":"List","metadata":{},"items":[]}`)(w, r)
	}
}

// on sets what a path answers.
func (f *fake) on(path string, answer http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[path] = answer
}

// asked are the addresses of the requests, sorted.
func (f *fake) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	asked := make([]string, len(f.requests))
	for i, r := range f.requests {
		asked[i] = r.URL.String()
	}
	slices.Sort(asked)
	return asked
}

// serves makes the discovery of the fake list kinds, each as
// group/version/Kind/plural.
func (f *fake) serves(kinds ...string) {
	type kindName struct {
		Kind string `json:"kind"`
	}
	type resourceForm struct {
		Resource     string   `json:"resource"`
		Scope        string   `json:"scope"`
		Verbs        []string `json:"verbs"`
		ResponseKind kindName `json:"responseKind"`
	}
	type versionForm struct {
		Version   string         `json:"version"`
		Resources []resourceForm `json:"resources"`
	}
	groups := map[string][]versionForm{}
	for _, kind := range kinds {
		part := strings.Split(kind, "/")
		groups[part[0]] = append(groups[part[0]], versionForm{part[1], []resourceForm{{part[3], "Namespaced", []string{"get", "list"}, kindName{part[2]}}}})
	}
	var items []any
	for group, versions := range groups {
		items = append(items, map[string]any{"metadata": map[string]any{"name": group}, "versions": versions})
	}
	text, _ := json.Marshal(map[string]any{"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": items})
	f.on("/apis", jsonAnswer(string(text)))
}

// read reads the fake.
func (f *fake) read(t *testing.T, change func(*Options)) (*model.Cluster, []model.Problem) {
	t.Helper()
	opts := Options{Config: &rest.Config{Host: f.URL}, ConnectTimeout: 10 * time.Second, Now: time.Now}
	if change != nil {
		change(&opts)
	}
	return Read(context.Background(), opts)
}

// The kinds that most tests serve.
const (
	servesKustomization = "kustomize.toolkit.fluxcd.io/v1/Kustomization/kustomizations"
	servesGit           = "source.toolkit.fluxcd.io/v1/GitRepository/gitrepositories"
	kustomizations      = "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations"
	gitRepositories     = "/apis/source.toolkit.fluxcd.io/v1/gitrepositories"
)

func jsonAnswer(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text))
	}
}

// statusAnswer answers as the API server does when something is wrong.
func statusAnswer(code int, reason, message, next string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{"continue": next},
			"status": "Failure", "code": code, "reason": reason, "message": message,
		})
	}
}

func forbiddenAnswer(w http.ResponseWriter, r *http.Request) {
	statusAnswer(http.StatusForbidden, "Forbidden", r.URL.Path+" is forbidden", "")(w, r)
}

// list is a list of objects in one namespace, ready or as their status says.
func list(next string, objects ...string) http.HandlerFunc {
	return jsonAnswer(`{"kind":"List","metadata":{"continue":"` + next + `"},"items":[` + strings.Join(objects, ",") + `]}`)
}

const (
	isReady  = `{"observedGeneration":1,"conditions":[{"type":"Ready","status":"True","reason":"Succeeded","observedGeneration":1,"lastTransitionTime":"2026-11-23T12:00:00Z"}]}`
	isFailed = `{"observedGeneration":-1,"conditions":[{"type":"Ready","status":"False","reason":"BuildFailed","message":"no such file","observedGeneration":1,"lastTransitionTime":"2026-11-23T12:00:00Z"}]}`
)

func object(namespace, name, spec, status string) string {
	return `{"metadata":{"namespace":"` + namespace + `","name":"` + name + `","generation":1},"spec":` + spec + `,"status":` + status + `}`
}

// table is a Table of names.
func table(names ...string) http.HandlerFunc {
	rows := make([]string, len(names))
	for i, name := range names {
		rows[i] = `{"cells":["` + name + `","Opaque",1,"5d"],"object":null}`
	}
	return jsonAnswer(`{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{},"columnDefinitions":[{"name":"Name","type":"string","format":"name"},{"name":"Type","type":"string"},{"name":"Data","type":"string"},{"name":"Age","type":"string"}],"rows":[` + strings.Join(rows, ",") + `]}`)
}

// ids are the objects of a list as words.
func ids(objects []*model.Object) []string {
	words := make([]string, len(objects))
	for i, o := range objects {
		words[i] = o.ID.String()
	}
	return words
}

func codes(problems []model.Problem) []string {
	words := make([]string, len(problems))
	for i, p := range problems {
		words[i] = p.Code
	}
	return words
}
