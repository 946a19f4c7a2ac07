package cluster

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
)

func TestOpenAPI(t *testing.T) {
	const path = "/openapi/v3/apis/kustomize.toolkit.fluxcd.io/v1"
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string // or the error
	}{
		"it answers":       {jsonAnswer(`{"openapi":"3.0.0"}`), `{"openapi":"3.0.0"}`},
		"it is forbidden":  {forbiddenAnswer, "forbidden"},
		"it is not served": {http.NotFound, "404"},
		"it is endless": {func(w http.ResponseWriter, _ *http.Request) {
			for range maxOpenAPI>>20 + 1 {
				_, _ = w.Write(make([]byte, 1<<20))
			}
		}, "more than 8 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.on(path, test.answer)
			get, err := OpenAPI(Options{Config: &rest.Config{Host: f.URL}})
			if err != nil {
				t.Fatal(err)
			}
			content, err := get(t.Context(), "kustomize.toolkit.fluxcd.io", "v1")
			got := string(content)
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, test.want) {
				t.Errorf("got %.200q, want %q", got, test.want)
			}
		})
	}
}

func TestReadKinds(t *testing.T) {
	f := newFake(t)
	f.serves(servesKustomization, servesGit)
	kinds, problems := ReadKinds(t.Context(), Options{Config: &rest.Config{Host: f.URL}, ConnectTimeout: 10 * time.Second})
	if len(problems) > 0 || len(kinds) != 2 || kinds[0].Kind != "Kustomization" || kinds[0].Version != "v1" {
		t.Errorf("kinds %+v, problems %+v", kinds, problems)
	}
	for _, address := range f.asked() {
		if strings.HasPrefix(address, kustomizations) {
			t.Errorf("%s reads objects", address)
		}
	}

	f.Close()
	kinds, problems = ReadKinds(t.Context(), Options{Config: &rest.Config{Host: f.URL}, ConnectTimeout: 10 * time.Second})
	if len(kinds) != 0 || len(problems) != 1 {
		t.Errorf("a closed server: kinds %+v, problems %+v", kinds, problems)
	}
}
