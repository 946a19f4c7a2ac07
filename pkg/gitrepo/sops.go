package gitrepo

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// isSOPS is true for a document with the metadata of SOPS.
func isSOPS(node *yaml.Node) bool {
	sops := lookup(node, "sops")
	return sops != nil && sops.Kind == yaml.MappingNode && (lookup(sops, "mac") != nil || lookup(sops, "lastmodified") != nil)
}

// sopsKeys are the fields of a creation rule that name keys.
var sopsKeys = []string{"age", "azure_keyvault", "gcp_kms", "hc_vault_transit_uri", "hc_vault", "kms", "pgp"}

// readSOPSConfig reads a .sops.yaml; nil means that it is none.
func readSOPSConfig(root *yaml.Node) *model.SOPSConfig {
	if root.Kind != yaml.MappingNode {
		return nil
	}
	config := &model.SOPSConfig{}
	eachItem(lookup(root, "creation_rules"), func(item *yaml.Node) {
		rule := model.SOPSRule{
			Line:           item.Line,
			PathRegex:      sanitize.Line(text(item, "path_regex"), 0),
			EncryptedRegex: sanitize.Line(text(item, "encrypted_regex"), 0),
		}
		addKeys := func(node *yaml.Node) {
			for _, key := range sopsKeys {
				if value := lookup(node, key); value != nil && !isNull(value) {
					rule.Keys = append(rule.Keys, key)
				}
			}
		}
		addKeys(item)
		eachItem(lookup(item, "key_groups"), addKeys)
		slices.Sort(rule.Keys)
		rule.Keys = slices.Compact(rule.Keys)
		if len(config.Rules) < maxEntries {
			config.Rules = append(config.Rules, rule)
		}
	})
	return config
}
