package cluster

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

func TestInventoryOfArtifactGenerator(t *testing.T) {
	o, err := DecodeObject([]byte(`{"apiVersion":"source.extensions.fluxcd.io/v1beta1","kind":"ArtifactGenerator","metadata":{"name":"g","namespace":"a"},
	  "status":{"inventory":[{"name":"apps","namespace":"a","digest":"sha256:1","filename":"1.tar.gz"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := o.Status.Inventory; len(got) != 1 || got[0].ID.Group != fluxkind.GroupSource || got[0].ID.String() != "ExternalArtifact/a/apps" {
		t.Errorf("inventory is %+v", got)
	}
}

// TestStatusFields reads the fields that differ between kinds and versions.
func TestStatusFields(t *testing.T) {
	for _, test := range []struct{ name, object, want string }{
		{"image policy", `{"apiVersion":"image.toolkit.fluxcd.io/v1","kind":"ImagePolicy","metadata":{"name":"x"},"status":{"latestRef":{"name":"ghcr.io/a/b","tag":"1.2","digest":"sha256:0"}}}`, "ghcr.io/a/b:1.2@sha256:0"},
		{"image policy v1beta1", `{"apiVersion":"image.toolkit.fluxcd.io/v1beta1","kind":"ImagePolicy","metadata":{"name":"x"},"status":{"latestImage":"ghcr.io/a/b:1.2"}}`, "ghcr.io/a/b:1.2"},
		{"receiver", `{"apiVersion":"notification.toolkit.fluxcd.io/v1","kind":"Receiver","metadata":{"name":"x"},"status":{"webhookPath":"/hook/1"}}`, "/hook/1"},
		{"receiver v1beta2", `{"apiVersion":"notification.toolkit.fluxcd.io/v1beta2","kind":"Receiver","metadata":{"name":"x"},"status":{"url":"/hook/2"}}`, "/hook/2"},
		{"canary", `{"apiVersion":"flagger.app/v1beta1","kind":"Canary","metadata":{"name":"x"},"status":{"phase":"Progressing"}}`, "Progressing"},
		{"release", `{"apiVersion":"helm.toolkit.fluxcd.io/v2","kind":"HelmRelease","metadata":{"name":"x"},"status":{"helmChart":"a/b","failures":2}}`, "a/b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := DecodeObject([]byte(test.object))
			if err != nil {
				t.Fatal(err)
			}
			if s := o.Status; s.LatestRef+s.URL+s.Phase+s.HelmChart != test.want {
				t.Errorf("got %+v, want %s", s, test.want)
			}
		})
	}
}

// FuzzDecodeObject finds text that is not cleaned, and anything that panics.
func FuzzDecodeObject(f *testing.F) {
	f.Add([]byte(`{"apiVersion":"kustomize.toolkit.fluxcd.io/v1","kind":"Kustomization","metadata":{"name":"a\u001b[31m","managedFields":[{"fieldsV1":{"f:spec":{"f:suspend":{}}}}]},"spec":{"path":"\u202e\u0007x"},"status":{"inventory":{"entries":[{"id":"a_b_c_d"}]}}}`))
	f.Add([]byte(`{"apiVersion":"helm.toolkit.fluxcd.io/v2","kind":"HelmRelease","metadata":{"name":"a"},"spec":{"values":{"k\u0000":["\\u001b"]}},"status":{"conditions":[{"message":1}],"history":[{"status":[]}]}}`))
	f.Add([]byte(`{"kind":"X","metadata":{"name":"\ud800","creationTimestamp":null},"spec":[1e999]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := DecodeObject(text)
		if err != nil {
			return
		}
		all := fmt.Sprintf("%s %v %v %v %+v", o.ID, o.Labels, o.Annotations, o.Finalizers, o.Status)
		if !utf8.ValidString(all) || strings.ContainsAny(all, "\x1b\x07\u202e\u200b\x00\n") {
			t.Errorf("not clean: %q", all)
		}
		if len(o.RawSpec) > 0 && !json.Valid(o.RawSpec) {
			t.Errorf("the spec is no JSON: %q", o.RawSpec)
		}
		if strings.ContainsAny(string(o.RawSpec), "\x1b\x07\u202e\u200b") || strings.Contains(string(o.RawSpec), `\u001b`) && !strings.Contains(string(text), `\\u001b`) {
			t.Errorf("the spec is not clean: %q", o.RawSpec)
		}
	})
}
