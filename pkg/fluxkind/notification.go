package fluxkind

import (
	"fmt"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Alert sends the events of objects to a Provider.
type Alert struct {
	Suspendable
	ProviderRef   LocalRef        `json:"providerRef"`
	EventSeverity string          `json:"eventSeverity"`
	EventSources  []EventSelector `json:"eventSources"`
}

// EventSelector names objects by name, by "*", or by labels.
type EventSelector struct {
	ObjectRef
	MatchLabels map[string]string `json:"matchLabels"`
}

// References implements model.Spec. Event sources that select by "*" or by
// labels name no single object and are left out.
func (s *Alert) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.object(model.RelationProvider, "spec.providerRef", ObjectRef{Kind: "Provider", Name: s.ProviderRef.Name}, "")
	r.selected(model.RelationEventSource, "spec.eventSources", s.EventSources)
	return r.list
}

func (r *refs) selected(relation model.Relation, field string, list []EventSelector) {
	for i, selector := range list {
		if selector.Name != "*" {
			r.object(relation, fmt.Sprintf("%s[%d]", field, i), selector.ObjectRef, "")
		}
	}
}

// Provider is where alerts go.
type Provider struct {
	Suspendable
	Type               string    `json:"type"`
	Address            string    `json:"address"`
	Channel            string    `json:"channel"`
	SecretRef          *LocalRef `json:"secretRef"`
	CertSecretRef      *LocalRef `json:"certSecretRef"`
	ProxySecretRef     *LocalRef `json:"proxySecretRef"`
	ServiceAccountName string    `json:"serviceAccountName"`
}

// References implements model.Spec.
func (s *Provider) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.secret("spec.secretRef", s.SecretRef)
	r.secret("spec.certSecretRef", s.CertSecretRef)
	r.secret("spec.proxySecretRef", s.ProxySecretRef)
	r.serviceAccount("spec.serviceAccountName", s.ServiceAccountName)
	return r.list
}

// Receiver turns a webhook into reconciliations.
type Receiver struct {
	Suspendable
	Type      string          `json:"type"`
	Interval  Duration        `json:"interval"`
	Events    []string        `json:"events"`
	Resources []EventSelector `json:"resources"`
	SecretRef *LocalRef       `json:"secretRef"`
}

// References implements model.Spec.
func (s *Receiver) References(owner model.ID) []model.Reference {
	r := refs{owner: owner}
	r.secret("spec.secretRef", s.SecretRef)
	r.selected(model.RelationReceiver, "spec.resources", s.Resources)
	return r.list
}
