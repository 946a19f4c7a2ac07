// Package status judges live Flux objects: in which state each is, and which
// object is the root cause when others wait. It is pure: it does no I/O, and the
// time comes from the caller.
package status

import (
	"strconv"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Condition types, from fluxcd/pkg/apis/meta and the APIs of the controllers.
const (
	ready              = "Ready"
	stalled            = "Stalled"
	reconciling        = "Reconciling"
	released           = "Released"           // HelmRelease
	remediated         = "Remediated"         // HelmRelease
	drifted            = "Drifted"            // HelmRelease, since helm-controller 1.6
	artifactOutdated   = "ArtifactOutdated"   // sources
	includeUnavailable = "IncludeUnavailable" // GitRepository
)

// Reasons that change the verdict on Ready=False.
const (
	dependencyNotReady  = "DependencyNotReady"
	healthCheckFailed   = "HealthCheckFailed"
	healthCheckCanceled = "HealthCheckCanceled"
)

const (
	// settling is how long a new object, or a request to reconcile, may go
	// without an answer before somebody should look at the controller.
	settling = 2 * time.Minute
	// requestedAt asks a controller to reconcile now; it answers by copying
	// the value to status.lastHandledReconcileAt.
	requestedAt = "reconcile.fluxcd.io/requestedAt"
)

// Sub-states.
const (
	subRetrying        = "retrying"
	subRolledBack      = "rolled back"
	subUninstalled     = "uninstalled"
	subServing         = "serving last good revision "
	subOverdue         = "overdue"
	subDrifted         = "drifted"
	subNotPickedUp     = "request not picked up"
	subNotObserved     = "spec not observed"
	subBehind          = "behind its source"
	subOutdated        = "artifact outdated"
	subNoInclude       = "include unavailable"
	subStatic          = "static"
	subLastRunFailed   = "last run failed"
	subDependency      = "dependency"
	subSource          = "source"
	subChildren        = "children"
	subRetryDue        = "retry due"
	subReadyExpr       = "readyExpr is not true"
	subNoDependency    = "missing dependency"
	subNoSource        = "missing source"
	subNotRead         = "not read"
	subCycle           = "dependency cycle"
	subNeverReconciled = "never reconciled"
)

// Lookup says what is known of an object that others name: the object itself
// when it is present and its status is known; otherwise whether it is known to
// be absent.
type Lookup func(model.ID) (*model.Object, model.Presence)

// Assess judges one object by the ordered classification that fits what the
// controllers write: the first step that applies decides. It sees no dependency
// cycles, which show only in the whole graph; see Judge.
func Assess(o *model.Object, lookup Lookup, now time.Time) model.Assessment {
	row, _ := fluxkind.Lookup(o.Group, o.Kind)
	switch {
	case !o.DeletionTimestamp.IsZero():
		return terminating(o)
	case suspended(o, row):
		// What is switched off is not late: without a clock, nothing is.
		underlying := withoutSuspend(o, row, lookup, time.Time{})
		sub := []string{string(underlying.State)}
		if len(o.Status.Conditions) == 0 && underlying.State != model.StateReady {
			sub = []string{subNeverReconciled}
		} else if underlying.SubState != "" && underlying.State != model.StateReconciling {
			sub = append(sub, underlying.SubState)
		}
		return model.Assessment{
			State: model.StateSuspended, SubState: join(sub),
			Reason: underlying.Reason, Message: underlying.Message, Since: suspendedSince(o),
		}
	}
	return withoutSuspend(o, row, lookup, now)
}

// terminating explains with the finalizers, and with what the controller last
// said: a release that cannot be uninstalled is the usual cause.
func terminating(o *model.Object) model.Assessment {
	a := model.Assessment{State: model.StateTerminating, Since: o.DeletionTimestamp}
	if len(o.Finalizers) > 0 {
		a.SubState = "waits for finalizer " + strings.Join(o.Finalizers, ", ")
	}
	if c := o.Status.Condition(ready); c != nil {
		a.Reason, a.Message = c.Reason, c.Message
	}
	return a
}

func suspended(o *model.Object, row fluxkind.Kind) bool {
	return o.Spec != nil && o.Spec.Suspended() ||
		row.DisabledBy != "" && o.Annotations[row.DisabledBy] == "disabled"
}

// suspendedSince is when the last owner of spec.suspend wrote the object: a best
// effort, since nothing records it.
func suspendedSince(o *model.Object) (since time.Time) {
	for _, manager := range o.ManagedFields {
		if manager.OwnsSuspend && manager.Time.After(since) {
			since = manager.Time
		}
	}
	return since
}

// withoutSuspend is the state that an object has, or would have if it were not
// suspended.
func withoutSuspend(o *model.Object, row fluxkind.Kind, lookup Lookup, now time.Time) model.Assessment {
	if o.Kind == "Canary" && o.Group == fluxkind.GroupFlagger {
		return assessCanary(o, now)
	}
	if len(o.Status.Conditions) == 0 {
		return withoutConditions(o, row, now)
	}
	if c := o.Status.Condition(stalled); isTrue(c) {
		return assessStalled(o, c)
	}
	c := o.Status.Condition(ready)
	switch {
	case c != nil && c.Status == "False":
		return notReady(o, row, c, lookup, now)
	case isTrue(o.Status.Condition(reconciling)), c != nil && c.Status == "Unknown":
		return inProgress(o, row, now)
	case isTrue(c) && !observed(o, c):
		sub := []string{subNotObserved}
		if requestIgnored(o, row, now) {
			sub = append(sub, subNotPickedUp)
		}
		return model.Assessment{State: model.StateReconciling, SubState: join(sub), Reason: c.Reason, Message: c.Message}
	case isTrue(c):
		return working(o, row, c, lookup, now)
	}
	return model.Assessment{State: model.StateUnknown, Message: "no condition says whether it works"}
}

// withoutConditions judges an object that nobody has reported on.
func withoutConditions(o *model.Object, row fluxkind.Kind, now time.Time) model.Assessment {
	switch {
	case static(o, row):
		return model.Assessment{State: model.StateReady, SubState: subStatic, Since: o.CreationTimestamp}
	case o.Kind == "ExternalArtifact" && o.Status.Artifact != nil:
		return model.Assessment{State: model.StateReady, Since: o.Status.Artifact.LastUpdateTime}
	case now.Sub(o.CreationTimestamp) < settling:
		return model.Assessment{State: model.StateReconciling, SubState: "new", Since: o.CreationTimestamp}
	}
	return model.Assessment{
		State: model.StateUnknown, Since: o.CreationTimestamp,
		Message: "no controller has reported on it",
	}
}

// static is true for objects that no controller reports on: they are in order as
// soon as they exist.
func static(o *model.Object, row fluxkind.Kind) bool {
	if len(o.Status.Conditions) > 0 {
		return false
	}
	repository, ok := o.Spec.(*fluxkind.HelmRepository)
	return row.Static || ok && repository.Type == "oci"
}

// assessStalled judges what will not be tried again before somebody changes it.
func assessStalled(o *model.Object, c *model.Condition) model.Assessment {
	a := model.Assessment{State: model.StateStalled, Reason: c.Reason, Message: c.Message, Since: c.LastTransitionTime}
	sub := failureNotes(o)
	if c.ObservedGeneration > 0 && c.ObservedGeneration < o.Generation {
		sub = append(sub, subNotObserved)
	}
	a.SubState = join(sub)
	// "Failed to upgrade after 2 attempt(s)" does not say why.
	if failure := o.Status.Condition(released); failure != nil && failure.Status == "False" && failure.Message != "" && failure.Message != c.Message {
		a.Message = strings.TrimSpace(c.Message + ": " + failure.Message)
	}
	return a
}

// notReady judges Ready=False.
func notReady(o *model.Object, row fluxkind.Kind, c *model.Condition, lookup Lookup, now time.Time) model.Assessment {
	a := model.Assessment{State: model.StateFailed, Reason: c.Reason, Message: c.Message, Since: failingSince(o, c)}
	if c.Reason == healthCheckCanceled {
		return inProgress(o, row, now)
	}
	wait := waitOf(o, lookup)
	if wait.sub != "" {
		a.State, a.SubState = wait.state, wait.sub
		return a
	}
	var sub []string
	if isTrue(o.Status.Condition(reconciling)) {
		sub = append(sub, subRetrying)
	}
	sub = append(sub, failureNotes(o)...)
	if wait.note != "" {
		sub = append(sub, wait.note)
	}
	if requestIgnored(o, row, now) {
		sub = append(sub, subNotPickedUp)
	}
	a.SubState = join(sub)
	return a
}

// failureNotes say what still runs although the object failed.
func failureNotes(o *model.Object) (notes []string) {
	if c := o.Status.Condition(remediated); isTrue(c) {
		if strings.HasPrefix(c.Reason, "Uninstall") {
			notes = append(notes, subUninstalled)
		} else {
			notes = append(notes, subRolledBack)
		}
	}
	if o.Status.Artifact != nil && o.Status.Artifact.Revision != "" {
		notes = append(notes, subServing+o.Status.Artifact.Revision)
	}
	return notes
}

// failingSince is when the failure began. Controllers flip Ready at each try, so
// an abnormal condition with the same reason that has stayed, or the runs in the
// history since the last success, may be older.
func failingSince(o *model.Object, c *model.Condition) time.Time {
	since := c.LastTransitionTime
	earlier := func(at time.Time) {
		if !at.IsZero() && at.Before(since) {
			since = at
		}
	}
	for i := range o.Status.Conditions {
		other := &o.Status.Conditions[i]
		abnormal := other.Status == "True" && other.Type != reconciling || other.Type == released && other.Status == "False"
		if abnormal && other.Reason == c.Reason {
			earlier(other.LastTransitionTime)
		}
	}
	// Kustomizations and the kinds of the operator write the reason of Ready; a
	// HelmRelease writes the state of the release, which is no reason.
	var first, success time.Time
	for _, run := range o.Status.History {
		if run.Status != c.Reason {
			success = run.LastAt
			break
		}
		if first.IsZero() || run.FirstAt.Before(first) {
			first = run.FirstAt
		}
	}
	// A result that came back keeps the time at which it was first seen.
	if !first.IsZero() && first.Before(success) {
		first = success
	}
	earlier(first)
	return since
}

// inProgress judges work that goes on.
func inProgress(o *model.Object, row fluxkind.Kind, now time.Time) model.Assessment {
	a := model.Assessment{State: model.StateReconciling}
	c := o.Status.Condition(reconciling)
	if c == nil {
		c = o.Status.Condition(ready)
	}
	a.Reason, a.Message, a.Since = c.Reason, c.Message, c.LastTransitionTime
	var sub []string
	// A health check that fails flips between Unknown and False; the history
	// remembers how the last run ended.
	if len(o.Status.History) > 0 && o.Kind == "Kustomization" {
		if last := o.Status.History[0].Status; last != "" && last != "ReconciliationSucceeded" {
			sub = append(sub, subLastRunFailed+": "+last)
		}
	}
	if !a.Since.IsZero() && now.Sub(a.Since) > 2*timeoutOf(o) {
		sub = append(sub, subOverdue)
	}
	if requestIgnored(o, row, now) {
		sub = append(sub, subNotPickedUp)
	}
	a.SubState = join(sub)
	return a
}

// timeoutOf is how long one reconciliation may take: spec.timeout, or the
// default of the controller.
func timeoutOf(o *model.Object) time.Duration {
	first := func(durations ...fluxkind.Duration) time.Duration {
		for _, d := range durations {
			if value, ok := d.Value(); ok {
				return value
			}
		}
		return 0
	}
	const sourceTimeout, releaseTimeout = "60s", "5m"
	switch s := o.Spec.(type) {
	case *fluxkind.Kustomization:
		return first(s.Timeout, s.Interval, releaseTimeout)
	case *fluxkind.GitRepository:
		return first(s.Timeout, sourceTimeout)
	case *fluxkind.OCIRepository:
		return first(s.Timeout, sourceTimeout)
	case *fluxkind.HelmRepository:
		return first(s.Timeout, sourceTimeout)
	case *fluxkind.Bucket:
		return first(s.Timeout, sourceTimeout)
	case *fluxkind.HelmChart:
		return first(sourceTimeout)
	case *fluxkind.ImageRepository:
		return first(s.Timeout, sourceTimeout)
	case *fluxkind.HelmRelease:
		return first(s.Timeout, releaseTimeout)
	}
	return first(releaseTimeout)
}

// observed reports whether Ready=True is about the current spec. Some older
// controllers leave the generation of the condition at 0.
func observed(o *model.Object, c *model.Condition) bool {
	generation := c.ObservedGeneration
	if generation == 0 {
		generation = o.Status.ObservedGeneration
	}
	return generation == 0 || generation >= o.Generation
}

// working judges Ready=True, with what deserves a note nevertheless.
func working(o *model.Object, row fluxkind.Kind, c *model.Condition, lookup Lookup, now time.Time) model.Assessment {
	a := model.Assessment{State: model.StateReady, Reason: c.Reason, Message: c.Message, Since: c.LastTransitionTime}
	var notes []string
	note := func(applies bool, text string) {
		if applies {
			notes = append(notes, text)
		}
	}
	note(isTrue(o.Status.Condition(drifted)), subDrifted)
	note(requestIgnored(o, row, now), subNotPickedUp)
	note(behind(o, lookup), subBehind)
	note(isTrue(o.Status.Condition(artifactOutdated)), subOutdated)
	note(lateRun(o, now), subOverdue)
	note(isTrue(o.Status.Condition(includeUnavailable)), subNoInclude)
	a.SubState = join(notes)
	return a
}

// requestIgnored is true when a request to reconcile has had no answer for some
// time. A value whose age cannot be told is left alone, and so are kinds that
// record no answers.
func requestIgnored(o *model.Object, row fluxkind.Kind, now time.Time) bool {
	request := o.Annotations[requestedAt]
	if request == "" || request == o.Status.LastHandledReconcileAt || row.Kind == "" || row.Static || row.Kind == "FluxReport" {
		return false
	}
	at, err := time.Parse(time.RFC3339, request)
	if err != nil {
		seconds, err := strconv.ParseInt(request, 10, 64)
		if err != nil {
			return false
		}
		at = time.Unix(seconds, 0)
	}
	return now.Sub(at) > settling
}

// behind is true when a Kustomization has not applied what its source serves.
func behind(o *model.Object, lookup Lookup) bool {
	s, ok := o.Spec.(*fluxkind.Kustomization)
	if !ok || o.Status.LastAppliedRevision == "" {
		return false
	}
	for _, ref := range s.References(o.ID) {
		if ref.Relation == model.RelationSource {
			source, _ := lookup(ref.Target)
			return source != nil && source.Status.Artifact != nil && source.Status.Artifact.Revision != "" &&
				source.Status.Artifact.Revision != o.Status.LastAppliedRevision
		}
	}
	return false
}

// lateRun is true when the last run of a Kustomization, which the history
// records since Flux 2.7, is older than two intervals.
func lateRun(o *model.Object, now time.Time) bool {
	s, ok := o.Spec.(*fluxkind.Kustomization)
	if !ok || len(o.Status.History) == 0 || o.Status.History[0].LastAt.IsZero() {
		return false
	}
	interval, ok := s.Interval.Value()
	return ok && now.Sub(o.Status.History[0].LastAt) > 2*interval
}

func isTrue(c *model.Condition) bool { return c != nil && c.Status == "True" }

func join(sub []string) string { return strings.Join(sub, ", ") }
