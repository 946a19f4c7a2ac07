package cluster

import (
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// TestData reads ConfigMaps, and never a Secret.
func TestData(t *testing.T) {
	f := newFake(t)
	f.on("/api/v1/namespaces/team/configmaps/vars", jsonAnswer(`{"kind":"ConfigMap","metadata":{"name":"vars"},"data":{"domain":"example.com"},"binaryData":{"logo":"eA=="}}`))
	f.on("/api/v1/namespaces/team/configmaps/hidden", forbiddenAnswer)
	f.on("/api/v1/namespaces/team/configmaps/gone", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`))
	})
	data, err := Data(Options{Config: &rest.Config{Host: f.URL}})
	if err != nil {
		t.Fatal(err)
	}
	get := func(kind, name string) (map[string]string, error) {
		return data(t.Context(), model.ID{Kind: kind, Namespace: "team", Name: name})
	}
	if got, err := get("ConfigMap", "vars"); err != nil || !maps.Equal(got, map[string]string{"domain": "example.com"}) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := get("ConfigMap", "gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that does not exist: %v", err)
	}
	if _, err := get("ConfigMap", "hidden"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that may not be read: %v", err)
	}
	if _, err := get("Secret", "vars"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a Secret: %v", err)
	}
	for _, address := range f.asked() {
		if strings.Contains(address, "secrets") {
			t.Errorf("asked for %s", address)
		}
	}
}
