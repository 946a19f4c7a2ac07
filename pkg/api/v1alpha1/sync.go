package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Sync says how the clone and the cluster belong together.
type Sync struct {
	// Matched is true when a source of the cluster fetches a remote of this
	// clone; Reason says why none does, when that is known.
	Matched bool   `json:"matched"`
	Reason  string `json:"reason,omitempty"`
	// Root is the object that applies the folder of this cluster, Path that
	// folder, relative to the scanned one.
	Root *ObjectRef `json:"root,omitempty"`
	Path string     `json:"path,omitempty"`
	// Sources are those that fetch this repository, Kustomizations those that
	// apply something of it.
	Sources        []SyncedSource        `json:"sources"`
	Kustomizations []SyncedKustomization `json:"kustomizations"`
}

// SyncedSource compares what a source has fetched with the clone.
type SyncedSource struct {
	Object ObjectRef `json:"object"`
	URL    string    `json:"url"`
	// Remote is the remote of the clone with that URL, Branch the branch that is
	// followed, Upstream the copy of it in the clone.
	Remote   string `json:"remote"`
	Branch   string `json:"branch,omitempty"`
	Upstream string `json:"upstream,omitempty"`
	// Artifact is the revision of an OCI artifact that was built of this
	// repository, as its annotations say; empty for a Git source.
	Artifact string `json:"artifact,omitempty"`
	// Fetched and MergeBase are commits: the source's, or the one that its
	// artifact was built of, and the newest that it shares with what is checked
	// out.
	Fetched   string `json:"fetched,omitempty"`
	MergeBase string `json:"mergeBase,omitempty"`
	// NotPushed are checked out but not on Upstream, NotFetched on Upstream but
	// not fetched, NotHere fetched but not checked out.
	NotPushed  Commits `json:"notPushed"`
	NotFetched Commits `json:"notFetched"`
	NotHere    Commits `json:"notHere"`
	// Summary says it in one sentence; empty when nothing lies between.
	Summary string `json:"summary,omitempty"`
}

// SyncedKustomization compares what a Kustomization has applied with the clone.
type SyncedKustomization struct {
	Object ObjectRef `json:"object"`
	Source ObjectRef `json:"source"`
	// Path is the folder that it builds, relative to the scanned one.
	Path      string `json:"path"`
	Applied   string `json:"applied,omitempty"`
	Attempted string `json:"attempted,omitempty"`
	// NotApplied are fetched but not applied. Pending are checked out, not
	// applied, and change files that the Kustomization builds.
	NotApplied Commits `json:"notApplied"`
	Pending    Commits `json:"pending"`
	// Inventory are the objects that it has applied, and those that it would
	// apply of this repository.
	Inventory []InventoryObject `json:"inventory"`
	// Summary says it in one sentence; empty when what is fetched is applied.
	Summary string `json:"summary,omitempty"`
}

// InventoryObject is one object of a Kustomization, of any kind.
type InventoryObject struct {
	ObjectRef `json:",inline"`
	// Origin is cluster for what only the inventory lists, repository for what
	// only this repository makes, and both.
	Origin string `json:"origin"`
	// File and Line say where Git defines it, Commit is the hash of the last
	// commit that changed File.
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Commit string `json:"commit,omitempty"`
	// Absence says why only one side has it, when that can be told.
	Absence *Absence `json:"absence,omitempty"`
}

// Commits are some commits of the log.
type Commits struct {
	// Count is how many they are; AtLeast is true when there may be more.
	Count   int  `json:"count"`
	AtLeast bool `json:"atLeast,omitempty"`
	// Newest are the first ten, newest first.
	Newest []Commit `json:"newest"`
}

// Commit is one commit of the log.
type Commit struct {
	Hash    string       `json:"hash"`
	Subject string       `json:"subject"`
	Author  string       `json:"author,omitempty"`
	Time    *metav1.Time `json:"time,omitempty"`
}

// Absence is why only one side has an object.
type Absence struct {
	// From is the side that lacks it: cluster or repository.
	From string `json:"from"`
	// Reason is one word, for example NotApplied, OtherCluster or ByHelm.
	Reason  string `json:"reason"`
	Message string `json:"message"`
	// Expected absences need nobody's attention.
	Expected bool `json:"expected"`
}
