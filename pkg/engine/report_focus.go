package engine

import (
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// concerns are those of the topics asked for that an object belongs to: by its
// kind, by what it names, or because a finding on the topic names it.
func concerns(object *model.Object, asked []string, findings []v1alpha1.Finding) []string {
	var topics []string
	for _, topic := range asked {
		row, ok := fluxkind.Lookup(object.Group, object.Kind)
		if ok && row.Topic == topic || uses(object, topic) || slices.ContainsFunc(findings, func(f v1alpha1.Finding) bool {
			return f.Object != nil && *f.Object == v1alpha1.ObjectRef{Kind: object.Kind, Namespace: object.Namespace, Name: object.Name} && slices.Contains(f.Focus, topic)
		}) {
			topics = append(topics, topic)
		}
	}
	return topics
}

// uses is true when the spec of an object uses what a topic is about.
func uses(object *model.Object, topic string) bool {
	switch spec := object.Spec.(type) {
	case *fluxkind.Kustomization:
		if topic == "multi-cluster" {
			return spec.KubeConfig != nil || object.Name == "flux-system"
		}
	case *fluxkind.HelmRelease:
		if topic == "multi-cluster" {
			return spec.KubeConfig != nil
		}
	case *fluxkind.FluxInstance:
		return topic == "multi-cluster" || topic == "multi-tenancy"
	case nil:
		return false
	}
	return slices.ContainsFunc(object.Spec.References(object.ID), func(ref model.Reference) bool {
		switch ref.Target.Kind {
		case "Secret":
			return topic == "security"
		case "ServiceAccount":
			return topic == "security" || topic == "multi-tenancy"
		}
		return false
	})
}
