package v1alpha1

// Versions compares the API versions that this cluster builds from Git with
// what it serves now, and after the upgrades that are pending in Git.
type Versions struct {
	// Pending are versions of Flux that Git asks for and that do not run.
	Pending []PendingVersion `json:"pending"`
	// APIs are by apiVersion and kind.
	APIs []APIUse `json:"apis"`
	// Stored are versions that a release of Flux removes and in which objects
	// may still be stored.
	Stored []StoredVersion `json:"stored"`
}

// PendingVersion is an upgrade, or a downgrade, that is in Git.
type PendingVersion struct {
	// What is Flux, or the chart that installs it or its operator.
	What   string     `json:"what"`
	From   string     `json:"from"`
	To     string     `json:"to"`
	Object *ObjectRef `json:"object,omitempty"`
	File   string     `json:"file,omitempty"`
	Line   int        `json:"line,omitempty"`
}

// APIUse is one API version of one kind in Git.
type APIUse struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Count is how many documents have it, Places are the first of them.
	Count  int        `json:"count"`
	Places []Evidence `json:"places"`
	// Served is yes, no (the kind is served in ServedVersions only), missing
	// (the cluster does not have the kind now) or unknown.
	Served         string   `json:"served"`
	ServedVersions []string `json:"servedVersions"`
	// RemovedIn is the release that no longer serves it, Breaks is true when
	// that is among Pending, Instead is the apiVersion to write.
	RemovedIn string `json:"removedIn,omitempty"`
	Breaks    bool   `json:"breaks"`
	Instead   string `json:"instead,omitempty"`
}

// StoredVersion is an entry of status.storedVersions of a definition.
type StoredVersion struct {
	Definition string `json:"definition"`
	Version    string `json:"version"`
	RemovedIn  string `json:"removedIn"`
	// Breaks is true when the API server refuses the definition that is pending
	// in Git, or the version is not served any more.
	Breaks bool `json:"breaks"`
}
