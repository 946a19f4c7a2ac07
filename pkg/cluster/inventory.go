package cluster

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// decodeInventory reads what an object has applied. An ArtifactGenerator lists
// references to ExternalArtifacts, all other kinds have entries with ids.
func decodeInventory(value jsontext.Value) []model.InventoryEntry {
	switch {
	case len(value) == 0:
		return nil
	case value.Kind() == '[':
		return decodeArtifacts(value)
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

func decodeArtifacts(value jsontext.Value) (entries []model.InventoryEntry) {
	var artifacts []struct {
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	}
	if unmarshal(value, &artifacts) != nil {
		return nil
	}
	for _, a := range artifacts {
		id := model.ID{Group: fluxkind.GroupSource, Kind: "ExternalArtifact", Namespace: name(a.Namespace), Name: name(a.Name)}
		entries = append(entries, model.InventoryEntry{ID: id})
	}
	return entries
}

// parseInventoryID takes an id apart: namespace_name_group_kind, as
// fluxcd/cli-utils writes it. A colon in a name (of RBAC objects) is written as
// two underscores.
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
