package model

import "time"

// Sync says how the clone and the cluster belong together.
type Sync struct {
	// Sources are those of the cluster that fetch this repository, sorted by ID.
	Sources []SyncedSource
	// Root is the object that applies the folder of this cluster, Path that
	// folder relative to the scanned one, empty for the whole of it. Root is
	// zero when none can be told.
	Root ID
	Path string
	// Given is the folder that somebody named as that of the cluster; empty
	// when it had to be found.
	Given string
	// Mismatch says in one sentence why this clone is not what the cluster
	// syncs; empty when it is, and when nobody can tell.
	Mismatch string
	// Kustomizations are those that apply something of Sources, sorted by ID.
	Kustomizations []SyncedKustomization
}

// Matched is true when the cluster fetches this repository.
func (s *Sync) Matched() bool { return s != nil && len(s.Sources) > 0 }

// SyncedSource compares what a source has fetched with the clone.
type SyncedSource struct {
	ID
	URL string
	// Remote is the remote of the clone with that URL.
	Remote   string
	Branch   string // empty when a tag, a version or a commit is followed
	Interval time.Duration
	// Fetched is the commit of the source's artifact, or the one that it was
	// built of.
	Fetched string
	// Artifact is the revision of an OCI artifact that says by its annotations
	// that it was built of this repository; empty for a Git source.
	Artifact string
	// Upstream is the clone's copy of the branch, for example origin/main;
	// empty when it has none.
	Upstream string
	// MergeBase is the newest commit that the fetched one and HEAD share.
	MergeBase string
	// NotPushed are on HEAD but not on Upstream, NotFetched on Upstream but not
	// fetched, NotHere fetched but not on HEAD.
	NotPushed, NotFetched, NotHere Commits
	// Summary says it in one sentence; empty when nothing lies between.
	Summary string
}

// SyncedKustomization compares what a Kustomization has applied with the clone.
type SyncedKustomization struct {
	ID
	Source ID
	// Path is the folder that it builds, relative to the scanned one.
	Path      string
	Applied   string
	Attempted string
	// NotApplied are fetched but not applied, Pending are on HEAD, not applied,
	// and change files that the Kustomization builds.
	NotApplied, Pending Commits
	// Inventory are the objects that it has applied, and those that it would
	// apply of this repository, sorted by ID.
	Inventory []InventoryObject
	// Summary says it in one sentence; empty when what was fetched is applied.
	Summary string
}

// InventoryObject is one object of a Kustomization, of any kind.
type InventoryObject struct {
	ID
	// Origin has FromCluster for what the inventory lists, FromRepository for
	// what this repository makes.
	Origin Origin
	// Location is what defines the object in the repository, Commit the last one
	// that changed that file.
	Location Location
	Commit   *Commit
	// Absence is why only one side has it; nil when that cannot be told.
	Absence *Absence
}

// Commits are some commits of the log, newest first. AtLeast is true when there
// may be more than were read.
type Commits struct {
	List    []Commit
	AtLeast bool
}

// Absence is why only one side has an object.
type Absence struct {
	// From is the side that lacks it.
	From    Origin
	Reason  AbsenceReason
	Message string
	// Expected absences need nobody's attention.
	Expected bool
}

// AbsenceReason is the reason in one word.
type AbsenceReason string

// Why the cluster lacks an object.
const (
	AbsentNotCommitted AbsenceReason = "NotCommitted" // its file is changed or new here
	AbsentNotApplied   AbsenceReason = "NotApplied"   // its commit is not applied yet
	AbsentSuspended    AbsenceReason = "Suspended"    // what applies it is suspended
	AbsentFailing      AbsenceReason = "Failing"      // what applies it fails
	AbsentOtherCluster AbsenceReason = "OtherCluster" // only other clusters build it
	AbsentNotBuilt     AbsenceReason = "NotBuilt"     // nothing builds its file
	AbsentDeleted      AbsenceReason = "Deleted"      // applied, but not there
)

// Why the repository lacks an object.
const (
	AbsentOtherRepository AbsenceReason = "OtherRepository" // made from another repository
	AbsentOtherBranch     AbsenceReason = "OtherBranch"     // made from another branch of this one
	AbsentRemoved         AbsenceReason = "Removed"         // no longer in Git, pruned when that is applied
	AbsentOrphan          AbsenceReason = "Orphan"          // left behind: in no inventory
	AbsentByResourceSet   AbsenceReason = "ByResourceSet"
	AbsentByHelm          AbsenceReason = "ByHelm"
	AbsentByFlux          AbsenceReason = "ByFlux" // made by another Flux object, as HelmCharts are
	AbsentByHand          AbsenceReason = "ByHand"
)
