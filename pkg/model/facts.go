package model

import "time"

// Facts is all that is known when rules and guidance run. Everything in it is
// data: the same facts give the same findings.
type Facts struct {
	// Now is the time at which the facts were collected.
	Now time.Time
	// Focus lists the topics asked for, in order; empty means all.
	Focus []string
	// Cluster is nil when no cluster was read.
	Cluster *Cluster
	// Repository is nil when no repository was read.
	Repository *Repository
	// Rendering is what the repository amounts to as Flux builds it; nil when
	// nothing was rendered.
	Rendering *Rendering
	// Sync is nil unless both sides were read.
	Sync *Sync
	// History is nil when no log was read.
	History *History
	// Base is what the repository is compared with; nil when with nothing.
	Base *Base
	// Objects are the Flux objects of both sides, joined by identity and
	// sorted by ID.
	Objects    []*Object
	RootCauses []RootCause
	// Versions is nil unless both sides were read and belong together.
	Versions *Versions
	// References are the Secrets, ConfigMaps and service accounts that Objects
	// name.
	References []NamedReference
}

// Base is an earlier state of the repository: a commit that what is here now is
// compared with.
type Base struct {
	// Reason says why it was taken, Revision what led to it: what was asked for,
	// the name of the upstream branch, or the revision that the cluster applied.
	Reason   BaseReason
	Revision string
	// Commit is the full object name: the newest commit that Revision and HEAD
	// share, so that what happened elsewhere since is not taken for a change here.
	Commit     string
	Repository *Repository
	Rendering  *Rendering
}

// BaseReason says why a commit is what the repository is compared with.
type BaseReason string

// The reasons.
const (
	BaseNamed    BaseReason = "named"    // somebody asked for it
	BaseApplied  BaseReason = "applied"  // the cluster runs it
	BaseUpstream BaseReason = "upstream" // the remote has it
	BaseHead     BaseReason = "head"     // it is checked out, without what was changed since
)
