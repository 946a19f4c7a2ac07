package model

// ServedAPI is a kind that a cluster serves, with its versions in the server's
// order of preference.
type ServedAPI struct {
	Group    string
	Kind     string
	Versions []string
}

// Versions compares the API versions of the repository with what the cluster
// serves now, and after the upgrades that are pending in Git.
type Versions struct {
	// Pending are the versions that Git asks for and the cluster does not have.
	Pending []PendingVersion
	// APIs are the API versions of what this cluster builds, by apiVersion and
	// kind.
	APIs []APIUse
	// Stored are versions in which objects may be stored and that no longer
	// are, or after the upgrade will no longer be, served.
	Stored []StoredVersion
}

// PendingVersion is an upgrade, or a downgrade, that is in Git.
type PendingVersion struct {
	// What is Flux, or the name of a chart that installs it.
	What     string
	From, To string
	// Object is the one that asks for it; zero for the manifests of Flux.
	Object ID
	Location
}

// APIUse is one API version of one kind in Git.
type APIUse struct {
	APIVersion string
	Kind       string
	Count      int
	// Places are the first that use it.
	Places []Evidence
	Served APIState
	// ServedVersions are what the cluster serves in its place, or beside it.
	ServedVersions []string
	// RemovedIn is the release that no longer serves it, for example "Flux 2.8";
	// empty when none is known.
	RemovedIn string
	// Breaks is true when an upgrade in Git removes what is served now.
	Breaks bool
	// Instead is the version to write; empty when there is none.
	Instead string
}

// APIState says whether the cluster serves an API version.
type APIState string

// The states of an API version.
const (
	APIServed    APIState = "yes"
	APINotServed APIState = "no"      // the kind is served, in other versions only
	APINoKind    APIState = "missing" // the cluster does not have the kind, now
	APIUnknown   APIState = "unknown" // nobody could ask, or Git brings the definition
)

// StoredVersion is an entry of status.storedVersions that is in the way.
type StoredVersion struct {
	// Definition is the CustomResourceDefinition.
	Definition string
	Version    string
	RemovedIn  string
	// Breaks is true when an upgrade in Git removes it: the API server then
	// refuses the new definition.
	Breaks bool
}
