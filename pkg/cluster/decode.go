package cluster

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// maxName bounds names, versions and the like; the API server allows 253 for
// names, and 317 for label keys.
const maxName = 512

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
		Manager   string       `json:"manager"`
		Operation string       `json:"operation"`
		Time      timestamp    `json:"time"`
		FieldsV1  suspendOwner `json:"fieldsV1"`
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
	Artifact               *struct {
		Revision       string    `json:"revision"`
		Digest         string    `json:"digest"`
		LastUpdateTime timestamp `json:"lastUpdateTime"`
		Size           int64     `json:"size"`
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

// suspendOwner is true when a field set holds spec.suspend.
type suspendOwner bool

// UnmarshalJSONFrom walks over a field set without keeping it.
func (s *suspendOwner) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	return eachMember(decoder, func(name string) error {
		if name != "f:spec" {
			return decoder.SkipValue()
		}
		return eachMember(decoder, func(name string) error {
			*s = *s || name == "f:suspend"
			return decoder.SkipValue()
		})
	})
}

// DecodeObject makes an object of the JSON that the API server sends for it. The
// error says that the text is no JSON, or no object of Kubernetes.
func DecodeObject(text []byte) (*model.Object, error) {
	var meta struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
	}
	if err := unmarshal(text, &meta); err != nil {
		return nil, err
	}
	group, version := model.SplitAPIVersion(name(meta.APIVersion))
	return decodeObject(text, resource{group: group, version: version, kind: name(meta.Kind)})
}

// decodeObject makes an object of its JSON. Nothing of the result shares memory
// with the value, and all text in it is clean.
func decodeObject(value jsontext.Value, r resource) (*model.Object, error) {
	var wire wireObject
	if err := unmarshal(value, &wire); err != nil {
		return nil, err
	}
	meta := wire.Metadata
	o := &model.Object{
		ID: model.ID{
			Group: r.group, Kind: r.kind,
			Namespace: name(meta.Namespace), Name: name(meta.Name),
		},
		APIVersion:        r.group + "/" + r.version,
		Origin:            model.FromCluster,
		Labels:            cleanMap(meta.Labels, ""),
		Annotations:       cleanMap(meta.Annotations, lastApplied),
		UID:               name(meta.UID),
		Generation:        meta.Generation,
		CreationTimestamp: meta.CreationTimestamp.Time,
		DeletionTimestamp: meta.DeletionTimestamp.Time,
		Finalizers:        names(meta.Finalizers),
		Status:            wire.Status.model(),
	}
	for _, entry := range meta.ManagedFields {
		o.ManagedFields = append(o.ManagedFields, model.FieldManager{
			Manager: name(entry.Manager), Operation: name(entry.Operation),
			Time: entry.Time.Time, OwnsSuspend: bool(entry.FieldsV1),
		})
	}
	if o.Name == "" {
		return nil, fmt.Errorf("a %s has no name", r.kind)
	}
	o.RawSpec = cleanJSON(wire.Spec)
	if row, ok := fluxkind.Lookup(r.group, r.kind); ok {
		spec, err := row.Decode(o.RawSpec)
		if err != nil {
			return nil, err
		}
		o.Spec = spec
	}
	return o, nil
}

// lastApplied repeats the whole object for kubectl, and is not kept.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

func (w *wireStatus) model() model.Status {
	s := model.Status{
		ObservedGeneration:     w.ObservedGeneration,
		LastHandledReconcileAt: name(w.LastHandledReconcileAt),
		LastAppliedRevision:    name(w.LastAppliedRevision),
		LastAttemptedRevision:  name(w.LastAttemptedRevision),
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

// decodeInventory reads the entries of an inventory; their ids are
// namespace_name_group_kind, as fluxcd/cli-utils writes them: a colon of a name
// (of RBAC objects) is written as two underscores.
func decodeInventory(value jsontext.Value) []model.InventoryEntry {
	if len(value) == 0 || value.Kind() != '{' {
		return nil
	}
	var inventory struct {
		Entries []struct {
			ID      string `json:"id"`
			Version string `json:"v"`
		} `json:"entries"`
	}
	if unmarshal(value, &inventory) != nil {
		return nil
	}
	entries := make([]model.InventoryEntry, 0, len(inventory.Entries))
	for _, e := range inventory.Entries {
		id, ok := parseInventoryID(e.ID)
		if ok {
			entries = append(entries, model.InventoryEntry{ID: id, Version: name(e.Version)})
		}
	}
	return entries
}

func parseInventoryID(text string) (model.ID, bool) {
	namespace, rest, ok := strings.Cut(name(text), "_")
	if !ok {
		return model.ID{}, false
	}
	kindAt := strings.LastIndexByte(rest, '_')
	if kindAt < 0 {
		return model.ID{}, false
	}
	kind, rest := rest[kindAt+1:], rest[:kindAt]
	groupAt := strings.LastIndexByte(rest, '_')
	if groupAt < 0 {
		return model.ID{}, false
	}
	group, objectName := rest[groupAt+1:], rest[:groupAt]
	return model.ID{Group: group, Kind: kind, Namespace: namespace, Name: strings.ReplaceAll(objectName, "__", ":")}, true
}

func name(text string) string { return sanitize.Line(text, maxName) }

func names(list []string) []string {
	for i := range list {
		list[i] = name(list[i])
	}
	return list
}

// cleanMap cleans labels and annotations and leaves one key out.
func cleanMap(m map[string]string, without string) map[string]string {
	delete(m, without)
	for key, value := range m {
		cleanKey, cleanValue := name(key), sanitize.Line(value, 0)
		if cleanKey != key {
			delete(m, key)
		}
		if cleanKey != key || cleanValue != value {
			m[cleanKey] = cleanValue
		}
	}
	return m
}
