package v1alpha1

// Deletion is what changes will make a controller delete.
type Deletion struct {
	// Owner is the Flux object that deletes, or that goes with what it made.
	Owner ObjectRef `json:"owner"`
	// Action is prune for objects that Owner no longer builds, delete when Owner
	// goes and takes what it applied along, uninstall when a HelmRelease goes,
	// reinstall when a release changes what Helm cannot change, and handover for
	// objects that To applies from then on.
	Action string     `json:"action"`
	To     *ObjectRef `json:"to,omitempty"`
	// Cluster is the folder of the root that Owner comes from; absent when the
	// cluster itself was asked.
	Cluster string `json:"cluster,omitempty"`
	// Stage says how far the change has come: uncommitted, notPushed,
	// notApplied, or committed when no more is known.
	Stage   string `json:"stage"`
	Message string `json:"message"`
	// File and Line are where it stood in Repository.Base.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Inventory says where Objects come from: live, rendered for what the base
	// amounts to, or unknown, as for a chart that nobody listed.
	Inventory string `json:"inventory"`
	// Counts counts Objects by kind. Notable are the PersistentVolumeClaims,
	// Namespaces and CustomResourceDefinitions among them.
	Counts  map[string]int  `json:"counts"`
	Notable []ObjectRef     `json:"notable"`
	Objects []DeletedObject `json:"objects"`
	// Kept stay although they are no longer built.
	Kept []KeptObject `json:"kept"`
}

// DeletedObject is an object that goes.
type DeletedObject struct {
	ObjectRef `json:",inline"`
	// File and Line are where it stood in Repository.Base.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// KeptObject is an object that stays, and why.
type KeptObject struct {
	ObjectRef `json:",inline"`
	Reason    string `json:"reason"`
}

// Ownership tells what is not applied by exactly one Flux object.
type Ownership struct {
	// Shared are in the inventories of several owners, Contested would be applied
	// by several owners of one cluster as the repository stands.
	Shared    []SharedObject `json:"shared"`
	Contested []SharedObject `json:"contested"`
	// Orphans are live Flux objects whose labels name an owner that does not have
	// them in its inventory. Of other kinds nothing is known: they are not read.
	Orphans []Orphan `json:"orphans"`
}

// SharedObject is an object with several owners.
type SharedObject struct {
	ObjectRef `json:",inline"`
	Owners    []ObjectRef `json:"owners"`
	// Places are where it is defined, as file:line.
	Places []string `json:"places"`
}

// Orphan is an object that its owner does not know.
type Orphan struct {
	ObjectRef   `json:",inline"`
	Owner       ObjectRef `json:"owner"`
	OwnerExists bool      `json:"ownerExists"`
}
