package rules

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

var ops05 = Rule{
	ID:       "OPS-05",
	Title:    "An object has failed for more than a day, and no Alert covers it",
	Severity: v1alpha1.SeverityWarning,
	Why:      "It took nobody to notice it, and will again.",
	Fix:      "Add an Alert that covers the object.",
	Guard:    "Alerts of the cluster and of the repository count, suspended ones do not; Alerts by label are taken to cover. One finding for all.",
	Since:    "0.1.0",
	Page:     pageMonitoring + "alerts/",
	Focus:    []string{"monitoring"},
	check:    checkUnalerted,
}

func checkUnalerted(p *pass) {
	var silent []*model.Object
	total := 0
	for _, object := range p.objects {
		if !p.failingFor(object, 24*time.Hour) {
			continue
		}
		if total++; !p.alerted(object) {
			silent = append(silent, object)
		}
	}
	p.reportAll(silent, total, "objects that have failed for more than a day are covered by no Alert", "metadata.name",
		fmt.Sprintf("flux create alert failures --provider-ref PROVIDER --event-severity error --event-source %s --export", firstSelector(silent)))
}

func firstSelector(objects []*model.Object) string {
	if len(objects) == 0 {
		return ""
	}
	return objects[0].Kind + "/*." + objects[0].Namespace
}

// alerted is true when some Alert reports the events of an object.
func (x *index) alerted(object *model.Object) bool {
	for alert, spec := range specs[*fluxkind.Alert](x) {
		if spec.Suspended() {
			continue
		}
		for _, source := range spec.EventSources {
			if source.Kind == object.Kind && orDefault(source.Namespace, alert.Namespace) == object.Namespace && (source.Name == "*" || source.Name == object.Name) {
				return true
			}
		}
	}
	return false
}
