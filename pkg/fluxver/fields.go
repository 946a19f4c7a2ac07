package fluxver

// Field is a part of a spec that an API lost from one version to the next.
// "flux migrate" rewrites apiVersion only, so the field stays in the file; under
// the new version the API server refuses it or drops it without a word.
type Field struct {
	Group string
	Kind  string
	// Path is below the object; "[]" stands for every item of a list.
	Path string
	// Last is the newest version that has the field, First the oldest without.
	Last  string
	First string
	// Instead says what to write; a clause without a full stop.
	Instead string
}

// fields are the differences between the schemas of the versions, computed from
// the CustomResourceDefinitions that Flux 2.6 to 2.9 ship.
var fields = []Field{
	{groupHelm, "HelmRelease", "spec.chart.spec.valuesFile", "v2beta2", "v2", "valuesFiles: [FILE]"},
	{groupHelm, "HelmRelease", "spec.postRenderers[].kustomize.patchesJson6902", "v2beta2", "v2", "patches, with the same target"},
	{groupHelm, "HelmRelease", "spec.postRenderers[].kustomize.patchesStrategicMerge", "v2beta2", "v2", "patches"},
	{groupKustomize, "Kustomization", "spec.patchesJson6902", "v1beta2", "v1", "patches, with the same target"},
	{groupKustomize, "Kustomization", "spec.patchesStrategicMerge", "v1beta2", "v1", "patches"},
	{groupKustomize, "Kustomization", "spec.validation", "v1beta2", "v1", "nothing: every apply is validated by the server"},
	{groupSource, "Bucket", "spec.accessFrom", "v1beta2", "v1", "--no-cross-namespace-refs of the controllers"},
	{groupSource, "GitRepository", "spec.accessFrom", "v1beta2", "v1", "--no-cross-namespace-refs of the controllers"},
	{groupSource, "GitRepository", "spec.gitImplementation", "v1beta2", "v1", "nothing: there is one implementation"},
	{groupSource, "HelmChart", "spec.accessFrom", "v1beta2", "v1", "--no-cross-namespace-refs of the controllers"},
	{groupSource, "HelmChart", "spec.valuesFile", "v1beta2", "v1", "valuesFiles: [FILE]"},
}

// Vanished returns the fields that a kind lost, by path.
func Vanished(group, kind string) []Field {
	var list []Field
	for _, field := range fields {
		if field.Kind == kind && field.Group == group {
			list = append(list, field)
		}
	}
	return list
}
