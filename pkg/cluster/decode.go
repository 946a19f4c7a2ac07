package cluster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// maxName bounds names, versions and the like; the API server allows 253 for
// names, and 317 for label keys.
const maxName = 512

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
		manager := model.FieldManager{
			Manager: name(entry.Manager), Operation: name(entry.Operation), Time: entry.Time.Time,
			OwnsSuspend: slices.Contains(entry.FieldsV1, "suspend"),
		}
		if !isController(manager.Manager) {
			manager.Fields = names(entry.FieldsV1)
		}
		o.ManagedFields = append(o.ManagedFields, manager)
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

// isController is true for the managers that every object has. What they own is
// the rule, and not kept.
func isController(manager string) bool {
	return strings.HasSuffix(manager, "-controller") || manager == "flux-operator" || manager == "source-watcher"
}

// lastApplied repeats the whole object for kubectl, and is not kept.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

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
