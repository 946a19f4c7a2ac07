package fluxkind

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Canary is a progressive rollout by Flagger.
type Canary struct {
	Suspendable
	Provider      string     `json:"provider"`
	TargetRef     ObjectRef  `json:"targetRef"`
	AutoscalerRef *ObjectRef `json:"autoscalerRef"`
	Analysis      struct {
		Interval Duration `json:"interval"`
		Metrics  []struct {
			Name        string     `json:"name"`
			TemplateRef *ObjectRef `json:"templateRef"`
		} `json:"metrics"`
		Alerts []struct {
			Name        string    `json:"name"`
			ProviderRef ObjectRef `json:"providerRef"`
		} `json:"alerts"`
	} `json:"analysis"`
}

// References implements model.Spec.
func (s *Canary) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.object(model.RelationHealthCheck, "spec.targetRef", s.TargetRef, "Deployment")
	for i, metric := range s.Analysis.Metrics {
		if metric.TemplateRef != nil {
			ref := *metric.TemplateRef
			ref.APIVersion = GroupFlagger + "/"
			r.object(model.RelationSource, fmt.Sprintf("spec.analysis.metrics[%d].templateRef", i), ref, "MetricTemplate")
		}
	}
	for i, alert := range s.Analysis.Alerts {
		ref := alert.ProviderRef
		ref.APIVersion = GroupFlagger + "/"
		r.object(model.RelationProvider, fmt.Sprintf("spec.analysis.alerts[%d].providerRef", i), ref, "AlertProvider")
	}
	return r.list
}

// MetricTemplate is a query that a Canary's analysis runs.
type MetricTemplate struct {
	neverSuspended
	Provider struct {
		Type      string    `json:"type"`
		Address   string    `json:"address"`
		SecretRef *LocalRef `json:"secretRef"`
	} `json:"provider"`
}

// References implements model.Spec.
func (s *MetricTemplate) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.secret("spec.provider.secretRef", s.Provider.SecretRef)
	return r.list
}

// FlaggerAlertProvider is where Flagger's alerts go.
type FlaggerAlertProvider struct {
	neverSuspended
	Type      string    `json:"type"`
	Address   string    `json:"address"`
	SecretRef *LocalRef `json:"secretRef"`
}

// References implements model.Spec.
func (s *FlaggerAlertProvider) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.secret("spec.secretRef", s.SecretRef)
	return r.list
}
