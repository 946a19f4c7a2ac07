// Command crdgen writes the CustomResourceDefinitions of the Flux minors that
// package fluxver knows, as data in ../crds. It runs controller-gen, the
// generator that Flux itself uses, in one module for each minor: their API
// modules exclude each other, and those of 2.10 need a newer Go than the
// product.
//
// Run it with `go generate ./pkg/fluxver`; the same modules give the same bytes.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// outputDir is where package fluxver embeds the data from.
const outputDir = "../crds"

func main() {
	modules, err := filepath.Glob("flux-*")
	if err == nil && len(modules) == 0 {
		err = errors.New("no flux-* module here; run `go generate ./pkg/fluxver` from the root of the repository")
	}
	for _, module := range modules {
		if err == nil {
			err = generate(module, strings.TrimPrefix(module, "flux-"))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "crdgen:", err)
		os.Exit(1)
	}
}

// generate writes the CRDs of one minor, and their descriptions apart.
func generate(module, minor string) error {
	manifests, err := runControllerGen(module)
	if err != nil {
		return err
	}
	crds := make([]map[string]any, 0, len(manifests))
	descriptions := map[string]map[string]string{}
	for _, manifest := range manifests {
		var crd map[string]any
		if err := yaml.Unmarshal(manifest, &crd); err != nil {
			return fmt.Errorf("decode a CRD of Flux %s: %w", minor, err)
		}
		if err := splitDescriptions(crd, descriptions); err != nil {
			return fmt.Errorf("split the descriptions of Flux %s: %w", minor, err)
		}
		crds = append(crds, crd)
	}
	if err := write(minor+".json.gz", crds); err != nil {
		return err
	}
	return write(minor+".descriptions.json.gz", descriptions)
}

// runControllerGen returns one YAML document for each CRD, ordered by the name
// of its file, which is group_plural.yaml.
func runControllerGen(module string) ([][]byte, error) {
	imports, err := goCommand(module, "list", "-f", `{{join .Imports "\n"}}`, ".")
	if err != nil {
		return nil, err
	}
	output, err := os.MkdirTemp("", "crdgen-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(output) }()

	args := []string{"tool", "controller-gen", "crd:crdVersions=v1", "output:crd:dir=" + output}
	for _, api := range strings.Fields(imports) {
		// Every version of the API, not only the one that the module imports.
		args = append(args, "paths="+path.Dir(api)+"/...")
	}
	if _, err := goCommand(module, args...); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(output, "*.yaml"))
	if err != nil {
		return nil, err
	}
	manifests := make([][]byte, len(files))
	for i, file := range files {
		if manifests[i], err = os.ReadFile(file); err != nil {
			return nil, err
		}
	}
	return manifests, nil
}

// goCommand runs the go command in a module, with the toolchain that its go.mod
// asks for, and returns what it prints.
func goCommand(dir string, args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=auto")
	cmd.Stderr = os.Stderr
	output, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s in %s: %w", strings.Join(args, " "), dir, err)
	}
	return string(output), nil
}

// splitDescriptions moves the descriptions of all versions of a CRD out of its
// schemas and into the map, under group/version/Kind and the path of the field.
func splitDescriptions(crd map[string]any, into map[string]map[string]string) error {
	spec, _ := crd["spec"].(map[string]any)
	names, _ := spec["names"].(map[string]any)
	versions, _ := spec["versions"].([]any)
	if len(versions) == 0 {
		return errors.New("a CRD without versions")
	}
	for _, v := range versions {
		version, _ := v.(map[string]any)
		schema, _ := version["schema"].(map[string]any)
		root, _ := schema["openAPIV3Schema"].(map[string]any)
		if root == nil {
			return fmt.Errorf("%v %v has no schema", names["kind"], version["name"])
		}
		fields := map[string]string{}
		takeDescriptions(root, "", fields)
		into[fmt.Sprintf("%s/%s/%s", spec["group"], version["name"], names["kind"])] = fields
	}
	return nil
}

// takeDescriptions walks a schema. It follows the keywords that hold schemas, so
// that a property which is itself called description is left alone.
func takeDescriptions(schema map[string]any, field string, into map[string]string) {
	if text, ok := schema["description"].(string); ok {
		delete(schema, "description")
		if _, taken := into[field]; !taken {
			into[field] = text
		}
	}
	if properties, ok := schema["properties"].(map[string]any); ok {
		for name, property := range properties {
			if child, ok := property.(map[string]any); ok {
				takeDescriptions(child, strings.TrimPrefix(field+"."+name, "."), into)
			}
		}
	}
	if child, ok := schema["items"].(map[string]any); ok {
		takeDescriptions(child, field+"[]", into)
	}
	if child, ok := schema["additionalProperties"].(map[string]any); ok {
		takeDescriptions(child, field+".*", into)
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		alternatives, _ := schema[keyword].([]any)
		for _, alternative := range alternatives {
			if child, ok := alternative.(map[string]any); ok {
				takeDescriptions(child, field, into)
			}
		}
	}
	if child, ok := schema["not"].(map[string]any); ok {
		takeDescriptions(child, field, into)
	}
}

// write stores a value as compressed JSON. Keys are sorted by encoding/json and
// the gzip header carries neither name nor time, so the bytes depend on the
// value alone.
func write(name string, value any) error {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	size := plain.Len()
	var compressed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := io.Copy(writer, &plain); err != nil {
		return err
	}
	if err := writer.Close(); err != nil {
		return err
	}
	if err := os.MkdirAll(outputDir, 0o755); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%s: %d bytes, %d compressed\n", name, size, compressed.Len())
	return os.WriteFile(filepath.Join(outputDir, name), compressed.Bytes(), 0o644)
}
