package model

import "time"

// LiveObject is an object of any kind as the cluster has it: what a Flux object
// applies, a workload, or a Pod.
type LiveObject struct {
	ID
	Labels      map[string]string
	Annotations map[string]string
	// Controller is the object that made this one and keeps it, as the
	// ReplicaSet of a Pod; zero when there is none.
	Controller ID
	// Presence is PresenceUnknown when the object could not be read; then
	// Message says why.
	Presence Presence
	// State is Ready, Reconciling, Failed, Terminating or Unknown, Reason and
	// Message say why: for a Pod what its container waits for, for a workload
	// how many of its Pods are ready.
	State   State
	Reason  string
	Message string
	Since   time.Time
	// Children are the Pods of a workload that do not run, those that tell
	// most first.
	Children []LiveObject
	// Events are warnings about the object, most recent first.
	Events []Event
}
