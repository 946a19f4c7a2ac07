package model

// Why is the whole chain of one thing: what makes it, and what keeps it from
// working.
type Why struct {
	// Subject is the object that was asked about; zero for a file.
	Subject ID
	// Chains lead from the object that nothing else applies to the subject.
	// There is one, unless several clusters of the repository have the subject
	// and no cluster was read.
	Chains []Chain
	// Causes are the root causes in the way of the subject.
	Causes []WhyCause
}

// Chain is who applies whom, the subject last.
type Chain struct {
	// Cluster is the cluster of the repository that has the chain; empty when
	// it cannot be told or a cluster was read.
	Cluster string
	Links   []Link
}

// Link is one object of a chain.
type Link struct {
	ID
	Presence   Presence
	Assessment Assessment
	// Revision is what the object has applied, or fetched.
	Revision string
	// Path is the folder that a Kustomization builds, Chart what a release
	// installs; empty for others.
	Path  string
	Chart string
	// Location is where the repository defines the object, Commit the last one
	// that changed the file, Changes are the places that change the object on
	// the way.
	Location Location
	Commit   *Commit
	Changes  []Evidence
	// Source is what the object takes its content from; nil for those that
	// take none.
	Source *Link
	// URL is where a source fetches from.
	URL string
	// Note says why only one side has the object; may be empty.
	Note string
	// Sync says in one sentence what lies between the clone and what the object
	// has fetched or applied; empty when nothing does.
	Sync string
	// Drift is what is not in the cluster as the repository has it.
	Drift []Drift
}

// WhyCause is a root cause with what stands behind it.
type WhyCause struct {
	RootCause
	// Behind are the objects to look at in the cluster: those that the cause
	// applies, and which do not work.
	Behind []LiveObject
	Events []Event
	Fix    []string
	Page   string
}

// FileUse is what one owner makes of a file.
type FileUse struct {
	Cluster string
	// Owner builds the file, Location is where it is written.
	Owner ID
	Location
	// Defines are the objects that the file defines, Changes those that it
	// changes.
	Defines []ID
	Changes []ID
	// ListedBy are the entries of kustomizations that name the file or its
	// folder: while they stay, the build without the file fails.
	ListedBy []Evidence
	// Pruned are the objects that the owner deletes when the file no longer
	// counts, Follows those that go with them, Left those that stay behind.
	Pruned  []ID
	Follows []ID
	Left    []ID
	// Live is true when Pruned was held against the inventory of the cluster.
	Live bool
	// Note says what else happens without the file; may be empty.
	Note string
}
