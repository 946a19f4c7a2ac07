package status

import (
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// assessCanary judges a Canary by its phase: Flagger writes a condition Promoted
// instead of Ready. The phases are those of CanaryPhase in the API of Flagger
// 1.x.
func assessCanary(o *model.Object, now time.Time) model.Assessment {
	a := model.Assessment{State: model.StateUnknown, SubState: o.Status.Phase}
	if c := o.Status.Condition("Promoted"); c != nil {
		a.Reason, a.Message, a.Since = c.Reason, c.Message, c.LastTransitionTime
	}
	switch o.Status.Phase {
	case "Initialized", "Succeeded":
		a.State = model.StateReady
	case "Initializing", "Waiting", "Progressing", "WaitingPromotion", "Promoting", "Finalising":
		a.State = model.StateReconciling
	case "Failed":
		a.State = model.StateFailed
	case "Terminating", "Terminated":
		a.State = model.StateTerminating
	case "":
		a.Since, a.Message = o.CreationTimestamp, "no controller has reported on it"
		if now.Sub(o.CreationTimestamp) < settling {
			a.State, a.SubState, a.Message = model.StateReconciling, "new", ""
		}
	}
	return a
}
