package model

import "time"

// Drift is one field of a Flux object that is not in the cluster as the
// repository has it.
type Drift struct {
	// Field is its path, for example spec.interval.
	Field string
	// Git and Cluster are the values as compact JSON; empty for a side that does
	// not have the field, and for what may be secret or is long.
	Git     string
	Cluster string
	// Location is the line of Field in the repository, or the nearest to it.
	Location
	// Pending is true when files that make the object have changed here since
	// they were applied: the difference need not be drift.
	Pending bool
	// Manager is the tool that set the field in the cluster, Time when; zero
	// when the object does not tell.
	Manager string
	Time    time.Time
	// Text says it in one sentence.
	Text string
}
