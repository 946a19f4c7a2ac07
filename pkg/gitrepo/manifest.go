package gitrepo

import (
	"encoding/base64"
	"strings"
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

func isManifest(kind string) bool {
	_, ok := manifestKinds[kind]
	return ok
}

func keepsBody(kind []byte) bool { return manifestKinds[string(kind)] }

func hasEntries(kind string) bool { return kind == "ConfigMap" || kind == "Secret" }

// readManifest keeps what rules read of a document.
func (r *fileReader) readManifest(node, metadata *yaml.Node, document model.Document) model.Manifest {
	manifest := model.Manifest{
		ID: document.ID(), APIVersion: document.APIVersion, Location: document.Location,
		Labels: r.sharedFields(metadata, "labels"), Annotations: r.sharedFields(metadata, "annotations"),
	}
	if manifestKinds[document.Kind] {
		manifest.Lines = r.lines.find(node)
		body := &yaml.Node{Kind: yaml.MappingNode}
		for i := 0; i+1 < len(node.Content); i += 2 {
			switch node.Content[i].Value {
			case "apiVersion", "kind", "metadata", "data", "stringData", "status":
			default:
				body.Content = append(body.Content, node.Content[i], node.Content[i+1])
			}
		}
		if len(body.Content) > 0 {
			manifest.Body, _ = cleanJSON(body)
		}
	}
	if hasEntries(document.Kind) {
		eachField(node, func(key, value *yaml.Node) {
			switch key.Value {
			case "data", "stringData", "binaryData":
				eachField(value, func(entry, value *yaml.Node) {
					manifest.Entries = append(manifest.Entries, model.Entry{
						Field: key.Value,
						Key:   sanitize.Line(entry.Value, maxNameLength),
						Line:  entry.Line,
						Class: classifyNode(value, isEncoded(document.Kind, key.Value)),
					})
				})
			}
		})
	}
	return manifest
}

// isEncoded is true for fields whose values are base64.
func isEncoded(kind, field string) bool {
	return field == "binaryData" || field == "data" && kind == "Secret"
}

// classifyNode looks at a value and forgets it.
func classifyNode(node *yaml.Node, encoded bool) model.ValueClass {
	if node.Kind != yaml.ScalarNode || isNull(node) {
		return model.ValueEmpty
	}
	return classify(node.Value, encoded)
}

// classify looks through base64, since placeholders and references are encoded
// as well; what is not text then is a value.
func classify(value string, encoded bool) model.ValueClass {
	class := model.ClassifyValue(value)
	if !encoded || class != model.ValueText {
		return class
	}
	decoded, err := base64.StdEncoding.DecodeString(value)
	if err != nil || !utf8.Valid(decoded) {
		return class
	}
	return model.ClassifyValue(string(decoded))
}

func (e skimmedEntry) classify(kind string) model.ValueClass {
	value := string(e.value)
	switch e.style {
	case plainScalar:
		if value == "~" || value == "null" || value == "Null" || value == "NULL" {
			return model.ValueEmpty
		}
	case literalScalar:
		value = dedent(value)
	}
	return classify(value, isEncoded(kind, string(e.field)))
}

// dedent takes the indentation of a literal block scalar away.
func dedent(block string) string {
	indent := -1
	var text strings.Builder
	text.Grow(len(block))
	for line := range strings.Lines(block) {
		line = strings.TrimSuffix(line, "\n")
		line = strings.TrimSuffix(line, "\r")
		if indent < 0 && strings.TrimLeft(line, " ") != "" {
			indent = len(line) - len(strings.TrimLeft(line, " "))
		}
		text.WriteString(line[min(len(line), max(indent, 0)):])
		text.WriteByte('\n')
	}
	return text.String()
}
