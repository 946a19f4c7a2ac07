package fluxkind

import (
	"encoding/json"
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Kustomization is a Flux Kustomization: a path of a source, built and
// applied.
type Kustomization struct {
	Suspendable
	Path          string      `json:"path"`
	SourceRef     ObjectRef   `json:"sourceRef"`
	DependsOn     []DependsOn `json:"dependsOn"`
	Interval      Duration    `json:"interval"`
	RetryInterval Duration    `json:"retryInterval"`
	Timeout       Duration    `json:"timeout"`
	// Prune is nil when the required field is absent.
	Prune              *bool             `json:"prune"`
	Wait               bool              `json:"wait"`
	Force              bool              `json:"force"`
	DeletionPolicy     string            `json:"deletionPolicy"`
	TargetNamespace    string            `json:"targetNamespace"`
	NamePrefix         string            `json:"namePrefix"`
	NameSuffix         string            `json:"nameSuffix"`
	ServiceAccountName string            `json:"serviceAccountName"`
	KubeConfig         *KubeConfig       `json:"kubeConfig"`
	HealthChecks       []ObjectRef       `json:"healthChecks"`
	HealthCheckExprs   []json.RawMessage `json:"healthCheckExprs"`
	Components         []string          `json:"components"`
	Patches            []json.RawMessage `json:"patches"`
	Images             []json.RawMessage `json:"images"`
	IgnoreRules        json.RawMessage   `json:"ignore"`
	Decryption         *struct {
		Provider           string    `json:"provider"`
		SecretRef          *LocalRef `json:"secretRef"`
		ServiceAccountName string    `json:"serviceAccountName"`
	} `json:"decryption"`
	PostBuild *struct {
		Strategy       string            `json:"substituteStrategy"`
		Substitute     map[string]string `json:"substitute"`
		SubstituteFrom []KeyRef          `json:"substituteFrom"`
	} `json:"postBuild"`
	CommonMetadata *struct {
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
	} `json:"commonMetadata"`
}

// References implements model.Spec.
func (s *Kustomization) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.object(model.RelationSource, "spec.sourceRef", s.SourceRef, "")
	r.dependsOn(s.DependsOn)
	if s.PostBuild != nil {
		r.keys(model.RelationSubstitute, "spec.postBuild.substituteFrom", s.PostBuild.SubstituteFrom)
	}
	if s.Decryption != nil {
		r.secret("spec.decryption.secretRef", s.Decryption.SecretRef)
		r.serviceAccount("spec.decryption.serviceAccountName", s.Decryption.ServiceAccountName)
	}
	r.serviceAccount("spec.serviceAccountName", s.ServiceAccountName)
	r.kubeConfig(s.KubeConfig)
	for i, check := range s.HealthChecks {
		r.object(model.RelationHealthCheck, fmt.Sprintf("spec.healthChecks[%d]", i), check, "")
	}
	return r.list
}

// HelmRelease is a chart, installed and kept as its values say.
type HelmRelease struct {
	Suspendable
	Chart *struct {
		Spec struct {
			Chart             string    `json:"chart"`
			Version           string    `json:"version"`
			SourceRef         ObjectRef `json:"sourceRef"`
			ReconcileStrategy string    `json:"reconcileStrategy"`
			ValuesFiles       []string  `json:"valuesFiles"`
			Verify            *Verify   `json:"verify"`
			Interval          Duration  `json:"interval"`
		} `json:"spec"`
	} `json:"chart"`
	ChartRef           *ObjectRef      `json:"chartRef"`
	DependsOn          []DependsOn     `json:"dependsOn"`
	Interval           Duration        `json:"interval"`
	Timeout            Duration        `json:"timeout"`
	ReleaseName        string          `json:"releaseName"`
	TargetNamespace    string          `json:"targetNamespace"`
	StorageNamespace   string          `json:"storageNamespace"`
	ServiceAccountName string          `json:"serviceAccountName"`
	KubeConfig         *KubeConfig     `json:"kubeConfig"`
	MaxHistory         *int            `json:"maxHistory"`
	Values             json.RawMessage `json:"values"`
	ValuesFrom         []KeyRef        `json:"valuesFrom"`
	Install            *HelmAction     `json:"install"`
	Upgrade            *HelmAction     `json:"upgrade"`
	Test               *struct {
		Enable         bool `json:"enable"`
		IgnoreFailures bool `json:"ignoreFailures"`
	} `json:"test"`
	DriftDetection *struct {
		Mode   string            `json:"mode"`
		Ignore []json.RawMessage `json:"ignore"`
	} `json:"driftDetection"`
	PostRenderers      []json.RawMessage `json:"postRenderers"`
	PostRenderStrategy string            `json:"postRenderStrategy"`
}

// HelmAction is how a HelmRelease installs or upgrades.
type HelmAction struct {
	CRDs            string `json:"crds"`
	CreateNamespace bool   `json:"createNamespace"`
	Remediation     *struct {
		Retries              *int   `json:"retries"`
		Strategy             string `json:"strategy"`
		RemediateLastFailure *bool  `json:"remediateLastFailure"`
	} `json:"remediation"`
	Strategy *struct {
		Name          string   `json:"name"`
		RetryInterval Duration `json:"retryInterval"`
	} `json:"strategy"`
}

// References implements model.Spec.
func (s *HelmRelease) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	if s.Chart != nil {
		r.object(model.RelationSource, "spec.chart.spec.sourceRef", s.Chart.Spec.SourceRef, "")
		if s.Chart.Spec.Verify != nil {
			r.secret("spec.chart.spec.verify.secretRef", s.Chart.Spec.Verify.SecretRef)
		}
	}
	if s.ChartRef != nil {
		r.object(model.RelationSource, "spec.chartRef", *s.ChartRef, "")
	}
	r.dependsOn(s.DependsOn)
	r.keys(model.RelationValues, "spec.valuesFrom", s.ValuesFrom)
	r.serviceAccount("spec.serviceAccountName", s.ServiceAccountName)
	r.kubeConfig(s.KubeConfig)
	return r.list
}
