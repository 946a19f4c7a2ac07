package fluxkind

import (
	"encoding/json"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// FluxInstance is a Flux installation kept by the Flux Operator.
type FluxInstance struct {
	neverSuspended
	Distribution struct {
		Version  string `json:"version"`
		Registry string `json:"registry"`
		Artifact string `json:"artifact"`
	} `json:"distribution"`
	Components []string `json:"components"`
	Cluster    *struct {
		Type                        string `json:"type"`
		Size                        string `json:"size"`
		Multitenant                 bool   `json:"multitenant"`
		TenantDefaultServiceAccount string `json:"tenantDefaultServiceAccount"`
		NetworkPolicy               *bool  `json:"networkPolicy"`
	} `json:"cluster"`
	Sync *struct {
		Kind       string `json:"kind"`
		Name       string `json:"name"`
		URL        string `json:"url"`
		Ref        string `json:"ref"`
		Path       string `json:"path"`
		PullSecret string `json:"pullSecret"`
		Provider   string `json:"provider"`
	} `json:"sync"`
	Kustomize *struct {
		Patches []json.RawMessage `json:"patches"`
	} `json:"kustomize"`
}

// References implements model.Spec.
func (s *FluxInstance) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	if s.Sync != nil {
		r.local(model.RelationSecret, "spec.sync.pullSecret", "Secret", s.Sync.PullSecret)
	}
	return r.list
}

// FluxReport is the operator's account of an installation.
type FluxReport struct {
	neverSuspended
	Distribution struct {
		Entitlement string `json:"entitlement"`
		Status      string `json:"status"`
		Version     string `json:"version"`
		ManagedBy   string `json:"managedBy"`
	} `json:"distribution"`
}

// References implements model.Spec.
func (s *FluxReport) References(model.ID) []model.Reference { return nil }

// ResourceSet renders templates for each of its inputs.
type ResourceSet struct {
	neverSuspended
	Inputs             []json.RawMessage `json:"inputs"`
	InputsFrom         []ObjectRef       `json:"inputsFrom"`
	DependsOn          []DependsOn       `json:"dependsOn"`
	Resources          []json.RawMessage `json:"resources"`
	ResourcesTemplate  string            `json:"resourcesTemplate"`
	ServiceAccountName string            `json:"serviceAccountName"`
	Wait               bool              `json:"wait"`
}

// References implements model.Spec.
func (s *ResourceSet) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.dependsOn(s.DependsOn)
	r.serviceAccount("spec.serviceAccountName", s.ServiceAccountName)
	return r.list
}

// ResourceSetInputProvider feeds ResourceSets from an outside service.
type ResourceSetInputProvider struct {
	neverSuspended
	Type               string    `json:"type"`
	URL                string    `json:"url"`
	SecretRef          *LocalRef `json:"secretRef"`
	CertSecretRef      *LocalRef `json:"certSecretRef"`
	ServiceAccountName string    `json:"serviceAccountName"`
}

// References implements model.Spec.
func (s *ResourceSetInputProvider) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.secret("spec.secretRef", s.SecretRef)
	r.secret("spec.certSecretRef", s.CertSecretRef)
	r.serviceAccount("spec.serviceAccountName", s.ServiceAccountName)
	return r.list
}
