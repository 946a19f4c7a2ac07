package rules

import (
	"fmt"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// age is how long ago something was, 0 when nobody knows.
func (x *index) age(t time.Time) time.Duration {
	if t.IsZero() || x.Now.Before(t) {
		return 0
	}
	return x.Now.Sub(t)
}

// sinceWords is " for 3h", or nothing when the time is not known.
func (x *index) sinceWords(t time.Time) string {
	if age := x.age(t); age > 0 {
		return " for " + words(age)
	}
	return ""
}

// words writes a duration in its largest unit.
func words(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd", int(d.Hours()/24))
	case d >= time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	case d >= time.Minute:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}

// failingFor is true when an object has not worked for longer than d.
func (x *index) failingFor(object *model.Object, d time.Duration) bool {
	return failing(object) && x.age(object.Assessment.Since) > d
}

// suspendedSince is when the manager that owns spec.suspend last wrote the
// object, the best guess there is; zero when nobody owns the field.
func (x *index) suspendedSince(object *model.Object) time.Time {
	var last time.Time
	for _, manager := range object.ManagedFields {
		if manager.OwnsSuspend && manager.Time.After(last) {
			last = manager.Time
		}
	}
	return last
}
