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
	return &step{Step: s, matches: always, line: s.Location.Line, value: namespace, edit: func(o *traced, e *edit) {
		apiVersion, kind := text(o.node, "apiVersion"), o.kind()
		if !openapi.IsCertainlyClusterScoped(kyaml.TypeMeta{APIVersion: apiVersion, Kind: kind}) {
			e.set("", o.node, namespace, "metadata", "namespace")
		}
		switch {
		case kind == "Namespace" && apiVersion == "v1":
			e.set("", o.node, namespace, "metadata", "name")
		case kind == "RoleBinding" || kind == "ClusterRoleBinding":
			for i, subject := range items(field(o.node, "subjects")) {
				if text(subject, "name") == "default" {
					e.set(indexed("subjects", i), subject, namespace, "namespace")
				}
			}
		case kind == "APIService":
			e.set("", o.node, namespace, "spec", "service", "namespace")
		}
	}}
}

// nameStep is the prefix or suffix transformer.
func nameStep(s model.Step, prefix, suffix string) *step {
	matches := func(o *traced) bool {
		return !slices.Contains([]string{"CustomResourceDefinition", "APIService", "Namespace"}, o.kind())
	}
	return &step{Step: s, matches: matches, line: s.Location.Line, edit: func(o *traced, e *edit) {
		e.set("", o.node, prefix+o.currentName()+suffix, "metadata", "name")
	}}
}

// labelSteps are those of one entry of labels, one for each label.
func (t *tracer) labelSteps(own func(model.StepKind, string) model.Step, l *layer, entry string, label *types.Label) []*step {
	var steps []*step
	for _, name := range sortedKeys(label.Pairs) {
		s, value := own(model.StepLabels, entry+"."+name), label.Pairs[name]
		s.Declared = t.declaredKey(l, entry, name, s.Declared)
		s.Location = s.Declared
		steps = append(steps, &step{Step: s, matches: always, line: s.Location.Line, name: name, value: value, edit: func(o *traced, e *edit) {
			e.set("", o.node, value, "metadata", "labels", name)
			kind := o.kind()
			if label.IncludeSelectors {
				switch kind {
				case "Service", "ReplicationController":
					e.set("", o.node, value, "spec", "selector", name)
				case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet":
					e.set("", o.node, value, "spec", "selector", "matchLabels", name)
				}
				switch kind {
				case "Deployment", "StatefulSet", "Job", "CronJob", "PodDisruptionBudget", "NetworkPolicy":
					setSelectors(e, "spec", field(o.node, "spec"), name, value)
				}
			}
			if label.IncludeSelectors || label.IncludeTemplates {
				setTemplate(e, o.node, kind, value, "labels", name)
			}
			if (label.IncludeSelectors || label.IncludeVolumeClaimTemplates) && kind == "StatefulSet" {
				for i, claim := range items(field(o.node, "spec", "volumeClaimTemplates")) {
					e.set(indexed("spec.volumeClaimTemplates", i), claim, value, "metadata", "labels", name)
				}
			}
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
	return &step{Step: s, matches: always, line: s.Location.Line, name: name, value: value, edit: func(o *traced, e *edit) {
		e.set("", o.node, value, "metadata", "annotations", name)
		setTemplate(e, o.node, o.kind(), value, "annotations", name)
	}}
}

// setTemplate sets a label or annotation in the pod templates of a workload.
func setTemplate(e *edit, node *yaml.Node, kind, value string, path ...string) {
	if slices.Contains(workloads, kind) {
		e.set("", node, value, append([]string{"spec", "template", "metadata"}, path...)...)
	}
	if kind == "CronJob" {
		e.set("", node, value, append([]string{"spec", "jobTemplate", "metadata"}, path...)...)
		e.set("", node, value, append([]string{"spec", "jobTemplate", "spec", "template", "metadata"}, path...)...)
	}
}

// setSelectors sets a label in every selector that is there.
func setSelectors(e *edit, at string, node *yaml.Node, name, value string) {
	eachField(node, func(key, child *yaml.Node) {
		if key.Value == "matchLabels" && child.Kind == yaml.MappingNode {
			e.set(at+".matchLabels", child, value, name)
			return
		}
		setSelectors(e, join(at, key.Value), child, name, value)
	})
	for i, item := range items(node) {
		setSelectors(e, indexed(at, i), item, name, value)
	}
}

// replicaStep is one entry of replicas.
func replicaStep(s model.Step, replica types.Replica) *step {
	matches := func(o *traced) bool {
		return slices.Contains([]string{"Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"}, o.kind()) &&
			slices.Contains(o.names, replica.Name)
	}
	return &step{Step: s, matches: matches, line: s.Location.Line, edit: func(o *traced, e *edit) {
		count := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(replica.Count, 10)}
		e.setNode("", o.node, count, "spec", "replicas")
	}}
}

// imageStep is one entry of images.
func imageStep(s model.Step, image types.Image) *step {
	matches := func(o *traced) bool { return o.kind() != "CustomResourceDefinition" }
	return &step{Step: s, matches: matches, line: s.Location.Line, edit: func(o *traced, e *edit) { setImages(e, "", o.node, image) }}
}

// setImages changes the images of all containers, wherever they are.
func setImages(e *edit, at string, node *yaml.Node, image types.Image) {
	eachField(node, func(key, value *yaml.Node) {
		below := join(at, key.Value)
		switch key.Value {
		case "containers", "initContainers":
			for i, container := range items(value) {
				setImage(e, indexed(below, i), container, image, "image")
			}
		case "volumes":
			for i, volume := range items(value) {
				setImage(e, indexed(below, i)+".image", field(volume, "image"), image, "reference")
			}
		}
		setImages(e, below, value, image)
	})
	for i, item := range items(node) {
		setImages(e, indexed(at, i), item, image)
	}
}

func setImage(e *edit, at string, holder *yaml.Node, image types.Image, name string) {
	old := text(holder, name)
	if old == "" {
		return
	}
	changed := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	set(changed, name, scalar(old))
	filter := imagetag.Filter{ImageTag: image, FsSlice: types.FsSlice{{Path: name}}}
	if _, err := filter.Filter([]*kyaml.RNode{kyaml.NewRNode(changed)}); err == nil {
		e.set(at, holder, text(changed, name), name)
	}
}

// indexed is the path of an item of a list.
func indexed(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
