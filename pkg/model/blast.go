package model

// Deletion is what changes since Base will make a controller delete.
type Deletion struct {
	// Owner is the Flux object that deletes, or that goes itself with what it
	// made.
	Owner  ID
	Action DeletionAction
	// Cluster is the folder of the root that the owner comes from; empty when
	// the cluster itself was asked.
	Cluster string
	// Location is where the owner, or for a prune the first object that goes,
	// stood in Base.
	Location Location
	Stage    ChangeStage
	// Message says it in one sentence.
	Message string
	// Inventory says where Objects come from.
	Inventory InventorySource
	// Objects go, sorted; for a handover they are those that change hands.
	Objects []DeletedObject
	// Kept stay although they are no longer built, with the reason.
	Kept []KeptObject
	// To takes Objects over.
	To ID
}

// DeletedObject is an object that goes, and where it stood in Base.
type DeletedObject struct {
	ID
	Location Location
}

// KeptObject is an object that stays.
type KeptObject struct {
	ID
	Reason string
}

// DeletionAction says how objects go.
type DeletionAction string

// The ways in which objects go.
const (
	DeletePrune     DeletionAction = "prune"     // no longer built by what pruned it
	DeleteOwner     DeletionAction = "delete"    // the owner goes, and takes what it applied along
	DeleteUninstall DeletionAction = "uninstall" // a HelmRelease goes
	DeleteReinstall DeletionAction = "reinstall" // a release changes what Helm cannot change
	DeleteHandover  DeletionAction = "handover"  // nothing has to go, but the order decides
)

// ChangeStage says how far a change has come.
type ChangeStage string

// The stages.
const (
	StageUncommitted ChangeStage = "uncommitted"
	StageNotPushed   ChangeStage = "notPushed"
	StageNotApplied  ChangeStage = "notApplied"
	StageCommitted   ChangeStage = "committed" // on HEAD; what the remote and the cluster have is not known
)

// InventorySource says where a list of objects comes from.
type InventorySource string

// The sources.
const (
	InventoryLive     InventorySource = "live"
	InventoryRendered InventorySource = "rendered" // what Base amounts to
	InventoryUnknown  InventorySource = "unknown"
)

// Ownership tells what is not applied by exactly one Flux object.
type Ownership struct {
	// Shared objects are in the inventories of several owners.
	Shared []SharedObject
	// Contested objects would be applied by several owners of one cluster.
	Contested []SharedObject
	// Orphans are live Flux objects that say by their labels that a Flux object
	// applied them, but that are in no inventory of it.
	Orphans []Orphan
}

// SharedObject is an object of several owners.
type SharedObject struct {
	ID
	Owners []ID
	// Locations are where each owner's object is written; empty for live ones.
	Locations []Location
}

// Orphan is an object that its owner no longer knows. OwnerExists is false when
// the owner is gone, too.
type Orphan struct {
	ID
	Owner       ID
	OwnerExists bool
}
