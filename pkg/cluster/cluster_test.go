package cluster

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"k8s.io/client-go/rest"
)

func TestReadListsServedKinds(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/version":
			_, _ = w.Write([]byte(`{"gitVersion":"v1.36.3"}`))
		case "/apis":
			_, _ = w.Write([]byte(`{"kind":"APIGroupDiscoveryList","items":[
			  {"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[{"resource":"deployments","scope":"Namespaced","verbs":["list"],"responseKind":{"kind":"Deployment"}}]}]},
			  {"metadata":{"name":"kustomize.toolkit.fluxcd.io"},"versions":[
			    {"version":"v1beta2","resources":[{"resource":"kustomizations","scope":"Namespaced","verbs":["get","list"],"responseKind":{"kind":"Kustomization"}}]},
			    {"version":"v1","resources":[{"resource":"kustomizations","scope":"Namespaced","verbs":["get","list"],"responseKind":{"kind":"Kustomization"}}]}]}]}`))
		case "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations":
			_, _ = w.Write([]byte(`{"kind":"KustomizationList","metadata":{},"items":[
			  {"metadata":{"name":"apps","namespace":"flux-system","generation":3,"managedFields":[{"manager":"kubectl","operation":"Update","fieldsV1":{"f:spec":{"f:suspend":{}}}}]},
			   "spec":{"path":"./apps\u001b[31m","suspend":true},
			   "status":{"observedGeneration":3,"conditions":[{"type":"Ready","status":"True","reason":"ReconciliationSucceeded","message":"Applied\nrevision","lastTransitionTime":"2026-11-23T12:36:44Z"}],
			    "inventory":{"entries":[{"id":"web_app_apps_Deployment","v":"v1"},{"id":"_system__x_rbac.authorization.k8s.io_ClusterRole","v":"v1"}]}}}]}`))
		default:
			t.Errorf("asked for %s", r.URL)
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	cluster, problems := Read(context.Background(), Options{Config: &rest.Config{Host: server.URL}})
	for _, p := range problems {
		t.Error(p)
	}
	if !cluster.Reachable || cluster.KubernetesVersion != "v1.36.3" || !cluster.Flux.Installed || len(cluster.Objects) != 1 {
		t.Fatalf("got %+v", cluster)
	}
	o := cluster.Objects[0]
	if o.APIVersion != "kustomize.toolkit.fluxcd.io/v1" || !o.Spec.Suspended() || !o.ManagedFields[0].OwnsSuspend {
		t.Errorf("got %+v", o)
	}
	if got := string(o.RawSpec); got != `{"path":"./apps","suspend":true}` {
		t.Errorf("spec is %s", got)
	}
	if got := o.Status.Conditions[0].Message; got != "Applied revision" {
		t.Errorf("message is %q", got)
	}
	if got := o.Status.Inventory[1].ID.String(); got != "ClusterRole/system:x" {
		t.Errorf("inventory names %q", got)
	}
}
