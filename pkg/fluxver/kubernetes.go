package fluxver

// Removal is an API version that a Kubernetes minor stopped serving.
type Removal struct {
	APIVersion string
	Kind       string
	Removed    Minor
	// Instead is the apiVersion that took its place; empty when none did.
	Instead string
}

// kubernetesRemovals are the removals of the deprecation guide,
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/.
var kubernetesRemovals = []Removal{
	{"extensions/v1beta1", "DaemonSet", Minor{1, 16}, "apps/v1"},
	{"extensions/v1beta1", "Deployment", Minor{1, 16}, "apps/v1"},
	{"extensions/v1beta1", "NetworkPolicy", Minor{1, 16}, "networking.k8s.io/v1"},
	{"extensions/v1beta1", "PodSecurityPolicy", Minor{1, 16}, ""},
	{"extensions/v1beta1", "ReplicaSet", Minor{1, 16}, "apps/v1"},
	{"apps/v1beta1", "Deployment", Minor{1, 16}, "apps/v1"},
	{"apps/v1beta1", "StatefulSet", Minor{1, 16}, "apps/v1"},
	{"apps/v1beta2", "DaemonSet", Minor{1, 16}, "apps/v1"},
	{"apps/v1beta2", "Deployment", Minor{1, 16}, "apps/v1"},
	{"apps/v1beta2", "ReplicaSet", Minor{1, 16}, "apps/v1"},
	{"apps/v1beta2", "StatefulSet", Minor{1, 16}, "apps/v1"},
	{"admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", Minor{1, 22}, "admissionregistration.k8s.io/v1"},
	{"admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", Minor{1, 22}, "admissionregistration.k8s.io/v1"},
	{"apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", Minor{1, 22}, "apiextensions.k8s.io/v1"},
	{"apiregistration.k8s.io/v1beta1", "APIService", Minor{1, 22}, "apiregistration.k8s.io/v1"},
	{"certificates.k8s.io/v1beta1", "CertificateSigningRequest", Minor{1, 22}, "certificates.k8s.io/v1"},
	{"coordination.k8s.io/v1beta1", "Lease", Minor{1, 22}, "coordination.k8s.io/v1"},
	{"extensions/v1beta1", "Ingress", Minor{1, 22}, "networking.k8s.io/v1"},
	{"networking.k8s.io/v1beta1", "Ingress", Minor{1, 22}, "networking.k8s.io/v1"},
	{"networking.k8s.io/v1beta1", "IngressClass", Minor{1, 22}, "networking.k8s.io/v1"},
	{"rbac.authorization.k8s.io/v1beta1", "ClusterRole", Minor{1, 22}, "rbac.authorization.k8s.io/v1"},
	{"rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", Minor{1, 22}, "rbac.authorization.k8s.io/v1"},
	{"rbac.authorization.k8s.io/v1beta1", "Role", Minor{1, 22}, "rbac.authorization.k8s.io/v1"},
	{"rbac.authorization.k8s.io/v1beta1", "RoleBinding", Minor{1, 22}, "rbac.authorization.k8s.io/v1"},
	{"scheduling.k8s.io/v1beta1", "PriorityClass", Minor{1, 22}, "scheduling.k8s.io/v1"},
	{"storage.k8s.io/v1beta1", "CSIDriver", Minor{1, 22}, "storage.k8s.io/v1"},
	{"storage.k8s.io/v1beta1", "CSINode", Minor{1, 22}, "storage.k8s.io/v1"},
	{"storage.k8s.io/v1beta1", "StorageClass", Minor{1, 22}, "storage.k8s.io/v1"},
	{"storage.k8s.io/v1beta1", "VolumeAttachment", Minor{1, 22}, "storage.k8s.io/v1"},
	{"autoscaling/v2beta1", "HorizontalPodAutoscaler", Minor{1, 25}, "autoscaling/v2"},
	{"batch/v1beta1", "CronJob", Minor{1, 25}, "batch/v1"},
	{"discovery.k8s.io/v1beta1", "EndpointSlice", Minor{1, 25}, "discovery.k8s.io/v1"},
	{"events.k8s.io/v1beta1", "Event", Minor{1, 25}, "events.k8s.io/v1"},
	{"node.k8s.io/v1beta1", "RuntimeClass", Minor{1, 25}, "node.k8s.io/v1"},
	{"policy/v1beta1", "PodDisruptionBudget", Minor{1, 25}, "policy/v1"},
	{"policy/v1beta1", "PodSecurityPolicy", Minor{1, 25}, ""},
	{"autoscaling/v2beta2", "HorizontalPodAutoscaler", Minor{1, 26}, "autoscaling/v2"},
	{"flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", Minor{1, 26}, "flowcontrol.apiserver.k8s.io/v1"},
	{"flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration", Minor{1, 26}, "flowcontrol.apiserver.k8s.io/v1"},
	{"storage.k8s.io/v1beta1", "CSIStorageCapacity", Minor{1, 27}, "storage.k8s.io/v1"},
	{"flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", Minor{1, 29}, "flowcontrol.apiserver.k8s.io/v1"},
	{"flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfiguration", Minor{1, 29}, "flowcontrol.apiserver.k8s.io/v1"},
	{"flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", Minor{1, 32}, "flowcontrol.apiserver.k8s.io/v1"},
	{"flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", Minor{1, 32}, "flowcontrol.apiserver.k8s.io/v1"},
}

var removalsByKind = func() map[[2]string]Removal {
	index := make(map[[2]string]Removal, len(kubernetesRemovals))
	for _, removal := range kubernetesRemovals {
		index[[2]string{removal.APIVersion, removal.Kind}] = removal
	}
	return index
}()

// KubernetesRemoval finds the removal of a Kubernetes API; ok is false for
// versions that are still served.
func KubernetesRemoval(apiVersion, kind string) (removal Removal, ok bool) {
	removal, ok = removalsByKind[[2]string{apiVersion, kind}]
	return removal, ok
}
