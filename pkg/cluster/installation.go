package cluster

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// defaultFluxNamespace is where flux install and the Flux Operator put Flux.
const defaultFluxNamespace = "flux-system"

// deployment is what is read of a controller Deployment.
type deployment struct {
	Metadata struct {
		Name      string            `json:"name"`
		Namespace string            `json:"namespace"`
		Labels    map[string]string `json:"labels"`
	} `json:"metadata"`
	Spec struct {
		Replicas *int32 `json:"replicas"`
		Selector struct {
			MatchLabels map[string]string `json:"matchLabels"`
		} `json:"selector"`
		Template struct {
			Spec struct {
				Containers []container `json:"containers"`
			} `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
	Status struct {
		ReadyReplicas int32 `json:"readyReplicas"`
	} `json:"status"`
}

type container struct {
	Name    string   `json:"name"`
	Image   string   `json:"image"`
	Command []string `json:"command"`
	Args    []string `json:"args"`
}

// deployments reads the controllers of Flux, wherever they run. instances are
// the values of the instance label that the definitions of Flux have; the
// operator has its own. When only a namespace may be read, the usual one is
// tried.
func (c *client) deployments(ctx context.Context, instances []string) ([]deployment, error) {
	selector := labelPartOf + "=flux"
	if len(instances) > 0 {
		selector = labelInstance + " in (" + strings.Join(append(instances, operatorName), ",") + ")"
	}
	list, err := c.deploymentsAt(ctx, "apis/apps/v1/deployments", selector)
	if isForbidden(err) {
		for _, namespace := range withDefault(instances, defaultFluxNamespace) {
			path := "apis/apps/v1/namespaces/" + url.PathEscape(namespace) + "/deployments"
			if some, nsErr := c.deploymentsAt(ctx, path, selector); nsErr == nil {
				list, err = append(list, some...), nil
			}
		}
	}
	return list, err
}

// operatorName is the release name that the documentation of the Flux Operator
// installs it by, and the name of its Deployment.
const operatorName = "flux-operator"

func withDefault(list []string, fallback string) []string {
	if len(list) == 0 {
		return []string{fallback}
	}
	return list
}

func (c *client) deploymentsAt(ctx context.Context, path, selector string) (list []deployment, err error) {
	err = c.chain(ctx, path, url.Values{"labelSelector": {selector}}, pageSize, func(value jsontext.Value) error {
		var d deployment
		if err := unmarshal(value, &d); err != nil {
			return err
		}
		list = append(list, d)
		return nil
	})
	return list, err
}

// pod is what is read of a controller's Pod.
type pod struct {
	Metadata struct {
		Labels map[string]string `json:"labels"`
	} `json:"metadata"`
	Status struct {
		Conditions []struct {
			Type   string `json:"type"`
			Status string `json:"status"`
			Reason string `json:"reason"`
		} `json:"conditions"`
		Containers []struct {
			RestartCount int32          `json:"restartCount"`
			State        containerState `json:"state"`
			LastState    containerState `json:"lastState"`
		} `json:"containerStatuses"`
	} `json:"status"`
}

type containerState struct {
	Waiting struct {
		Reason string `json:"reason"`
	} `json:"waiting"`
	Terminated struct {
		Reason string `json:"reason"`
	} `json:"terminated"`
}

// pods reads the Pods of a namespace. There are few where Flux is.
func (c *client) pods(ctx context.Context, namespace string) (list []pod, err error) {
	path := "api/v1/namespaces/" + url.PathEscape(namespace) + "/pods"
	err = c.chain(ctx, path, nil, pageSize, func(value jsontext.Value) error {
		var p pod
		if err := unmarshal(value, &p); err != nil {
			return err
		}
		list = append(list, p)
		return nil
	})
	return list, err
}

// owns reports whether a Pod of the same namespace belongs to the Deployment. The
// controllers of Flux select by labels alone.
func (d *deployment) owns(p pod) bool {
	for key, value := range d.Spec.Selector.MatchLabels {
		if p.Metadata.Labels[key] != value {
			return false
		}
	}
	return len(d.Spec.Selector.MatchLabels) > 0
}

// component makes a component of a Deployment and its Pods.
func (d *deployment) component(pods []pod) model.Component {
	c := model.Component{
		Namespace: name(d.Metadata.Namespace), Name: name(d.Metadata.Name),
		Replicas: 1, ReadyReplicas: d.Status.ReadyReplicas,
	}
	if d.Spec.Replicas != nil {
		c.Replicas = *d.Spec.Replicas
	}
	c.Ready = c.Replicas > 0 && c.ReadyReplicas >= c.Replicas
	containers := d.Spec.Template.Spec.Containers
	if len(containers) > 0 {
		// The controllers of Flux call theirs manager; a sidecar may come first.
		manager := max(0, slices.IndexFunc(containers, func(c container) bool { return c.Name == "manager" }))
		c.Image = name(containers[manager].Image)
		c.Version = imageTag(c.Image)
		c.Args = names(append(containers[manager].Command, containers[manager].Args...))
	}
	for _, p := range pods {
		if !d.owns(p) {
			continue
		}
		for _, condition := range p.Status.Conditions {
			if condition.Type == "PodScheduled" && condition.Status == "False" {
				c.Waiting = name(condition.Reason)
			}
		}
		for _, container := range p.Status.Containers {
			c.Restarts += container.RestartCount
			c.OOMKilled = c.OOMKilled || container.State.Terminated.Reason == oomKilled || container.LastState.Terminated.Reason == oomKilled
			switch reason := name(container.State.Waiting.Reason); reason {
			case "", "ContainerCreating", "PodInitializing":
			default:
				c.Waiting = reason
			}
		}
	}
	return c
}

const oomKilled = "OOMKilled"

// imageTag is the tag of an image reference; empty without one.
func imageTag(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		return image[i+1:]
	}
	return ""
}

// imageRegistry is the part of an image reference before the last slash.
func imageRegistry(image string) string {
	image, _, _ = strings.Cut(image, "@")
	return image[:max(0, strings.LastIndexByte(image, '/'))]
}

// readInstallation reads the controllers that run, and says what could not be
// read.
func (c *client) readInstallation(ctx context.Context, definitions []definition, opts Options) (flux model.Installation, labels []map[string]string, problems []model.Problem) {
	deployments, err := c.deployments(ctx, instancesOf(definitions))
	if err != nil {
		return flux, nil, []model.Problem{partProblem("the controllers of Flux", "list on deployments.apps", err, opts)}
	}
	flux.ComponentsRead = true
	pods := map[string][]pod{}
	for _, d := range deployments {
		namespace := d.Metadata.Namespace
		if _, done := pods[namespace]; done {
			continue
		}
		pods[namespace], err = c.pods(ctx, namespace)
		if err != nil {
			problems = append(problems, partProblem("the Pods of the controllers", "list on pods in namespace "+name(namespace), err, opts))
		}
	}
	for _, d := range deployments {
		flux.Components = append(flux.Components, d.component(pods[d.Metadata.Namespace]))
		labels = append(labels, cleanMap(d.Metadata.Labels, ""))
	}
	return flux, labels, problems
}

// instancesOf are the values of the instance label of the definitions.
func instancesOf(definitions []definition) (instances []string) {
	for _, d := range definitions {
		if instance := d.Metadata.Labels[labelInstance]; instance != "" && !slices.Contains(instances, instance) {
			instances = append(instances, instance)
		}
	}
	return instances
}

// describe concludes from labels and objects what the installation is. labels
// are those of the components, in their order.
func describe(flux *model.Installation, labels []map[string]string, definitions []definition, objects []*model.Object) {
	marked := slices.Clone(labels)
	for _, d := range definitions {
		marked = append(marked, d.Metadata.Labels)
	}
	for _, l := range marked {
		// What runs says more than what it runs on, so the components come first.
		flux.Version = cmp.Or(flux.Version, l[labelVersion])
		switch {
		case l[labelManagedBy] == operatorName:
			flux.ManagedBy = operatorName
		case l[fluxkind.GroupKustomize+"/name"] != "":
			// Flux applies itself, which is what bootstrap sets up.
			flux.ManagedBy = cmp.Or(flux.ManagedBy, "bootstrap")
		}
	}
	for _, c := range flux.Components {
		if strings.HasSuffix(c.Name, "-controller") {
			flux.Namespace = c.Namespace
			flux.Registry = imageRegistry(c.Image)
		}
	}
	for _, o := range objects {
		switch s := o.Spec.(type) {
		case *fluxkind.FluxInstance:
			flux.ManagedBy = operatorName
			flux.Namespace = cmp.Or(flux.Namespace, o.Namespace)
		case *fluxkind.FluxReport:
			flux.Version = cmp.Or(flux.Version, s.Distribution.Version)
			flux.Namespace = cmp.Or(flux.Namespace, o.Namespace)
		}
	}
	if instances := instancesOf(definitions); flux.Namespace == "" && len(instances) == 1 {
		flux.Namespace = instances[0]
	}
}
