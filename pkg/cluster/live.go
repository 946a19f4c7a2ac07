package cluster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// wireLive is what is read of an object that is not of Flux.
type wireLive struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name              string            `json:"name"`
		Namespace         string            `json:"namespace"`
		Generation        int64             `json:"generation"`
		CreationTimestamp timestamp         `json:"creationTimestamp"`
		DeletionTimestamp timestamp         `json:"deletionTimestamp"`
		Finalizers        []string          `json:"finalizers"`
		Labels            map[string]string `json:"labels"`
		Annotations       map[string]string `json:"annotations"`
		OwnerReferences   []struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			Name       string `json:"name"`
			Controller bool   `json:"controller"`
		} `json:"ownerReferences"`
	} `json:"metadata"`
	Spec struct {
		Replicas    *int64        `json:"replicas"`
		Completions *int64        `json:"completions"`
		Selector    labelSelector `json:"selector"`
	} `json:"spec"`
	Status struct {
		ObservedGeneration     int64             `json:"observedGeneration"`
		ReadyReplicas          int64             `json:"readyReplicas"`
		UpdatedReplicas        int64             `json:"updatedReplicas"`
		DesiredNumberScheduled int64             `json:"desiredNumberScheduled"`
		NumberReady            int64             `json:"numberReady"`
		Succeeded              int64             `json:"succeeded"`
		Failed                 int64             `json:"failed"`
		Phase                  string            `json:"phase"`
		Reason                 string            `json:"reason"`
		Message                string            `json:"message"`
		Conditions             []wireCondition   `json:"conditions"`
		InitContainers         []containerStatus `json:"initContainerStatuses"`
		Containers             []containerStatus `json:"containerStatuses"`
	} `json:"status"`
}

type wireCondition struct {
	Type               string    `json:"type"`
	Status             string    `json:"status"`
	Reason             string    `json:"reason"`
	Message            string    `json:"message"`
	LastTransitionTime timestamp `json:"lastTransitionTime"`
}

type containerStatus struct {
	Name         string         `json:"name"`
	Ready        bool           `json:"ready"`
	RestartCount int32          `json:"restartCount"`
	State        containerCause `json:"state"`
	LastState    containerCause `json:"lastState"`
}

type containerCause struct {
	Waiting *struct {
		Reason  string `json:"reason"`
		Message string `json:"message"`
	} `json:"waiting"`
	Terminated *struct {
		Reason   string `json:"reason"`
		Message  string `json:"message"`
		ExitCode int32  `json:"exitCode"`
	} `json:"terminated"`
}

// decodeLive makes an object of its JSON. The apiVersion and kind are given for
// items of a list, which have none.
func decodeLive(value jsontext.Value, group, kind string) (model.LiveObject, labelSelector, error) {
	var w wireLive
	if err := unmarshal(value, &w); err != nil {
		return model.LiveObject{}, labelSelector{}, err
	}
	o := model.LiveObject{
		ID:       model.ID{Group: group, Kind: kind, Namespace: name(w.Metadata.Namespace), Name: name(w.Metadata.Name)},
		Labels:   cleanMap(w.Metadata.Labels, ""),
		Presence: model.Present,
	}
	o.Annotations = cleanMap(w.Metadata.Annotations, lastApplied)
	for _, owner := range w.Metadata.OwnerReferences {
		if owner.Controller {
			group, _ := model.SplitAPIVersion(name(owner.APIVersion))
			o.Controller = model.ID{Group: group, Kind: name(owner.Kind), Namespace: o.Namespace, Name: name(owner.Name)}
		}
	}
	w.judge(&o)
	return o, w.Spec.Selector, nil
}

// judge says how the object is. The rules are those of kstatus, in words.
func (w *wireLive) judge(o *model.LiveObject) {
	switch {
	case !w.Metadata.DeletionTimestamp.IsZero():
		o.State, o.Reason, o.Since = model.StateTerminating, "Deleted", w.Metadata.DeletionTimestamp.Time
		if len(w.Metadata.Finalizers) > 0 {
			o.Message = "waits for the finalizers " + strings.Join(names(w.Metadata.Finalizers), ", ")
		}
	case o.Kind == "Pod" && o.Group == "":
		w.judgePod(o)
	case o.Group == "apps":
		w.judgeWorkload(o)
	case o.Group == "batch" && o.Kind == "Job":
		w.judgeJob(o)
	case o.Kind == "PersistentVolumeClaim" && o.Group == "":
		o.State, o.Reason = model.StateReconciling, name(w.Status.Phase)
		if w.Status.Phase == "Bound" {
			o.State = model.StateReady
		}
	default:
		w.judgeConditions(o)
	}
}

// judgeWorkload counts the Pods of a Deployment and its kin.
func (w *wireLive) judgeWorkload(o *model.LiveObject) {
	wanted, ready := int64(1), w.Status.ReadyReplicas
	if w.Spec.Replicas != nil {
		wanted = *w.Spec.Replicas
	}
	if o.Kind == "DaemonSet" {
		wanted, ready = w.Status.DesiredNumberScheduled, w.Status.NumberReady
	}
	o.State, o.Message = model.StateReady, fmt.Sprintf("%d of %d Pods ready", ready, wanted)
	if ready < wanted || w.Status.ObservedGeneration < w.Metadata.Generation {
		o.State = model.StateReconciling
	}
	for _, c := range w.Status.Conditions {
		// A Deployment says what stops it in one of these.
		if c.Type == "ReplicaFailure" && c.Status == "True" || c.Type == "Progressing" && c.Status == "False" {
			o.State, o.Reason, o.Since = model.StateFailed, name(c.Reason), c.LastTransitionTime.Time
			o.Message += ": " + sanitize.Line(c.Message, 0)
			if c.Type == "ReplicaFailure" {
				return
			}
		}
	}
}

func (w *wireLive) judgeJob(o *model.LiveObject) {
	o.State, o.Message = model.StateReconciling, fmt.Sprintf("%d succeeded, %d failed", w.Status.Succeeded, w.Status.Failed)
	for _, c := range w.Status.Conditions {
		if c.Status != "True" {
			continue
		}
		switch c.Type {
		case "Complete":
			o.State = model.StateReady
		case "Failed":
			o.State, o.Reason, o.Message, o.Since = model.StateFailed, name(c.Reason), sanitize.Line(c.Message, 0), c.LastTransitionTime.Time
		}
	}
}

// judgeConditions is for kinds that only their conditions tell about.
func (w *wireLive) judgeConditions(o *model.LiveObject) {
	o.State = model.StateReady
	for _, c := range w.Status.Conditions {
		bad := slices.Contains([]string{"Ready", "Available", "Healthy", "Synced"}, c.Type) && c.Status == "False" ||
			slices.Contains([]string{"Failed", "Stalled", "Degraded"}, c.Type) && c.Status == "True"
		if bad {
			o.State, o.Reason, o.Message, o.Since = model.StateFailed, name(c.Reason), sanitize.Line(c.Message, 0), c.LastTransitionTime.Time
			return
		}
	}
	if w.Status.ObservedGeneration > 0 && w.Status.ObservedGeneration < w.Metadata.Generation {
		o.State = model.StateReconciling
	}
}

// judgePod says what a Pod waits for: to be scheduled, or one of its containers.
func (w *wireLive) judgePod(o *model.LiveObject) {
	o.State, o.Reason = model.StateReconciling, name(w.Status.Phase)
	switch w.Status.Phase {
	case "Succeeded":
		o.State = model.StateReady
		return
	case "Failed":
		o.State, o.Reason, o.Message = model.StateFailed, cmp.Or(name(w.Status.Reason), o.Reason), sanitize.Line(w.Status.Message, 0)
	}
	ready := false
	for _, c := range w.Status.Conditions {
		switch {
		case c.Type == "PodScheduled" && c.Status == "False":
			o.State, o.Reason, o.Message, o.Since = model.StateFailed, name(c.Reason), sanitize.Line(c.Message, 0), c.LastTransitionTime.Time
			return
		case c.Type == "Ready":
			ready, o.Since = c.Status == "True", c.LastTransitionTime.Time
		}
	}
	if ready {
		o.State = model.StateReady
		return
	}
	for _, container := range slices.Concat(w.Status.InitContainers, w.Status.Containers) {
		if container.judge(o) {
			return
		}
	}
}

// judge enters what a container waits for, or how it ended; false when it runs
// or has just begun.
func (c *containerStatus) judge(o *model.LiveObject) bool {
	of := "container " + name(c.Name)
	switch {
	case c.State.Waiting != nil:
		reason := name(c.State.Waiting.Reason)
		switch reason {
		case "", "ContainerCreating", "PodInitializing":
			return false
		}
		o.State, o.Reason, o.Message = model.StateFailed, reason, of
		if text := sanitize.Line(c.State.Waiting.Message, 0); text != "" {
			o.Message += ": " + text
		}
		if ended := c.LastState.Terminated; ended != nil {
			o.Message += fmt.Sprintf("; it ended with exit code %d (%s)", ended.ExitCode, name(ended.Reason))
			if text := sanitize.Line(ended.Message, 300); text != "" {
				o.Message += ": " + text
			}
		}
	case c.State.Terminated != nil && c.State.Terminated.ExitCode != 0:
		ended := c.State.Terminated
		o.State, o.Reason = model.StateFailed, name(ended.Reason)
		o.Message = fmt.Sprintf("%s ended with exit code %d", of, ended.ExitCode)
		if text := sanitize.Line(ended.Message, 300); text != "" {
			o.Message += ": " + text
		}
	case !c.Ready && c.State.Waiting == nil && c.State.Terminated == nil:
		o.Reason, o.Message = "NotReady", of+" runs, but its readiness probe does not succeed"
		if c.RestartCount > 0 {
			o.Message += fmt.Sprintf("; it was restarted %d times", c.RestartCount)
		}
		return true
	default:
		return false
	}
	return true
}

// labelSelector is that of a workload.
type labelSelector struct {
	MatchLabels      map[string]string `json:"matchLabels"`
	MatchExpressions []struct {
		Key      string   `json:"key"`
		Operator string   `json:"operator"`
		Values   []string `json:"values"`
	} `json:"matchExpressions"`
}

// String is the selector as a query takes it; empty for one that selects
// nothing or everything.
func (s labelSelector) String() string {
	var terms []string
	for key, value := range s.MatchLabels {
		terms = append(terms, key+"="+value)
	}
	for _, e := range s.MatchExpressions {
		switch e.Operator {
		case "In", "NotIn":
			terms = append(terms, fmt.Sprintf("%s %s (%s)", e.Key, strings.ToLower(e.Operator), strings.Join(e.Values, ",")))
		case "Exists":
			terms = append(terms, e.Key)
		case "DoesNotExist":
			terms = append(terms, "!"+e.Key)
		}
	}
	slices.Sort(terms)
	return strings.Join(terms, ",")
}
