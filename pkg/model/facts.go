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
	// Objects are the Flux objects of both sides, joined by identity and
	// sorted by ID.
	Objects    []*Object
	RootCauses []RootCause
}
