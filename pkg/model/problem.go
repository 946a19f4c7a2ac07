package model

// Problem is a part of the work that could not be done. A problem never
// aborts a run: the rest is still shown.
type Problem struct {
	// Source is the part that had the problem: cluster, repository, docs or
	// session.
	Source string
	// Code is stable and made for scripts, for example ClusterUnreachable.
	Code string
	// Message says what happened; lower case, one sentence.
	Message string
	// Hint says what to do next.
	Hint string
}
