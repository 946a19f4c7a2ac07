package rules

import (
	"encoding/json"
	"iter"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// workload is an object with a pod template, as a build gives it.
type workload struct {
	*model.EffectiveObject
	build *model.RenderedBuild
}

// podPaths are where the kinds keep the spec of their pods.
var podPaths = map[string]string{
	"CronJob": "spec.jobTemplate.spec.template", "DaemonSet": "spec.template", "Deployment": "spec.template", "Job": "spec.template",
	"Pod": "", "ReplicaSet": "spec.template", "StatefulSet": "spec.template",
}

// workloads yields the objects with pods that the rendering has.
func (x *index) workloads() iter.Seq[workload] {
	return func(yield func(workload) bool) {
		if x.Rendering == nil {
			return
		}
		for i := range x.Rendering.Builds {
			build := &x.Rendering.Builds[i]
			for j := range build.Objects {
				object := &build.Objects[j]
				if _, ok := podPaths[object.Kind]; ok && (object.Group == "" || object.Group == "apps" || object.Group == "batch") && !yield(workload{object, build}) {
					return
				}
			}
		}
	}
}

// podField is the path of a field of the pod template.
func (w workload) podField(field string) string {
	if path := podPaths[w.Kind]; path != "" {
		return path + "." + field
	}
	return field
}

// pod reads the pod template; false when it has none that can be read.
func (w workload) pod() (metav1.ObjectMeta, corev1.PodSpec, bool) {
	type template struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
		Spec     corev1.PodSpec    `json:"spec"`
	}
	var (
		pod  template
		err  error
		body = []byte(w.Body)
	)
	switch w.Kind {
	case "Pod":
		err = json.Unmarshal(body, &pod)
	case "CronJob":
		var object struct {
			Spec struct {
				JobTemplate struct {
					Spec struct {
						Template template `json:"template"`
					} `json:"spec"`
				} `json:"jobTemplate"`
			} `json:"spec"`
		}
		err = json.Unmarshal(body, &object)
		pod = object.Spec.JobTemplate.Spec.Template
	default:
		var object struct {
			Spec struct {
				Template template `json:"template"`
			} `json:"spec"`
		}
		err = json.Unmarshal(body, &object)
		pod = object.Spec.Template
	}
	return pod.Metadata, pod.Spec, err == nil
}

// setAt is where a field of a workload got its value: the step that set it last,
// else the file that defines the object.
func (x *index) setAt(w workload, field string) model.Location {
	if steps := w.StepsOf(field); len(steps) > 0 {
		last := steps[len(steps)-1]
		at := last.Location
		for _, change := range last.Fields {
			if change.Line > 0 {
				at.Line = change.Line
			}
		}
		return at
	}
	if manifest := x.manifestAt[w.Location]; manifest != nil {
		return manifestPlace(manifest, field)
	}
	return w.Location
}
