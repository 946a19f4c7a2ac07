package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

var crdResource = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}

// fluxReleases names, for each Flux minor whose CRDs there are, the release
// that the labels of an installation name.
var fluxReleases = map[string]string{"2.9": "v2.9.5", "2.10": "v2.10.0"}

// neighbours are modules that ship the CRDs of their own project, and where.
var neighbours = map[string]struct{ module, files string }{
	"flux-operator": {"github.com/controlplaneio-fluxcd/flux-operator", "config/crd/bases/*.yaml"},
	"flagger":       {"github.com/fluxcd/flagger", "artifacts/flagger/crd.yaml"},
}

// readCRDs returns the CRDs of all named sets.
func readCRDs(ctx context.Context, names []string) ([]*unstructured.Unstructured, error) {
	var crds []*unstructured.Unstructured
	for _, name := range names {
		if name == "none" {
			continue
		}
		var set []*unstructured.Unstructured
		var err error
		if release, ok := fluxReleases[name]; ok {
			set, err = fluxCRDs(name, release)
		} else if neighbour, ok := neighbours[name]; ok {
			set, err = moduleCRDs(ctx, neighbour.module, neighbour.files)
		} else {
			err = errors.New("want 2.9, 2.10, flux-operator, flagger or none")
		}
		if err != nil {
			return nil, fmt.Errorf("CRDs %q: %w", name, err)
		}
		crds = append(crds, set...)
	}
	return crds, nil
}

// fluxCRDs reads the CRDs of a Flux minor from the data of the product, which
// equal those of the release but for descriptions, and labels them as
// `flux install` does.
func fluxCRDs(minor, release string) ([]*unstructured.Unstructured, error) {
	module, err := moduleDir(".")
	if err != nil {
		return nil, err
	}
	compressed, err := os.ReadFile(filepath.Join(module, "../../pkg/fluxver/crds", minor+".json.gz"))
	if err != nil {
		return nil, err
	}
	reader, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	var objects []map[string]any
	if err := json.NewDecoder(reader).Decode(&objects); err != nil {
		return nil, err
	}
	crds := make([]*unstructured.Unstructured, len(objects))
	for i, object := range objects {
		crds[i] = &unstructured.Unstructured{Object: object}
		group, _, _ := unstructured.NestedString(object, "spec", "group")
		plural, _, _ := unstructured.NestedString(object, "spec", "names", "plural")
		crds[i].SetLabels(map[string]string{
			"app.kubernetes.io/component": component(group, plural),
			"app.kubernetes.io/instance":  "flux-system",
			"app.kubernetes.io/part-of":   "flux",
			"app.kubernetes.io/version":   release,
		})
	}
	return crds, nil
}

// component names the controller that ships a CRD.
func component(group, plural string) string {
	switch group {
	case "helm.toolkit.fluxcd.io":
		return "helm-controller"
	case "image.toolkit.fluxcd.io":
		if plural == "imageupdateautomations" {
			return "image-automation-controller"
		}
		return "image-reflector-controller"
	case "kustomize.toolkit.fluxcd.io":
		return "kustomize-controller"
	case "notification.toolkit.fluxcd.io":
		return "notification-controller"
	case "source.extensions.fluxcd.io":
		return "source-watcher"
	default:
		return "source-controller"
	}
}

// moduleCRDs reads CRDs from the files of a module that the module crds
// requires, which the go command downloads if need be.
func moduleCRDs(ctx context.Context, module, files string) ([]*unstructured.Unstructured, error) {
	dir, err := moduleDir("crds")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	cmd.Dir = dir
	output, err := cmd.Output()
	var download struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(output, &download); err != nil || jsonErr != nil || download.Dir == "" {
		return nil, fmt.Errorf("go mod download %s: %w %s", module, errors.Join(err, jsonErr), download.Error)
	}
	paths, err := filepath.Glob(filepath.Join(download.Dir, files))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s has no files %s", module, files)
	}
	return readObjects(paths, nil)
}

// createCRDs creates CRDs and waits until all are established and listed by
// discovery: a client that looks earlier would not see their kinds.
func createCRDs(ctx context.Context, config *rest.Config, crds []*unstructured.Unstructured) error {
	if len(crds) == 0 {
		return nil
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	discoveryClient, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return err
	}
	err = inParallel(ctx, crds, func(ctx context.Context, crd *unstructured.Unstructured) error {
		crd.SetResourceVersion("")
		unstructured.RemoveNestedField(crd.Object, "status")
		_, err := client.Resource(crdResource).Create(ctx, crd, metav1.CreateOptions{FieldManager: fieldManager})
		if apierrors.IsAlreadyExists(err) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		served, err := servedKinds(discoveryClient)
		if err != nil && len(served) == 0 {
			return err
		}
		if !slices.ContainsFunc(crds, func(crd *unstructured.Unstructured) bool { return !isServed(crd, served) }) {
			return inParallel(ctx, crds, func(ctx context.Context, crd *unstructured.Unstructured) error {
				return ageCRD(ctx, client, crd.GetName())
			})
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the API server does not serve the new CRDs: %w", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ageCRD makes a CRD look a minute old. The API server delays the first objects
// of a CRD that was established less than two seconds ago, for the sake of
// clusters with several API servers.
func ageCRD(ctx context.Context, client dynamic.Interface, name string) error {
	crd, err := client.Resource(crdResource).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	conditions, _, err := unstructured.NestedSlice(crd.Object, "status", "conditions")
	if err != nil {
		return err
	}
	for _, c := range conditions {
		if condition, ok := c.(map[string]any); ok {
			condition["lastTransitionTime"] = time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
		}
	}
	if err := unstructured.SetNestedSlice(crd.Object, conditions, "status", "conditions"); err != nil {
		return err
	}
	_, err = client.Resource(crdResource).UpdateStatus(ctx, crd, metav1.UpdateOptions{FieldManager: fieldManager})
	if apierrors.IsConflict(err) {
		return nil // it changed meanwhile, and is only slower
	}
	return err
}

// isServed reports whether discovery lists all served versions of a CRD. It
// does so only for CRDs that are established.
func isServed(crd *unstructured.Unstructured, served map[schema.GroupVersionKind]resource) bool {
	group, _, _ := unstructured.NestedString(crd.Object, "spec", "group")
	kind, _, _ := unstructured.NestedString(crd.Object, "spec", "names", "kind")
	versions, _, _ := unstructured.NestedSlice(crd.Object, "spec", "versions")
	for _, v := range versions {
		version, _ := v.(map[string]any)
		name, _ := version["name"].(string)
		_, ok := served[schema.GroupVersionKind{Group: group, Version: name, Kind: kind}]
		if version["served"] == true && !ok {
			return false
		}
	}
	return true
}
