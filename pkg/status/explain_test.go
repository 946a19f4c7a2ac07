package status_test

import (
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/status"
)

// TestUnknownIsExplained says why no controller has reported on an object.
func TestUnknownIsExplained(t *testing.T) {
	controller := func(name string, ready bool, args ...string) model.Component {
		return model.Component{Namespace: "flux-system", Name: name, Ready: ready, Args: args}
	}
	const nobody = "no controller has reported on it"
	for _, test := range []struct {
		name       string
		object     string
		components []model.Component
		unread     bool
		want       string
	}{
		{"controllers were not read", kustomization("team", ""), nil, true, nobody},
		{"not installed", kustomization("team", ""), []model.Component{controller("source-controller", true)}, false, "kustomize-controller, which reconciles this kind, is not installed"},
		{"not ready", kustomization("team", ""), []model.Component{{Name: "kustomize-controller", Waiting: "CrashLoopBackOff"}}, false, "kustomize-controller is not ready: CrashLoopBackOff"},
		{"scaled to zero", kustomization("team", ""), []model.Component{controller("kustomize-controller", false)}, false, "kustomize-controller is not ready"},
		{"ready, and nobody knows why", kustomization("team", ""), []model.Component{controller("kustomize-controller", true)}, false, nobody},
		{"own namespace only", kustomization("team", ""), []model.Component{controller("kustomize-controller", true, "--watch-all-namespaces=false")}, false, "kustomize-controller watches only its own namespace (--watch-all-namespaces=false)"},
		{"own namespace", kustomization("flux-system", ""), []model.Component{controller("kustomize-controller", true, "--watch-all-namespaces=false")}, false, nobody},
		{"shard that nobody watches", kustomization("team", "shard9"), []model.Component{
			controller("kustomize-controller", true, "--watch-label-selector=!sharding.fluxcd.io/key"),
			controller("kustomize-controller-shard1", true, "--watch-label-selector=sharding.fluxcd.io/key=shard1"),
		}, false, `no kustomize-controller watches the shard "shard9"`},
		{"shard that is watched", kustomization("team", "shard1"), []model.Component{
			controller("kustomize-controller", true, "--watch-label-selector=!sharding.fluxcd.io/key"),
			controller("kustomize-controller-shard1", true, "--watch-label-selector", "sharding.fluxcd.io/key in (shard0, shard1)"),
		}, false, nobody},
		{"shards only", kustomization("team", ""), []model.Component{
			controller("kustomize-controller-shard1", true, "--watch-label-selector=sharding.fluxcd.io/key=shard1"),
		}, false, "every kustomize-controller watches a shard only, and the object has no label sharding.fluxcd.io/key"},
		{"controller that may run anywhere", `{apiVersion: flagger.app/v1beta1, kind: Canary, metadata: {name: c, namespace: team}, spec: {}}`, nil, false, nobody},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := situation{byID: map[model.ID]*model.Object{}}
			o := s.add(t, []byte(test.object))
			o.CreationTimestamp = time.Unix(0, 0)
			flux := model.Installation{Components: test.components, ComponentsRead: !test.unread}
			causes := status.Judge(s.objects, nil, s.lookup, flux, time.Unix(3600, 0))
			if o.Assessment.State != model.StateUnknown || o.Assessment.Message != test.want {
				t.Errorf("%s: %q, want %q", o.Assessment.State, o.Assessment.Message, test.want)
			}
			if len(causes) != 1 || causes[0].Message != test.want {
				t.Errorf("root causes are %+v", causes)
			}
		})
	}
}

func kustomization(namespace, shard string) string {
	labels := ""
	if shard != "" {
		labels = ", labels: {sharding.fluxcd.io/key: " + shard + "}"
	}
	return "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: k, namespace: " + namespace + labels + "}, spec: {}}"
}
