package cluster

import (
	"testing"
)

func TestRead(t *testing.T) {
	f := newFake(t)
	f.serves("kustomize.toolkit.fluxcd.io/v1beta2/Kustomization/kustomizations", servesKustomization)
	f.on(kustomizations, list("", `{"metadata":{"name":"apps","namespace":"flux-system","generation":3,
	   "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}","note":"a\u001b[31mb"},
	   "managedFields":[{"manager":"kubectl","operation":"Update","time":"2026-11-23T12:00:00Z","fieldsV1":{"f:metadata":{"f:name":{}},"f:spec":{"f:path":{},"f:suspend":{}}}},
	                    {"manager":"kustomize-controller","operation":"Update","fieldsV1":{"f:status":{}}}]},
	  "spec":{"path":"./apps\u001b[31m","suspend":true,"patches":[{"patch":"a\n  b\u003c"}]},
	  "status":{"observedGeneration":3,"conditions":[{"type":"Ready","status":"True","reason":"ReconciliationSucceeded","message":"Applied\nrevision","lastTransitionTime":"2026-11-23T12:36:44Z"}],
	    "history":[{"digest":"sha256:1","lastReconciledDuration":"1.5s","lastReconciledStatus":"ReconciliationSucceeded","totalReconciliations":3,"metadata":{"revision":"main@sha1:1"}}],
	    "inventory":{"entries":[{"id":"web_app_apps_Deployment","v":"v1"},{"id":"_system__x_rbac.authorization.k8s.io_ClusterRole","v":"v1"},{"id":"broken"}]}}}`))
	cluster, problems := f.read(t, nil)
	for _, p := range problems {
		t.Error(p)
	}
	if !cluster.Reachable || cluster.KubernetesVersion != "v1.36.3" || !cluster.Flux.Installed || len(cluster.Objects) != 1 {
		t.Fatalf("got %+v", cluster)
	}
	o := cluster.Objects[0]
	if o.APIVersion != "kustomize.toolkit.fluxcd.io/v1" || !o.Spec.Suspended() {
		t.Errorf("got %+v", o)
	}
	if len(o.ManagedFields) != 2 || !o.ManagedFields[0].OwnsSuspend || o.ManagedFields[1].OwnsSuspend {
		t.Errorf("managed fields are %+v", o.ManagedFields)
	}
	if len(o.Annotations) != 1 || o.Annotations["note"] != "ab" {
		t.Errorf("annotations are %q", o.Annotations)
	}
	if got := string(o.RawSpec); got != `{"path":"./apps","suspend":true,"patches":[{"patch":"a\n  b<"}]}` {
		t.Errorf("spec is %s", got)
	}
	if got := o.Status.Conditions[0].Message; got != "Applied revision" {
		t.Errorf("message is %q", got)
	}
	if entries := o.Status.Inventory; len(entries) != 2 || entries[0].ID.String() != "Deployment/web/app" || entries[1].ID.String() != "ClusterRole/system:x" {
		t.Errorf("inventory is %v", entries)
	}
	if h := o.Status.History; len(h) != 1 || h[0].Duration.Seconds() != 1.5 || h[0].Revision != "main@sha1:1" {
		t.Errorf("history is %+v", h)
	}
	if got, want := o.Assessment.State, "Suspended"; string(got) != want {
		t.Errorf("state is %s, want %s", got, want)
	}
}
