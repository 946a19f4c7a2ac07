package cluster

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// wireObject is what is read of an object; all else is passed over.
type wireObject struct {
	Metadata wireMetadata   `json:"metadata"`
	Spec     jsontext.Value `json:"spec"`
	Status   wireStatus     `json:"status"`
}

type wireMetadata struct {
	Name              string            `json:"name"`
	Namespace         string            `json:"namespace"`
	UID               string            `json:"uid"`
	Generation        int64             `json:"generation"`
	CreationTimestamp timestamp         `json:"creationTimestamp"`
	DeletionTimestamp timestamp         `json:"deletionTimestamp"`
	Finalizers        []string          `json:"finalizers"`
	Labels            map[string]string `json:"labels"`
	Annotations       map[string]string `json:"annotations"`
	ManagedFields     []struct {
		Manager   string     `json:"manager"`
		Operation string     `json:"operation"`
		Time      timestamp  `json:"time"`
		FieldsV1  specFields `json:"fieldsV1"`
	} `json:"managedFields"`
}

// wireStatus is the union of the status fields of all kinds.
type wireStatus struct {
	ObservedGeneration int64 `json:"observedGeneration"`
	Conditions         []struct {
		Type               string    `json:"type"`
		Status             string    `json:"status"`
		Reason             string    `json:"reason"`
		Message            string    `json:"message"`
		ObservedGeneration int64     `json:"observedGeneration"`
		LastTransitionTime timestamp `json:"lastTransitionTime"`
	} `json:"conditions"`
	LastHandledReconcileAt string `json:"lastHandledReconcileAt"`
	LastAppliedRevision    string `json:"lastAppliedRevision"`
	LastAttemptedRevision  string `json:"lastAttemptedRevision"`
	LastAppliedOrigin      string `json:"lastAppliedOriginRevision"`
	Artifact               *struct {
		Revision       string    `json:"revision"`
		Digest         string    `json:"digest"`
		LastUpdateTime timestamp `json:"lastUpdateTime"`
		Size           int64     `json:"size"`
		// Metadata are the annotations of an OCI artifact; these two say what it
		// was built of.
		Metadata struct {
			Source   string `json:"org.opencontainers.image.source"`
			Revision string `json:"org.opencontainers.image.revision"`
		} `json:"metadata"`
	} `json:"artifact"`
	// Inventory has entries for kinds that apply objects; an ArtifactGenerator
	// has a list of another form in its place.
	Inventory jsontext.Value `json:"inventory"`
	History   []wireHistory  `json:"history"`
	Failures  int64          `json:"failures"`
	HelmChart string         `json:"helmChart"`
	// LatestRef is an object since image.toolkit.fluxcd.io/v1beta2, next to or
	// in place of the text LatestImage.
	LatestRef struct {
		Name   string `json:"name"`
		Tag    string `json:"tag"`
		Digest string `json:"digest"`
	} `json:"latestRef"`
	LatestImage string `json:"latestImage"`
	URL         string `json:"url"`
	WebhookPath string `json:"webhookPath"`
	Phase       string `json:"phase"`
}

type wireHistory struct {
	Digest string `json:"digest"`
	// Kustomization and the kinds of the operator.
	FirstReconciled        timestamp `json:"firstReconciled"`
	LastReconciled         timestamp `json:"lastReconciled"`
	LastReconciledDuration string    `json:"lastReconciledDuration"`
	LastReconciledStatus   string    `json:"lastReconciledStatus"`
	TotalReconciliations   int64     `json:"totalReconciliations"`
	Metadata               struct {
		Revision string `json:"revision"`
	} `json:"metadata"`
	// HelmRelease.
	Status        string    `json:"status"`
	ChartName     string    `json:"chartName"`
	ChartVersion  string    `json:"chartVersion"`
	FirstDeployed timestamp `json:"firstDeployed"`
	LastDeployed  timestamp `json:"lastDeployed"`
}

// timestamp is a time that is zero when its text is no time, since a list must
// not fail for it.
type timestamp struct{ time.Time }

// UnmarshalJSON hides that of time.Time.
func (t *timestamp) UnmarshalJSON(text []byte) error {
	t.Time, _ = time.Parse(`"`+time.RFC3339+`"`, string(text))
	return nil
}

// specFields are the names of the fields below spec that a field set holds.
type specFields []string

// UnmarshalJSONFrom walks over a field set and keeps nothing else of it.
func (s *specFields) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	return eachMember(decoder, func(name string) error {
		if name != "f:spec" {
			return decoder.SkipValue()
		}
		return eachMember(decoder, func(name string) error {
			if field, ok := strings.CutPrefix(name, "f:"); ok {
				*s = append(*s, field)
			}
			return decoder.SkipValue()
		})
	})
}

func (w *wireStatus) model() model.Status {
	s := model.Status{
		ObservedGeneration:     w.ObservedGeneration,
		LastHandledReconcileAt: name(w.LastHandledReconcileAt),
		LastAppliedRevision:    name(w.LastAppliedRevision),
		LastAttemptedRevision:  name(w.LastAttemptedRevision),
		LastAppliedOrigin:      name(w.LastAppliedOrigin),
		Failures:               w.Failures,
		URL:                    name(w.URL),
		LatestRef:              name(w.LatestImage),
		HelmChart:              name(w.HelmChart),
		Phase:                  name(w.Phase),
	}
	for _, c := range w.Conditions {
		s.Conditions = append(s.Conditions, model.Condition{
			Type: name(c.Type), Status: name(c.Status), Reason: name(c.Reason), Message: sanitize.Line(c.Message, 0),
			ObservedGeneration: c.ObservedGeneration, LastTransitionTime: c.LastTransitionTime.Time,
		})
	}
	if a := w.Artifact; a != nil {
		s.Artifact = &model.Artifact{
			Revision: name(a.Revision), Digest: name(a.Digest), LastUpdateTime: a.LastUpdateTime.Time, Size: a.Size,
			Repository: model.RepositoryAddress(name(a.Metadata.Source)), Origin: name(a.Metadata.Revision),
		}
	}
	if w.WebhookPath != "" {
		s.URL = name(w.WebhookPath)
	}
	if ref := w.LatestRef; ref.Name != "" {
		s.LatestRef = name(ref.Name + ":" + ref.Tag)
		if ref.Digest != "" {
			s.LatestRef = name(ref.Name + ":" + ref.Tag + "@" + ref.Digest)
		}
	}
	s.Inventory = decodeInventory(w.Inventory)
	for _, h := range w.History {
		s.History = append(s.History, h.model())
	}
	return s
}

func (w *wireHistory) model() model.HistoryEntry {
	h := model.HistoryEntry{
		Digest: name(w.Digest), Status: name(w.LastReconciledStatus), Revision: name(w.Metadata.Revision),
		FirstAt: w.FirstReconciled.Time, LastAt: w.LastReconciled.Time, Reconciliation: w.TotalReconciliations,
		ChartName: name(w.ChartName), ChartVersion: name(w.ChartVersion),
	}
	h.Duration, _ = time.ParseDuration(w.LastReconciledDuration)
	if w.Status != "" {
		h.Status, h.FirstAt, h.LastAt = name(w.Status), w.FirstDeployed.Time, w.LastDeployed.Time
	}
	return h
}
