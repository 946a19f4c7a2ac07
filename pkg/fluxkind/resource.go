package fluxkind

import (
	"slices"
	"strings"
)

// Resource is how the API server and people call a kind.
type Resource struct {
	Group   string
	Version string
	Kind    string
	Plural  string
	// Short are the short names, as kubectl takes them.
	Short []string
	// Cluster kinds have no namespace.
	Cluster bool
}

// builtin are the kinds of Kubernetes itself that Flux applies most, by group
// and kind. What is not here is asked of the server.
var builtin = []Resource{
	{Version: "v1", Kind: "ConfigMap", Plural: "configmaps", Short: []string{"cm"}},
	{Version: "v1", Kind: "LimitRange", Plural: "limitranges", Short: []string{"limits"}},
	{Version: "v1", Kind: "Namespace", Plural: "namespaces", Short: []string{"ns"}, Cluster: true},
	{Version: "v1", Kind: "PersistentVolume", Plural: "persistentvolumes", Short: []string{"pv"}, Cluster: true},
	{Version: "v1", Kind: "PersistentVolumeClaim", Plural: "persistentvolumeclaims", Short: []string{"pvc"}},
	{Version: "v1", Kind: "Pod", Plural: "pods", Short: []string{"po"}},
	{Version: "v1", Kind: "ResourceQuota", Plural: "resourcequotas", Short: []string{"quota"}},
	{Version: "v1", Kind: "Secret", Plural: "secrets"},
	{Version: "v1", Kind: "Service", Plural: "services", Short: []string{"svc"}},
	{Version: "v1", Kind: "ServiceAccount", Plural: "serviceaccounts", Short: []string{"sa"}},
	{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition", Plural: "customresourcedefinitions", Short: []string{"crd", "crds"}, Cluster: true},
	{Group: "apps", Version: "v1", Kind: "DaemonSet", Plural: "daemonsets", Short: []string{"ds"}},
	{Group: "apps", Version: "v1", Kind: "Deployment", Plural: "deployments", Short: []string{"deploy"}},
	{Group: "apps", Version: "v1", Kind: "ReplicaSet", Plural: "replicasets", Short: []string{"rs"}},
	{Group: "apps", Version: "v1", Kind: "StatefulSet", Plural: "statefulsets", Short: []string{"sts"}},
	{Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler", Plural: "horizontalpodautoscalers", Short: []string{"hpa"}},
	{Group: "batch", Version: "v1", Kind: "CronJob", Plural: "cronjobs", Short: []string{"cj"}},
	{Group: "batch", Version: "v1", Kind: "Job", Plural: "jobs"},
	{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress", Plural: "ingresses", Short: []string{"ing"}},
	{Group: "networking.k8s.io", Version: "v1", Kind: "NetworkPolicy", Plural: "networkpolicies", Short: []string{"netpol"}},
	{Group: "policy", Version: "v1", Kind: "PodDisruptionBudget", Plural: "poddisruptionbudgets", Short: []string{"pdb"}},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "ClusterRole", Plural: "clusterroles", Cluster: true},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "ClusterRoleBinding", Plural: "clusterrolebindings", Cluster: true},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "Role", Plural: "roles"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "RoleBinding", Plural: "rolebindings"},
}

// shortNames are those of the definitions that Flux, the operator and Flagger
// install.
var shortNames = map[string][]string{
	"ArtifactGenerator":        {"ag"},
	"GitRepository":            {"gitrepo"},
	"HelmChart":                {"hc"},
	"HelmRelease":              {"hr"},
	"HelmRepository":           {"helmrepo"},
	"ImagePolicy":              {"imgpol", "imagepol"},
	"ImageRepository":          {"imgrepo", "imagerepo"},
	"ImageUpdateAutomation":    {"iua", "imgupd", "imgauto"},
	"Kustomization":            {"ks"},
	"OCIRepository":            {"ocirepo"},
	"ResourceSet":              {"rset"},
	"ResourceSetInputProvider": {"rsip"},
}

// Resources lists the kinds of the table, newest version each, and the built-in
// ones.
func Resources() []Resource {
	list := make([]Resource, 0, len(kinds)+len(builtin))
	for _, k := range kinds {
		list = append(list, Resource{Group: k.Group, Version: k.Versions[0], Kind: k.Kind, Plural: k.Plural, Short: shortNames[k.Kind]})
	}
	return append(list, builtin...)
}

// LookupResource finds a kind among Resources.
func LookupResource(group, kind string) (Resource, bool) {
	for _, r := range Resources() {
		if r.Kind == kind && r.Group == group {
			return r, true
		}
	}
	return Resource{}, false
}

// Named reports whether a word of the command line means the kind: its name in
// any case, the plural, or a short name, each with the group behind a dot where
// the word has one, as kubectl takes it.
func (r Resource) Named(word string) bool {
	name, group, grouped := strings.Cut(strings.ToLower(word), ".")
	if grouped && group != r.Group {
		// kubectl takes resource.version.group too.
		version, rest, _ := strings.Cut(group, ".")
		if version != r.Version || rest != r.Group {
			return false
		}
	}
	return name == strings.ToLower(r.Kind) || name == r.Plural || slices.Contains(r.Short, name)
}
