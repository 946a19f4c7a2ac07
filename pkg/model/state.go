package model

import "time"

// State is the verdict of the ordered classification over one live object.
type State string

// The states, most urgent first. StateNone is for objects that no cluster
// judged.
const (
	StateFailed      State = "Failed"      // will be retried, does not work now
	StateStalled     State = "Stalled"     // will not be retried until something changes
	StateTerminating State = "Terminating" // deleted, finalizers pending
	StateWaiting     State = "Waiting"     // blocked by another object
	StateUnknown     State = "Unknown"     // nothing can be concluded
	StateReconciling State = "Reconciling" // work in progress
	StateSuspended   State = "Suspended"   // switched off
	StateReady       State = "Ready"
	StateNone        State = ""
	// StateMissing is for root causes only: an object that others wait for and
	// that does not exist.
	StateMissing State = "Missing"
)

// States lists every state that an object can be in, most urgent first.
func States() []State {
	return []State{
		StateFailed, StateStalled, StateTerminating, StateWaiting,
		StateUnknown, StateReconciling, StateSuspended, StateReady,
	}
}

// Urgency orders states for people: 0 is the most urgent.
func (s State) Urgency() int {
	for i, known := range States() {
		if s == known {
			return i
		}
	}
	return len(States())
}

// Healthy is true for states that need nobody's attention.
func (s State) Healthy() bool {
	return s == StateReady || s == StateReconciling || s == StateNone
}

// Assessment is the outcome of the classification, with the evidence a reader
// needs: the controller's reason and message.
type Assessment struct {
	State State
	// SubState refines State in words, for example "retrying" or "dependency";
	// several are joined by ", ".
	SubState string
	Reason   string
	Message  string
	// Since is when the object came into this state; zero when unknown.
	Since time.Time
}

// RootCause is an object that neither works nor waits, with all that waits
// for it.
type RootCause struct {
	Object  ID
	State   State
	Reason  string
	Message string
	// Location is where the repository defines the object, when it does.
	Location Location
	// Commit is the last one that changed that file; nil when unknown.
	Commit *Commit
	// Evidence are the places of the repository that the message is about, as
	// far as they can be told for sure.
	Evidence []Evidence
	Blocks   []ID
	// Cycle is the path of a dependency cycle, first member repeated at the
	// end; empty otherwise.
	Cycle []ID
}
