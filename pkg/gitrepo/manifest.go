package gitrepo

import (
	"bytes"
	"encoding/base64"
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
	return classify([]byte(node.Value), encoded)
}

// classify looks through base64, since placeholders and references are encoded
// as well; what is not text then is a value.
func classify(value []byte, encoded bool) model.ValueClass {
	class := model.ClassifyBytes(value)
	if !encoded || class != model.ValueText {
		return class
	}
	decoded, err := base64.StdEncoding.AppendDecode(nil, value)
	if err != nil || !utf8.Valid(decoded) {
		return class
	}
	return model.ClassifyBytes(decoded)
}

func (e skimmedEntry) classify(kind string) model.ValueClass {
	value := e.value
	switch e.style {
	case plainScalar:
		if text := string(value); text == "~" || text == "null" || text == "Null" || text == "NULL" {
			return model.ValueEmpty
		}
	case literalScalar:
		// Long text is classified by what it contains, wherever.
		if len(value) < maxDedented {
			value = dedent(value)
		}
	case quotedScalar, foldedScalar:
	}
	return classify(value, isEncoded(kind, string(e.field)))
}

// maxDedented is the length from which indentation does not matter to the class
// of a value, in bytes.
const maxDedented = 1024

// dedent takes the indentation of a literal block scalar away. Breaks become
// line feeds.
func dedent(block []byte) []byte {
	indent := -1
	text := make([]byte, 0, len(block))
	for line := range bytes.Lines(block) {
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		if column := spaces(line); indent < 0 && column < len(line) {
			indent = column
		}
		if indent >= 0 {
			text = append(text, line[min(len(line), indent):]...)
		}
		text = append(text, '\n')
	}
	if !bytes.HasSuffix(block, []byte("\n")) {
		text = bytes.TrimSuffix(text, []byte("\n"))
	}
	return text
}
