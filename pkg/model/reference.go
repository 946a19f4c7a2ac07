package model

// NamedReference is a Secret, ConfigMap or service account that the spec of a
// Flux object names, and where it is to be found.
type NamedReference struct {
	// Owner names Target in Field; Location is that line of the repository.
	Owner    ID
	Field    string
	Location Location
	Target   ID
	Key      string
	// Optional references may dangle.
	Optional bool
	Found    ReferencePlace
	// InCluster is what the cluster says, whatever Found is.
	InCluster Presence
	// Definition is where the repository defines Target or what makes it; Maker
	// is that object, zero when Target itself is written there.
	Definition Location
	Maker      ID
	// Encrypted is true for a Secret that SOPS has encrypted in Git.
	Encrypted bool
}

// ReferencePlace says where the target of a reference is.
type ReferencePlace string

// The places, in the order in which they are looked at.
const (
	FoundInCluster ReferencePlace = "cluster"
	FoundInGit     ReferencePlace = "git"     // written or generated in the repository
	FoundMade      ReferencePlace = "made"    // an ExternalSecret or SealedSecret of the repository makes it
	FoundNowhere   ReferencePlace = "nowhere" // the cluster lacks it, and nothing in Git makes it
	FoundUnknown   ReferencePlace = "unknown" // nobody may look, or it may be made outside Git
)
