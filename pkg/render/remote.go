package render

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"
)

// scpStyle is the form of remotes that Git takes over ssh.
var scpStyle = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*@`)

// isRemote is true for a path that kustomize might fetch or clone. It is wider
// than what kustomize accepts: a build must never reach for the network, even
// for a folder that happens to be named like a host.
func isRemote(path string) bool {
	lower := strings.ToLower(path)
	for _, prefix := range []string{"git::", "gh:", "github.com/", "github.com:", "http:", "https:", "ssh:", "file:"} {
		if strings.HasPrefix(lower, prefix) {
			return true
		}
	}
	return strings.Contains(path, "://") || scpStyle.MatchString(path)
}

// remoteEntry returns an entry of a kustomization that leads elsewhere, empty
// when there is none.
//
//nolint:staticcheck // files still hold the deprecated fields
func remoteEntry(k *types.Kustomization) string {
	paths := [][]string{
		k.Resources, k.Bases, k.Components, k.Crds, k.Configurations,
		onPaths(k.Generators), onPaths(k.Transformers), onPaths(k.Validators),
		{k.OpenAPI["path"]},
	}
	for _, patch := range k.Patches {
		paths = append(paths, []string{patch.Path})
	}
	for _, patch := range k.PatchesJson6902 {
		paths = append(paths, []string{patch.Path})
	}
	for _, patch := range k.PatchesStrategicMerge {
		paths = append(paths, onPaths([]string{string(patch)}))
	}
	for _, replacement := range k.Replacements {
		paths = append(paths, []string{replacement.Path})
	}
	for i := range k.ConfigMapGenerator {
		paths = append(paths, sourcePaths(&k.ConfigMapGenerator[i].KvPairSources))
	}
	for i := range k.SecretGenerator {
		paths = append(paths, sourcePaths(&k.SecretGenerator[i].KvPairSources))
	}
	for _, list := range paths {
		for _, path := range list {
			if isRemote(path) {
				return path
			}
		}
	}
	return ""
}

// onPaths leaves out entries that hold YAML instead of a path.
func onPaths(entries []string) []string {
	var paths []string
	for _, entry := range entries {
		if !strings.Contains(entry, "\n") {
			paths = append(paths, entry)
		}
	}
	return paths
}

// sourcePaths are the files that a generator reads.
func sourcePaths(sources *types.KvPairSources) []string {
	paths := append([]string{sources.EnvSource}, sources.EnvSources...)
	for _, file := range sources.FileSources {
		if _, path, ok := strings.Cut(file, "="); ok {
			file = path
		}
		paths = append(paths, file)
	}
	return paths
}

// remotePlugin returns a path in the configuration of a generator, transformer
// or validator that leads elsewhere.
func remotePlugin(node *yaml.Node) string {
	found := ""
	eachField(node, func(key, value *yaml.Node) {
		switch key.Value {
		case "path", "paths", "files", "envs", "env":
			for _, item := range append([]*yaml.Node{value}, value.Content...) {
				path := item.Value
				if _, file, ok := strings.Cut(path, "="); ok && key.Value == "files" {
					path = file
				}
				if item.Kind == yaml.ScalarNode && !strings.Contains(path, "\n") && isRemote(path) {
					found = path
				}
			}
		}
		if nested := remotePlugin(value); nested != "" {
			found = nested
		}
	})
	for _, item := range items(node) {
		if nested := remotePlugin(item); nested != "" {
			found = nested
		}
	}
	return found
}
