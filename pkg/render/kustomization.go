package render

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// kustomizationSpec is the part of a Flux Kustomization's spec that decides
// what it builds. The deprecated patches are those of v1beta2.
type kustomizationSpec struct {
	Path                    string            `json:"path"`
	SourceRef               source            `json:"sourceRef"`
	TargetNamespace         *string           `json:"targetNamespace"`
	NamePrefix              *string           `json:"namePrefix"`
	NameSuffix              *string           `json:"nameSuffix"`
	Components              []string          `json:"components"`
	IgnoreMissingComponents bool              `json:"ignoreMissingComponents"`
	BuildMetadata           []string          `json:"buildMetadata"`
	Patches                 []fluxPatch       `json:"patches"`
	PatchesStrategicMerge   []json.RawMessage `json:"patchesStrategicMerge"`
	PatchesJSON6902         []struct {
		Patch  json.RawMessage `json:"patch"`
		Target selector        `json:"target"`
	} `json:"patchesJson6902"`
	Images []struct {
		Name    string `json:"name"`
		NewName string `json:"newName"`
		NewTag  string `json:"newTag"`
		Digest  string `json:"digest"`
	} `json:"images"`
	PostBuild      *postBuild `json:"postBuild"`
	CommonMetadata *metadata  `json:"commonMetadata"`
}

// fluxPatch is a patch of a Flux object's spec.
type fluxPatch struct {
	Patch  string    `json:"patch"`
	Target *selector `json:"target"`
}

// source names what a Kustomization builds from.
type source struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

// selector is the target of a Flux patch.
type selector struct {
	Group              string `json:"group"`
	Version            string `json:"version"`
	Kind               string `json:"kind"`
	Namespace          string `json:"namespace"`
	Name               string `json:"name"`
	AnnotationSelector string `json:"annotationSelector"`
	LabelSelector      string `json:"labelSelector"`
}

// metadata is set on all objects of a build.
type metadata struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

func (s *selector) kustomize() *types.Selector {
	if s == nil {
		return nil
	}
	target := &types.Selector{AnnotationSelector: s.AnnotationSelector, LabelSelector: s.LabelSelector}
	target.Group, target.Version, target.Kind = s.Group, s.Version, s.Kind
	target.Namespace, target.Name = s.Namespace, s.Name
	return target
}

// fluxKustomization puts in front of the folder of a Flux Kustomization what
// kustomize-controller writes there: the folder's own kustomization, or a
// generated one, with what the spec adds to it. The result is that of
// Generator.GenerateManifest in github.com/fluxcd/pkg/kustomize v1.41.0, which
// itself works on real disks only. The error is what the controller would say.
//
//nolint:staticcheck // files still hold the deprecated fields
func fluxKustomization(v *view, dir string, spec *kustomizationSpec) (k *types.Kustomization, file string, err error) {
	if v.kind(dir) != isFolder {
		return nil, "", fmt.Errorf("kustomization path not found: stat /%s: no such file or directory", dir)
	}
	k = &types.Kustomization{TypeMeta: types.TypeMeta{APIVersion: types.KustomizationVersion, Kind: types.KustomizationKind}}
	if file = kustomizationFile(v, dir); file != "" {
		content, err := v.read(file)
		if err != nil {
			return nil, "", err
		}
		if err := checkAliases(content); err != nil {
			return nil, "", err
		}
		if err := yaml.Unmarshal(content, k); err != nil {
			return nil, "", err
		}
		if len(k.Resources) == 0 {
			// So that kustomize does not take it for empty.
			k.BuildMetadata = []string{types.OriginAnnotations}
		}
	} else {
		file = path.Join(dir, konfig.DefaultKustomizationFileName())
		if k.Resources, err = manifestsBelow(v, dir); err != nil {
			return nil, "", err
		}
		if len(k.Resources) == 0 {
			k.Namespace = "_placeholder"
		}
	}
	if spec.TargetNamespace != nil {
		k.Namespace = *spec.TargetNamespace
	}
	if spec.NamePrefix != nil {
		k.NamePrefix = *spec.NamePrefix
	}
	if spec.NameSuffix != nil {
		k.NameSuffix = *spec.NameSuffix
	}
	for _, patch := range spec.Patches {
		k.Patches = append(k.Patches, types.Patch{Patch: patch.Patch, Target: patch.Target.kustomize()})
	}
	for _, component := range spec.Components {
		if isRemote(component) || path.IsAbs(component) {
			return nil, "", fmt.Errorf("component path '%s' must be local and relative", component)
		}
		if spec.IgnoreMissingComponents && v.kind(inTree(path.Join("/", dir, component))) == absent {
			continue
		}
		k.Components = append(k.Components, component)
	}
	for _, patch := range spec.PatchesStrategicMerge {
		k.PatchesStrategicMerge = append(k.PatchesStrategicMerge, types.PatchStrategicMerge(patch))
	}
	for _, patch := range spec.PatchesJSON6902 {
		k.PatchesJson6902 = append(k.PatchesJson6902, types.Patch{Patch: string(patch.Patch), Target: patch.Target.kustomize()})
	}
	for _, image := range spec.Images {
		addImage(k, types.Image{Name: image.Name, NewName: image.NewName, NewTag: image.NewTag, Digest: image.Digest})
	}
	if len(spec.BuildMetadata) > 0 {
		k.BuildMetadata = spec.BuildMetadata
	}
	return k, file, nil
}

// addImage merges an image into the entry that names it already: a new tag or
// digest takes the place of both.
func addImage(k *types.Kustomization, image types.Image) {
	i := slices.IndexFunc(k.Images, func(known types.Image) bool { return known.Name == image.Name })
	if i < 0 {
		k.Images = append(k.Images, image)
		return
	}
	if image.NewName != "" {
		k.Images[i].NewName = image.NewName
	}
	if image.NewTag != "" || image.Digest != "" {
		k.Images[i].NewTag, k.Images[i].Digest = image.NewTag, image.Digest
	}
}

// manifestsBelow lists what Flux takes into the kustomization that it generates
// for a folder without one: each YAML file, and each folder that has a
// kustomization, but nothing below that.
func manifestsBelow(v *view, dir string) ([]string, error) {
	var resources []string
	factory := provider.NewDefaultDepProvider().GetResourceFactory()
	size := 0
	err := v.walkManifests(dir, func(name string, kind entryKind) (bool, error) {
		relative := "./" + strings.TrimPrefix(strings.TrimPrefix(name, dir), "/")
		if len(resources) > maxBuildFiles || size > maxBuildBytes {
			return false, errBuildTooLarge
		}
		if kind == isFolder {
			if kustomizationFile(v, name) == "" {
				return false, nil
			}
			resources = append(resources, relative)
			return true, nil
		}
		if extension := path.Ext(name); extension != ".yaml" && extension != ".yml" {
			return false, nil
		}
		content, err := v.read(name)
		if err != nil {
			return false, err
		}
		size += len(content)
		if err := checkAliases(content); err != nil {
			return false, err
		}
		if !plainManifests(content) {
			if _, err := factory.SliceFromBytes(content); err != nil {
				return false, fmt.Errorf("failed to decode Kubernetes YAML from /%s: %w", name, err)
			}
		}
		resources = append(resources, relative)
		return false, nil
	})
	return resources, err
}

// plainManifests is true for content that kustomize is sure to take: it would
// read every file twice otherwise.
func plainManifests(content []byte) bool {
	docs, err := documents(content)
	if err != nil {
		return false
	}
	for _, doc := range docs {
		if text(doc.node, "apiVersion") == "" || text(doc.node, "kind") == "" || text(doc.node, "metadata", "name") == "" ||
			strings.HasSuffix(text(doc.node, "kind"), "List") {
			return false
		}
	}
	return true
}

// modern replaces the deprecated fields of a kustomization by those that took
// their place, where that changes nothing: kustomize would print a warning to
// the terminal for each. It is false when nothing had to be replaced.
//
//nolint:staticcheck // files still hold the deprecated fields
func modern(k *types.Kustomization, isPath func(string) bool) (*types.Kustomization, bool) {
	if k.Bases == nil && k.ImageTags == nil && k.CommonLabels == nil && k.PatchesStrategicMerge == nil && k.PatchesJson6902 == nil {
		return k, false
	}
	replaced := *k
	replaced.Resources = slices.Concat(k.Resources, k.Bases)
	replaced.Images = slices.Concat(k.Images, k.ImageTags)
	replaced.Bases, replaced.ImageTags = nil, nil
	// Strategic merge patches run before all others.
	var patches []types.Patch
	for _, patch := range k.PatchesStrategicMerge {
		if text := string(patch); !strings.Contains(text, "\n") && isPath(text) {
			patches = append(patches, types.Patch{Path: text})
		} else {
			patches = append(patches, types.Patch{Patch: text})
		}
	}
	replaced.Patches = slices.Concat(patches, k.Patches)
	replaced.PatchesStrategicMerge = nil
	// Patches of the old JSON field run after names, namespace, labels and
	// annotations are set.
	if k.Namespace == "" && k.NamePrefix == "" && k.NameSuffix == "" && k.CommonLabels == nil && k.Labels == nil && k.CommonAnnotations == nil {
		replaced.Patches = append(replaced.Patches, k.PatchesJson6902...)
		replaced.PatchesJson6902 = nil
	}
	if k.CommonLabels != nil && len(k.Configurations) == 0 {
		replaced.Labels = append(slices.Clone(k.Labels), types.Label{Pairs: k.CommonLabels, IncludeSelectors: true})
		replaced.CommonLabels = nil
	}
	return &replaced, true
}
