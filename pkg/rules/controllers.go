package rules

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// hasControllers is true when the cluster said which Flux controllers run.
func (x *index) hasControllers() bool {
	return x.Cluster != nil && x.Cluster.Flux.ComponentsRead && len(x.Cluster.Flux.Components) > 0
}

// component finds a controller by name, nil when it does not run or nobody
// knows.
func (x *index) component(name string) *model.Component {
	if x.Cluster == nil {
		return nil
	}
	for i := range x.Cluster.Flux.Components {
		if component := &x.Cluster.Flux.Components[i]; component.Name == name {
			return component
		}
	}
	return nil
}

// flagOn is true when a controller runs with a boolean flag.
func flagOn(component *model.Component, name string) bool {
	if component == nil {
		return false
	}
	value, given := component.Flag(name)
	return given && value == "true"
}

// gate reads a feature gate of a controller from --feature-gates=A=true,B=false.
func gate(component *model.Component, name string) (on, given bool) {
	if component == nil {
		return false, false
	}
	value, _ := component.Flag("feature-gates")
	for _, pair := range strings.Split(value, ",") {
		if feature, state, _ := strings.Cut(strings.TrimSpace(pair), "="); feature == name {
			return state == "true", true
		}
	}
	return false, false
}

// deploymentID is the identity of a controller's Deployment.
func deploymentID(component *model.Component) model.ID {
	return model.ID{Group: "apps", Kind: "Deployment", Namespace: component.Namespace, Name: component.Name}
}

// controllerOf is the controller that reconciles an object.
func controllerOf(object *model.Object) string {
	row, ok := fluxkind.Lookup(object.Group, object.Kind)
	if !ok {
		return "source-controller"
	}
	return row.Controller
}
