// Package fluxkind knows every kind of Flux and its neighbours: one table row
// each, with the spec fields that the product uses and the objects they name.
package fluxkind

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// The API groups of Flux, the Flux Operator and Flagger.
const (
	GroupSource           = "source.toolkit.fluxcd.io"
	GroupSourceExtensions = "source.extensions.fluxcd.io"
	GroupKustomize        = "kustomize.toolkit.fluxcd.io"
	GroupHelm             = "helm.toolkit.fluxcd.io"
	GroupNotification     = "notification.toolkit.fluxcd.io"
	GroupImage            = "image.toolkit.fluxcd.io"
	GroupOperator         = "fluxcd.controlplane.io"
	GroupFlagger          = "flagger.app"
)

// Kind is one row of the table.
type Kind struct {
	Group  string
	Kind   string
	Plural string
	// Versions are those that some supported Flux release served or removed,
	// newest first.
	Versions []string
	// Controller is the Deployment that reconciles the kind.
	Controller string
	// Source marks kinds that produce an artifact.
	Source bool
	// Static kinds have no status: they are in order as soon as they exist.
	Static bool
	// DisabledBy is the annotation that switches reconciliation off when its
	// value is "disabled", for kinds without spec.suspend.
	DisabledBy string
	// Topic is the focus whose documents explain the kind.
	Topic string

	newSpec func() model.Spec
}

// kinds is sorted by group and kind.
var kinds = []Kind{
	{Group: GroupFlagger, Kind: "AlertProvider", Plural: "alertproviders", Versions: []string{"v1beta1"}, Controller: "flagger", Static: true, Topic: "progressive-delivery", newSpec: specOf[FlaggerAlertProvider]},
	{Group: GroupFlagger, Kind: "Canary", Plural: "canaries", Versions: []string{"v1beta1"}, Controller: "flagger", Topic: "progressive-delivery", newSpec: specOf[Canary]},
	{Group: GroupFlagger, Kind: "MetricTemplate", Plural: "metrictemplates", Versions: []string{"v1beta1"}, Controller: "flagger", Static: true, Topic: "progressive-delivery", newSpec: specOf[MetricTemplate]},
	{Group: GroupOperator, Kind: "FluxInstance", Plural: "fluxinstances", Versions: []string{"v1"}, Controller: "flux-operator", DisabledBy: AnnotationOperatorReconcile, Topic: "controllers", newSpec: specOf[FluxInstance]},
	{Group: GroupOperator, Kind: "FluxReport", Plural: "fluxreports", Versions: []string{"v1"}, Controller: "flux-operator", DisabledBy: AnnotationOperatorReconcile, Topic: "controllers", newSpec: specOf[FluxReport]},
	{Group: GroupOperator, Kind: "ResourceSet", Plural: "resourcesets", Versions: []string{"v1"}, Controller: "flux-operator", DisabledBy: AnnotationOperatorReconcile, Topic: "repository-structure", newSpec: specOf[ResourceSet]},
	{Group: GroupOperator, Kind: "ResourceSetInputProvider", Plural: "resourcesetinputproviders", Versions: []string{"v1"}, Controller: "flux-operator", DisabledBy: AnnotationOperatorReconcile, Topic: "repository-structure", newSpec: specOf[ResourceSetInputProvider]},
	{Group: GroupHelm, Kind: "HelmRelease", Plural: "helmreleases", Versions: []string{"v2", "v2beta2", "v2beta1"}, Controller: "helm-controller", Topic: "helm", newSpec: specOf[HelmRelease]},
	{Group: GroupImage, Kind: "ImagePolicy", Plural: "imagepolicies", Versions: []string{"v1", "v1beta2", "v1beta1"}, Controller: "image-reflector-controller", Topic: "image-automation", newSpec: specOf[ImagePolicy]},
	{Group: GroupImage, Kind: "ImageRepository", Plural: "imagerepositories", Versions: []string{"v1", "v1beta2", "v1beta1"}, Controller: "image-reflector-controller", Topic: "image-automation", newSpec: specOf[ImageRepository]},
	{Group: GroupImage, Kind: "ImageUpdateAutomation", Plural: "imageupdateautomations", Versions: []string{"v1", "v1beta2", "v1beta1"}, Controller: "image-automation-controller", Topic: "image-automation", newSpec: specOf[ImageUpdateAutomation]},
	{Group: GroupKustomize, Kind: "Kustomization", Plural: "kustomizations", Versions: []string{"v1", "v1beta2", "v1beta1"}, Controller: "kustomize-controller", Topic: "kustomize", newSpec: specOf[Kustomization]},
	{Group: GroupNotification, Kind: "Alert", Plural: "alerts", Versions: []string{"v1", "v1beta3", "v1beta2", "v1beta1"}, Controller: "notification-controller", Static: true, Topic: "monitoring", newSpec: specOf[Alert]},
	{Group: GroupNotification, Kind: "Provider", Plural: "providers", Versions: []string{"v1", "v1beta3", "v1beta2", "v1beta1"}, Controller: "notification-controller", Static: true, Topic: "monitoring", newSpec: specOf[Provider]},
	{Group: GroupNotification, Kind: "Receiver", Plural: "receivers", Versions: []string{"v1", "v1beta2", "v1beta1"}, Controller: "notification-controller", Topic: "ci-cd", newSpec: specOf[Receiver]},
	{Group: GroupSourceExtensions, Kind: "ArtifactGenerator", Plural: "artifactgenerators", Versions: []string{"v1beta1"}, Controller: "source-watcher", DisabledBy: AnnotationSourceReconcile, Topic: "sources", newSpec: specOf[ArtifactGenerator]},
	{Group: GroupSource, Kind: "Bucket", Plural: "buckets", Versions: []string{"v1", "v1beta2", "v1beta1"}, Controller: "source-controller", Source: true, Topic: "sources", newSpec: specOf[Bucket]},
	{Group: GroupSource, Kind: "ExternalArtifact", Plural: "externalartifacts", Versions: []string{"v1"}, Controller: "source-watcher", Source: true, Topic: "sources", newSpec: specOf[ExternalArtifact]},
	{Group: GroupSource, Kind: "GitRepository", Plural: "gitrepositories", Versions: []string{"v1", "v1beta2", "v1beta1"}, Controller: "source-controller", Source: true, Topic: "sources", newSpec: specOf[GitRepository]},
	{Group: GroupSource, Kind: "HelmChart", Plural: "helmcharts", Versions: []string{"v1", "v1beta2", "v1beta1"}, Controller: "source-controller", Source: true, Topic: "helm", newSpec: specOf[HelmChart]},
	{Group: GroupSource, Kind: "HelmRepository", Plural: "helmrepositories", Versions: []string{"v1", "v1beta2", "v1beta1"}, Controller: "source-controller", Source: true, Topic: "helm", newSpec: specOf[HelmRepository]},
	{Group: GroupSource, Kind: "OCIRepository", Plural: "ocirepositories", Versions: []string{"v1", "v1beta2"}, Controller: "source-controller", Source: true, Topic: "sources", newSpec: specOf[OCIRepository]},
}

// Annotations that switch reconciliation off for kinds without spec.suspend,
// and the one that asks for a reconciliation.
const (
	AnnotationOperatorReconcile = "fluxcd.controlplane.io/reconcile"
	AnnotationSourceReconcile   = "source.extensions.fluxcd.io/reconcile"
)

// All returns the rows in the order of the table.
func All() []Kind { return kinds }

// Lookup finds the row of a group and kind.
func Lookup(group, kind string) (Kind, bool) {
	for _, k := range kinds {
		if k.Kind == kind && k.Group == group {
			return k, true
		}
	}
	return Kind{}, false
}

// SourceGroup is the group of a source kind, and of kinds that specs name
// without an apiVersion.
func SourceGroup(kind string) string {
	for _, k := range kinds {
		if k.Source && k.Kind == kind {
			return k.Group
		}
	}
	return ""
}

// IsGroup reports whether the group belongs to Flux, the Flux Operator or
// Flagger, listed in the table or not.
func IsGroup(group string) bool {
	switch group {
	case GroupOperator, GroupFlagger:
		return true
	}
	return group == "fluxcd.io" || strings.HasSuffix(group, ".fluxcd.io")
}

func specOf[T any, P interface {
	*T
	model.Spec
}]() model.Spec {
	return P(new(T))
}
