package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// WhyKind is the kind of a WhyReport.
const WhyKind = "WhyReport"

// WhyReport is the whole chain of one thing: who applies it from where, what
// keeps it from working, and what a file becomes.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type WhyReport struct {
	metav1.TypeMeta `json:",inline"`

	// Subject is the object that was asked about; absent for a file.
	Subject *ObjectRef `json:"subject,omitempty"`
	// File is the file that was asked about; absent for an object.
	File string `json:"file,omitempty"`
	// Note says how the subject was chosen, when that is not plain, and what the
	// cluster has of a file that nothing here builds.
	Note string `json:"note,omitempty"`
	// Context and Server are those of the cluster, Reachable says whether it
	// was read.
	Context   string `json:"context,omitempty"`
	Server    string `json:"server,omitempty"`
	Reachable bool   `json:"reachable"`
	// Root and Head are the folder and the commit of the repository; absent
	// when none was read.
	Root string `json:"root,omitempty"`
	Head string `json:"head,omitempty"`
	// Chains lead from the object that nothing else applies to the subject. One
	// is there, unless several clusters of the repository have the subject and
	// no cluster was read.
	Chains []WhyChain `json:"chains"`
	// Causes are the root causes in the way.
	Causes []WhyCause `json:"causes"`
	// Uses is what each owner makes of the file.
	Uses []FileUse `json:"uses"`
	// Findings are those about the objects of the chains, or in the file.
	Findings []Finding `json:"findings"`
	// Problems are parts of the work that could not be done.
	Problems []Problem `json:"problems"`
}

// WhyChain is who applies whom, the subject last.
type WhyChain struct {
	// Cluster is the cluster of the repository that has the chain.
	Cluster string    `json:"cluster,omitempty"`
	Links   []WhyLink `json:"links"`
}

// WhyObject is an object of a chain as both sides have it.
type WhyObject struct {
	Object ObjectRef `json:"object"`
	// Presence is present, absent or unknown in the cluster.
	Presence string       `json:"presence"`
	State    string       `json:"state,omitempty"`
	SubState string       `json:"subState,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	Message  string       `json:"message,omitempty"`
	Since    *metav1.Time `json:"since,omitempty"`
	// Revision is what the object has fetched or applied, URL where a source
	// fetches from.
	Revision string `json:"revision,omitempty"`
	URL      string `json:"url,omitempty"`
	// Sync says in one sentence what lies between that and the clone; absent
	// when nothing does.
	Sync string `json:"sync,omitempty"`
	// File and Line say where Git defines the object, Commit which commit
	// changed the file last.
	File   string  `json:"file,omitempty"`
	Line   int     `json:"line,omitempty"`
	Commit *Commit `json:"commit,omitempty"`
}

// WhyLink is one link of a chain.
type WhyLink struct {
	WhyObject `json:",inline"`
	// Path is the folder that a Kustomization builds, Chart what a release
	// installs.
	Path  string `json:"path,omitempty"`
	Chart string `json:"chart,omitempty"`
	// Changes are the places that change the object on its way.
	Changes []Evidence `json:"changes"`
	// Drift is what differs between Git, as Flux builds it, and the live spec.
	Drift []Drift `json:"drift"`
	// Note says why only one side has the object.
	Note string `json:"note,omitempty"`
	// Source is what the object takes its content from.
	Source *WhyObject `json:"source,omitempty"`
}

// WhyCause is a root cause with what stands behind it.
type WhyCause struct {
	RootCause `json:",inline"`
	// Behind are objects that the cause applies and that do not work.
	Behind []LiveObject `json:"behind"`
	// Events are warnings about the cause, most recent first.
	Events []Event `json:"events"`
	// Fix says what to do, Doc is the page that tells more.
	Fix []string `json:"fix"`
	Doc string   `json:"doc,omitempty"`
}

// LiveObject is an object of any kind as the cluster has it.
type LiveObject struct {
	Object ObjectRef `json:"object"`
	// Presence is present, absent or unknown.
	Presence string       `json:"presence"`
	State    string       `json:"state"`
	Reason   string       `json:"reason,omitempty"`
	Message  string       `json:"message,omitempty"`
	Since    *metav1.Time `json:"since,omitempty"`
	// Pods are those of a workload that do not run.
	Pods   []LivePod `json:"pods"`
	Events []Event   `json:"events"`
	Fix    string    `json:"fix,omitempty"`
}

// LivePod is a Pod that does not run.
type LivePod struct {
	Object ObjectRef `json:"object"`
	State  string    `json:"state"`
	// Reason is what a container waits for or how it ended, for example
	// ImagePullBackOff.
	Reason  string  `json:"reason,omitempty"`
	Message string  `json:"message,omitempty"`
	Events  []Event `json:"events"`
	Fix     string  `json:"fix,omitempty"`
}

// FileUse is what one owner makes of a file.
type FileUse struct {
	// Cluster is the cluster of the repository in which the owner runs; empty
	// when it cannot be told.
	Cluster string    `json:"cluster,omitempty"`
	Owner   ObjectRef `json:"owner"`
	// File and Line say where the owner is written.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Defines are the objects that come from the file, Changes those that it
	// changes.
	Defines []ObjectRef `json:"defines"`
	Changes []ObjectRef `json:"changes"`
	// ListedBy are entries of kustomizations that name the file: while they
	// stay, the build fails without it and nothing is deleted.
	ListedBy []Evidence `json:"listedBy"`
	// Pruned are the objects that go when the file no longer counts, Follows
	// those that go with them, Left those that stay behind.
	Pruned  []ObjectRef `json:"pruned"`
	Follows []ObjectRef `json:"follows"`
	Left    []ObjectRef `json:"left"`
	// Live is true when Pruned was held against the inventory of the cluster.
	Live bool `json:"live"`
	// Note says what else happens without the file.
	Note string `json:"note,omitempty"`
}

// NewWhyReport returns a report without content; its lists are empty.
func NewWhyReport() *WhyReport {
	return &WhyReport{
		TypeMeta: metav1.TypeMeta{APIVersion: APIVersion, Kind: WhyKind},
		Chains:   []WhyChain{},
		Causes:   []WhyCause{},
		Uses:     []FileUse{},
		Findings: []Finding{},
		Problems: []Problem{},
	}
}
