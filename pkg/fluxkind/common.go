package fluxkind

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Duration is a Go duration as specs write it, kept as text: a repository may
// hold a variable in its place.
type Duration string

// Value parses the text; ok is false for an empty or unparsable one.
func (d Duration) Value() (value time.Duration, ok bool) {
	value, err := time.ParseDuration(string(d))
	return value, err == nil
}

// Suspendable kinds have spec.suspend; most do.
type Suspendable struct {
	Suspend bool `json:"suspend"`
}

// Suspended implements model.Spec.
func (s Suspendable) Suspended() bool { return s.Suspend }

// neverSuspended is for kinds without spec.suspend.
type neverSuspended struct{}

func (neverSuspended) Suspended() bool { return false }

// LocalRef names an object in the same namespace.
type LocalRef struct {
	Name string `json:"name"`
}

// ObjectRef names an object of some kind, possibly in another namespace.
type ObjectRef struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

// DependsOn is an entry of spec.dependsOn.
type DependsOn struct {
	ObjectRef
	ReadyExpr string `json:"readyExpr"`
}

// KeyRef names a ConfigMap or Secret and an entry of it.
type KeyRef struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	ValuesKey  string `json:"valuesKey"`
	TargetPath string `json:"targetPath"`
	Optional   bool   `json:"optional"`
}

// Verify is how a source checks signatures. Older Git sources write the mode
// and the secret, OCI sources the provider.
type Verify struct {
	Provider          string    `json:"provider"`
	Mode              string    `json:"mode"`
	SecretRef         *LocalRef `json:"secretRef"`
	MatchOIDCIdentity []struct {
		Issuer  string `json:"issuer"`
		Subject string `json:"subject"`
	} `json:"matchOIDCIdentity"`
}

// KubeConfig points a Kustomization or HelmRelease at another cluster.
type KubeConfig struct {
	SecretRef *struct {
		LocalRef
		Key string `json:"key"`
	} `json:"secretRef"`
	ConfigMapRef *LocalRef `json:"configMapRef"`
}

// AccessFrom lets other namespaces use an object.
type AccessFrom struct {
	NamespaceSelectors []struct {
		MatchLabels map[string]string `json:"matchLabels"`
	} `json:"namespaceSelectors"`
}

// refs collects references of one owner.
type refs struct {
	owner model.ID
	list  []model.Reference
}

func (r *refs) add(relation model.Relation, field string, target model.ID) *model.Reference {
	if target.Name == "" {
		return &model.Reference{}
	}
	r.list = append(r.list, model.Reference{Relation: relation, Field: field, Target: target})
	return &r.list[len(r.list)-1]
}

// object adds a reference whose group follows from its apiVersion or, without
// one, from the kind.
func (r *refs) object(relation model.Relation, field string, ref ObjectRef, defaultKind string) {
	kind := ref.Kind
	if kind == "" {
		kind = defaultKind
	}
	group, _ := model.SplitAPIVersion(ref.APIVersion)
	if ref.APIVersion == "" {
		group = groupOf(kind)
	}
	namespace := ref.Namespace
	if namespace == "" {
		namespace = r.owner.Namespace
	}
	r.add(relation, field, model.ID{Group: group, Kind: kind, Namespace: namespace, Name: ref.Name})
}

func (r *refs) secret(field string, ref *LocalRef) {
	if ref != nil {
		r.local(model.RelationSecret, field, "Secret", ref.Name)
	}
}

func (r *refs) configMap(field string, ref *LocalRef) {
	if ref != nil {
		r.local(model.RelationSecret, field, "ConfigMap", ref.Name)
	}
}

func (r *refs) serviceAccount(field, name string) {
	r.local(model.RelationServiceAccount, field, "ServiceAccount", name)
}

// local adds a core object of the owner's namespace.
func (r *refs) local(relation model.Relation, field, kind, name string) *model.Reference {
	return r.add(relation, field, model.ID{Kind: kind, Namespace: r.owner.Namespace, Name: name})
}

// keys adds substituteFrom and valuesFrom entries.
func (r *refs) keys(relation model.Relation, field string, list []KeyRef) {
	for i, ref := range list {
		added := r.local(relation, fmt.Sprintf("%s[%d]", field, i), ref.Kind, ref.Name)
		added.Key = ref.ValuesKey
		added.Optional = ref.Optional
	}
}

// dependsOn adds entries that name the owner's own kind unless they say
// otherwise.
func (r *refs) dependsOn(list []DependsOn) {
	for i, ref := range list {
		field := fmt.Sprintf("spec.dependsOn[%d]", i)
		if ref.Kind == "" {
			ref.Kind = r.owner.Kind
			if ref.APIVersion == "" {
				ref.APIVersion = r.owner.Group + "/"
			}
		}
		r.object(model.RelationDependsOn, field, ref.ObjectRef, r.owner.Kind)
	}
}

func (r *refs) verify(v *Verify) {
	if v != nil {
		r.secret("spec.verify.secretRef", v.SecretRef)
	}
}

func (r *refs) kubeConfig(k *KubeConfig) {
	if k == nil {
		return
	}
	if k.SecretRef != nil {
		r.local(model.RelationSecret, "spec.kubeConfig.secretRef", "Secret", k.SecretRef.Name).Key = k.SecretRef.Key
	}
	r.configMap("spec.kubeConfig.configMapRef", k.ConfigMapRef)
}

// groupOf finds the group of a kind that a spec names without apiVersion; the
// kinds that Flux specs may name so are unique among its groups.
func groupOf(kind string) string {
	if group := SourceGroup(kind); group != "" {
		return group
	}
	switch kind {
	case "Kustomization":
		return GroupKustomize
	case "HelmRelease":
		return GroupHelm
	case "ImageRepository", "ImagePolicy", "ImageUpdateAutomation":
		return GroupImage
	case "Alert", "Provider", "Receiver":
		return GroupNotification
	case "ArtifactGenerator":
		return GroupSourceExtensions
	case "FluxInstance", "FluxReport", "ResourceSet", "ResourceSetInputProvider":
		return GroupOperator
	case "Canary":
		return GroupFlagger
	}
	return ""
}
