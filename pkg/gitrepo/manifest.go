package gitrepo

import (
	"encoding/base64"
	"slices"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// manifestKinds are the kinds outside the Flux table of which more than the
// identity is kept, with whether their bodies are: those of ConfigMaps and
// Secrets hold data, and CustomResourceDefinitions are too large.
var manifestKinds = map[string]bool{
	"ClusterRoleBinding":               true,
	"ConfigMap":                        false,
	"CronJob":                          true,
	"CustomResourceDefinition":         false,
	"DaemonSet":                        true,
	"Deployment":                       true,
	"ExternalSecret":                   true,
	"HTTPRoute":                        true,
	"HorizontalPodAutoscaler":          true,
	"Ingress":                          true,
	"Job":                              true,
	"Namespace":                        true,
	"Pod":                              true,
	"ReplicaSet":                       true,
	"RoleBinding":                      true,
	"SealedSecret":                     false,
	"Secret":                           false,
	"ServiceAccount":                   true,
	"StatefulSet":                      true,
	"ValidatingAdmissionPolicyBinding": true,
}

// readManifest keeps what rules read of a document.
func readManifest(document model.Document, node *yaml.Node, labels, annotations map[string]string) (model.Manifest, bool) {
	keepBody, ok := manifestKinds[document.Kind]
	if !ok {
		return model.Manifest{}, false
	}
	manifest := model.Manifest{
		ID: document.ID(), APIVersion: document.APIVersion, Location: document.Location,
		Labels: labels, Annotations: annotations,
	}
	if keepBody {
		manifest.Lines = fieldLines(node)
		body := &yaml.Node{Kind: yaml.MappingNode}
		eachField(node, func(key, value *yaml.Node) {
			if !slices.Contains([]string{"apiVersion", "kind", "metadata", "data", "stringData", "status"}, key.Value) {
				body.Content = append(body.Content, key, value)
			}
		})
		manifest.Body, _ = nodeJSON(body)
	}
	if document.Kind == "ConfigMap" || document.Kind == "Secret" {
		eachField(node, func(key, value *yaml.Node) {
			switch key.Value {
			case "data", "stringData", "binaryData":
				encoded := key.Value == "binaryData" || key.Value == "data" && document.Kind == "Secret"
				eachField(value, func(entry, text *yaml.Node) {
					manifest.Entries = append(manifest.Entries, model.Entry{
						Field: key.Value, Key: sanitize.Line(entry.Value, 0), Line: entry.Line, Class: classify(text, encoded),
					})
				})
			}
		})
	}
	return manifest, true
}

// classify looks at a value and forgets it. Base64 is looked through, since
// placeholders and references are encoded as well; what is not text is a value.
func classify(node *yaml.Node, encoded bool) model.ValueClass {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		return model.ValueEmpty
	}
	class := model.ClassifyValue(node.Value)
	if !encoded || class != model.ValueText {
		return class
	}
	decoded, err := base64.StdEncoding.DecodeString(node.Value)
	if err != nil || !utf8.Valid(decoded) {
		return class
	}
	return model.ClassifyValue(string(decoded))
}
