package fluxkind

import (
	"slices"
	"strings"
	"testing"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func TestTableIsSortedAndUnique(t *testing.T) {
	rows := All()
	if !slices.IsSortedFunc(rows, func(a, b Kind) int {
		return model.ID{Kind: a.Group, Group: a.Kind}.Compare(model.ID{Kind: b.Group, Group: b.Kind})
	}) {
		t.Error("rows are not sorted by group and kind")
	}
	seen := map[string]bool{}
	for _, k := range rows {
		key := k.Group + "/" + k.Kind
		if seen[key] {
			t.Errorf("%s has two rows", key)
		}
		seen[key] = true
		if !IsGroup(k.Group) {
			t.Errorf("%s: IsGroup(%q) is false", key, k.Group)
		}
		if strings.ToLower(k.Plural) != k.Plural || len(k.Versions) == 0 || k.Controller == "" || k.Topic == "" {
			t.Errorf("%s: incomplete row", key)
		}
		if spec, err := k.Decode(nil); err != nil || spec == nil {
			t.Errorf("%s: Decode(nil) = %v, %v", key, spec, err)
		}
	}
}

func TestDecodeIsTolerant(t *testing.T) {
	kind, _ := Lookup(GroupKustomize, "Kustomization")
	spec, err := kind.Decode([]byte(`{"suspend":"${SUSPEND}","path":"./apps","later":{"field":1},"sourceRef":{"kind":"GitRepository","name":"fleet"}}`))
	if err != nil {
		t.Fatal(err)
	}
	k := spec.(*Kustomization)
	if k.Suspend || k.Path != "./apps" || k.SourceRef.Name != "fleet" {
		t.Errorf("got %+v", k)
	}
	if _, err := kind.Decode([]byte(`{"path":`)); err == nil {
		t.Error("broken JSON was accepted")
	}
}

func TestDecodeCleansText(t *testing.T) {
	kind, _ := Lookup(GroupKustomize, "Kustomization")
	spec, err := kind.Decode([]byte(`{"path":"./\u001b[31mapps\u202e","postBuild":{"substitute":{"a\u200bb":"x\ny"}},"interval":"10m"}`))
	if err != nil {
		t.Fatal(err)
	}
	k := spec.(*Kustomization)
	if k.Path != "./apps" || k.PostBuild.Substitute["ab"] != "x\ny" || k.Interval != "10m" {
		t.Errorf("got %+v, %+v", k, k.PostBuild)
	}
}

func TestReferences(t *testing.T) {
	for _, test := range []struct {
		name, group, kind, spec string
		want                    []string
	}{
		{
			"kustomization", GroupKustomize, "Kustomization",
			`{"sourceRef":{"kind":"GitRepository","name":"fleet","namespace":"flux-system"},"dependsOn":[{"name":"infra"}],
			  "postBuild":{"substituteFrom":[{"kind":"ConfigMap","name":"vars","optional":true}]},
			  "decryption":{"secretRef":{"name":"age"}},"serviceAccountName":"team"}`,
			[]string{
				"source spec.sourceRef GitRepository/flux-system/fleet",
				"dependsOn spec.dependsOn[0] Kustomization/apps/infra",
				"substituteFrom spec.postBuild.substituteFrom[0] ConfigMap/apps/vars",
				"secret spec.decryption.secretRef Secret/apps/age",
				"serviceAccount spec.serviceAccountName ServiceAccount/apps/team",
			},
		},
		{
			"helm release", GroupHelm, "HelmRelease",
			`{"chartRef":{"kind":"OCIRepository","name":"podinfo"},"valuesFrom":[{"kind":"Secret","name":"v","valuesKey":"k"}],
			  "dependsOn":[{"name":"db","namespace":"data"}]}`,
			[]string{
				"source spec.chartRef OCIRepository/apps/podinfo",
				"dependsOn spec.dependsOn[0] HelmRelease/data/db",
				"valuesFrom spec.valuesFrom[0] Secret/apps/v",
			},
		},
		{
			"resource set depends on any kind", GroupOperator, "ResourceSet",
			`{"dependsOn":[{"apiVersion":"apps/v1","kind":"Deployment","name":"x"},{"name":"other"}]}`,
			[]string{
				"dependsOn spec.dependsOn[0] Deployment/apps/x",
				"dependsOn spec.dependsOn[1] ResourceSet/apps/other",
			},
		},
		{
			"alert skips wildcards", GroupNotification, "Alert",
			`{"providerRef":{"name":"slack"},"eventSources":[{"kind":"Kustomization","name":"*"},{"kind":"HelmRelease","name":"a"}]}`,
			[]string{
				"provider spec.providerRef Provider/apps/slack",
				"eventSource spec.eventSources[1] HelmRelease/apps/a",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			kind, ok := Lookup(test.group, test.kind)
			if !ok {
				t.Fatal("no such kind")
			}
			spec, err := kind.Decode([]byte(test.spec))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, ref := range spec.References(model.ID{Group: test.group, Kind: test.kind, Namespace: "apps", Name: "x"}) {
				got = append(got, string(ref.Relation)+" "+ref.Field+" "+ref.Target.String())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}
