package render

import (
	"maps"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/filters/imagetag"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func always(*traced) bool { return true }

// workloads are the kinds with a pod template in spec.template.
var workloads = []string{"DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"}

// namespaceStep is the namespace transformer.
func namespaceStep(s model.Step, namespace string) *step {
	return &step{Step: s, matches: always, line: s.Location.Line, value: namespace, apply: func(o *traced) *yaml.Node {
		apiVersion, kind := text(o.node, "apiVersion"), o.kind()
		switch {
		case kind == "Namespace" && apiVersion == "v1":
			setPath(o.node, scalar(namespace), "metadata", "name")
		case kind == "RoleBinding" || kind == "ClusterRoleBinding":
			for _, subject := range items(field(o.node, "subjects")) {
				if text(subject, "name") == "default" {
					set(subject, "namespace", scalar(namespace))
				}
			}
		case kind == "APIService":
			setPath(o.node, scalar(namespace), "spec", "service", "namespace")
		}
		if !openapi.IsCertainlyClusterScoped(kyaml.TypeMeta{APIVersion: apiVersion, Kind: kind}) {
			setPath(o.node, scalar(namespace), "metadata", "namespace")
		}
		return o.node
	}}
}

// nameStep is the prefix or suffix transformer.
func nameStep(s model.Step, prefix, suffix string) *step {
	matches := func(o *traced) bool {
		return !slices.Contains([]string{"CustomResourceDefinition", "APIService", "Namespace"}, o.kind())
	}
	return &step{Step: s, matches: matches, line: s.Location.Line, apply: func(o *traced) *yaml.Node {
		setPath(o.node, scalar(prefix+o.currentName()+suffix), "metadata", "name")
		return o.node
	}}
}

// labelSteps are those of one entry of labels, one for each label.
func (t *tracer) labelSteps(own func(model.StepKind, string) model.Step, l *layer, entry string, label *types.Label) []*step {
	var steps []*step
	for _, name := range sortedKeys(label.Pairs) {
		s, value := own(model.StepLabels, entry+"."+name), label.Pairs[name]
		s.Declared = t.declaredKey(l, entry, name, s.Declared)
		s.Location = s.Declared
		steps = append(steps, &step{Step: s, matches: always, line: s.Location.Line, name: name, value: value, apply: func(o *traced) *yaml.Node {
			setPath(o.node, scalar(value), "metadata", "labels", name)
			kind := o.kind()
			if label.IncludeSelectors || label.IncludeTemplates {
				setTemplate(o.node, kind, scalar(value), "labels", name)
			}
			if (label.IncludeSelectors || label.IncludeVolumeClaimTemplates) && kind == "StatefulSet" {
				for _, claim := range items(field(o.node, "spec", "volumeClaimTemplates")) {
					setPath(claim, scalar(value), "metadata", "labels", name)
				}
			}
			if !label.IncludeSelectors {
				return o.node
			}
			switch kind {
			case "Service", "ReplicationController":
				setPath(o.node, scalar(value), "spec", "selector", name)
			case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet":
				setPath(o.node, scalar(value), "spec", "selector", "matchLabels", name)
			}
			switch kind {
			case "Deployment", "StatefulSet", "Job", "CronJob", "PodDisruptionBudget", "NetworkPolicy":
				setSelectors(field(o.node, "spec"), name, value)
			}
			return o.node
		}})
	}
	return steps
}

// declaredKey is the place of a key that may contain dots.
func (t *tracer) declaredKey(l *layer, entry, name string, otherwise model.Location) model.Location {
	mapping := l.node
	for _, part := range entryParts.FindAllString(entry, -1) {
		if part[0] == '[' {
			if i, err := strconv.Atoi(part[1 : len(part)-1]); err == nil && i < len(items(mapping)) {
				mapping = mapping.Content[i]
			}
			continue
		}
		mapping = field(mapping, part)
	}
	eachField(mapping, func(key, _ *yaml.Node) {
		if key.Value == name {
			otherwise.Line = key.Line
		}
	})
	return otherwise
}

// annotationStep is one of commonAnnotations.
func annotationStep(s model.Step, name, value string) *step {
	return &step{Step: s, matches: always, line: s.Location.Line, name: name, value: value, apply: func(o *traced) *yaml.Node {
		setPath(o.node, scalar(value), "metadata", "annotations", name)
		setTemplate(o.node, o.kind(), scalar(value), "annotations", name)
		return o.node
	}}
}

// setTemplate sets a label or annotation in the pod templates of a workload.
func setTemplate(node *yaml.Node, kind string, value *yaml.Node, path ...string) {
	if slices.Contains(workloads, kind) {
		setPath(node, value, append([]string{"spec", "template", "metadata"}, path...)...)
	}
	if kind == "CronJob" {
		setPath(node, value, append([]string{"spec", "jobTemplate", "metadata"}, path...)...)
		setPath(node, value, append([]string{"spec", "jobTemplate", "spec", "template", "metadata"}, path...)...)
	}
}

// setSelectors sets a label in every selector that is there.
func setSelectors(node *yaml.Node, name, value string) {
	eachField(node, func(key, child *yaml.Node) {
		if key.Value == "matchLabels" && child.Kind == yaml.MappingNode {
			set(child, name, scalar(value))
			return
		}
		setSelectors(child, name, value)
	})
	for _, item := range items(node) {
		setSelectors(item, name, value)
	}
}

// replicaStep is one entry of replicas.
func replicaStep(s model.Step, replica types.Replica) *step {
	matches := func(o *traced) bool {
		return slices.Contains([]string{"Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"}, o.kind()) &&
			slices.Contains(o.names, replica.Name)
	}
	return &step{Step: s, matches: matches, line: s.Location.Line, apply: func(o *traced) *yaml.Node {
		setPath(o.node, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(replica.Count, 10)}, "spec", "replicas")
		return o.node
	}}
}

// imageStep is one entry of images.
func imageStep(s model.Step, image types.Image) *step {
	matches := func(o *traced) bool { return o.kind() != "CustomResourceDefinition" }
	return &step{Step: s, matches: matches, line: s.Location.Line, apply: func(o *traced) *yaml.Node {
		setImages(o.node, image)
		return o.node
	}}
}

// setImages changes the images of all containers, wherever they are.
func setImages(node *yaml.Node, image types.Image) {
	eachField(node, func(key, value *yaml.Node) {
		switch key.Value {
		case "containers", "initContainers":
			for _, container := range items(value) {
				setImage(container, image, "image")
			}
		case "volumes":
			for _, volume := range items(value) {
				setImage(field(volume, "image"), image, "reference")
			}
		}
		setImages(value, image)
	})
	for _, item := range items(node) {
		setImages(item, image)
	}
}

func setImage(holder *yaml.Node, image types.Image, name string) {
	old := text(holder, name)
	if old == "" {
		return
	}
	changed := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	set(changed, name, scalar(old))
	filter := imagetag.Filter{ImageTag: image, FsSlice: types.FsSlice{{Path: name}}}
	if _, err := filter.Filter([]*kyaml.RNode{kyaml.NewRNode(changed)}); err == nil {
		if value := text(changed, name); value != old {
			set(holder, name, scalar(value))
		}
	}
}

// setPath sets a field, with the mappings that lead to it.
func setPath(node, value *yaml.Node, path ...string) {
	for _, name := range path[:len(path)-1] {
		next := field(node, name)
		if next == nil || next.Kind != yaml.MappingNode {
			next = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
			set(node, name, next)
		}
		node = next
	}
	set(node, path[len(path)-1], clone(value))
}
