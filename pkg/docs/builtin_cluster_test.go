package docs

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/test/clustertest"
)

// notServed are the API groups of examples that are no part of Flux, Flux
// Operator, Flagger or Kubernetes, and of files that only kustomize reads.
var notServed = []string{"kustomize.config.k8s.io", "monitoring.coreos.com", "external-secrets.io", "bitnami.com"}

// A real API server with the CRDs of the newest Flux takes every object of the
// built-in reference: no field that it does not know, and no value that the
// schema or the rules of a CRD refuse.
func TestExamplesOnARealServer(t *testing.T) {
	cluster := clustertest.Start(t, clustertest.Options{CRDs: []string{"2.10", "flux-operator", "flagger"}})
	create := func(objects string) error {
		command := exec.Command(cluster.Kubectl, "--kubeconfig", cluster.Kubeconfig, "create", "--dry-run=server", "--validate=strict", "-f", "-")
		command.Stdin = strings.NewReader(objects)
		if output, err := command.CombinedOutput(); err != nil {
			return errors.New(string(output))
		}
		return nil
	}
	total := 0
	for _, topic := range focus.Names() {
		t.Run(topic, func(t *testing.T) {
			objects, n := exampleObjects(t, topic)
			total += n
			if n == 0 {
				return
			}
			if err := create(objects); err != nil {
				t.Error(err)
			}
		})
	}
	if total < 100 {
		t.Errorf("only %d objects", total)
	}
	for name, object := range map[string]string{
		"a field that does not exist": "prunes: true, ",
		"a value that is not allowed": "timeout: soon, ",
	} {
		t.Run(name, func(t *testing.T) {
			err := create("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: default}\n" +
				"spec: {" + object + "interval: 1h, prune: true, sourceRef: {kind: GitRepository, name: a}}\n")
			if err == nil {
				t.Error("the server takes anything")
			}
		})
	}
}

// exampleObjects collects the objects in the YAML of a topic, in the namespace
// default, since the server knows no other.
func exampleObjects(t *testing.T, topic string) (stream string, n int) {
	var all bytes.Buffer
	encoder := yaml.NewEncoder(&all)
	for _, section := range Builtin() {
		if section.Topics[0] != topic {
			continue
		}
		for _, fence := range yamlFences(section.Markdown) {
			decoder := yaml.NewDecoder(strings.NewReader(fence))
			for {
				object := map[string]any{}
				err := decoder.Decode(&object)
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%s: %v", section.Title, err)
				}
				version, isObject := object["apiVersion"].(string)
				group, _, _ := strings.Cut(version, "/")
				if !isObject || slices.Contains(notServed, group) {
					continue
				}
				metadata, _ := object["metadata"].(map[string]any)
				if metadata["namespace"] != nil {
					metadata["namespace"] = "default"
				}
				annotations, _ := metadata["annotations"].(map[string]any)
				if annotations["kustomize.toolkit.fluxcd.io/ssa"] == "Merge" {
					continue // a part of an object that is there already
				}
				if err := encoder.Encode(object); err != nil {
					t.Fatal(err)
				}
				n++
			}
		}
	}
	return all.String(), n
}

// yamlFences are the texts of the YAML examples in a section.
func yamlFences(markdown string) []string {
	var fences []string
	var current *strings.Builder
	for line := range strings.Lines(markdown) {
		switch {
		case current == nil && strings.TrimSpace(line) == "```yaml":
			current = &strings.Builder{}
		case current != nil && strings.HasPrefix(line, "```"):
			fences = append(fences, current.String())
			current = nil
		case current != nil:
			current.WriteString(line)
		}
	}
	return fences
}
