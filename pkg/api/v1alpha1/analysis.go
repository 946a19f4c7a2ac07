package v1alpha1

// Analysis is what the files of a repository say of the project as a whole.
// Every entry names its evidence; a list about which the files say nothing is
// empty.
type Analysis struct {
	// Structure says which of the published structures the repository has.
	Structure []Statement `json:"structure"`
	// Applications are what the repository deploys, Targets the clusters,
	// Sources where Flux fetches from, and who uses it.
	Applications []Application `json:"applications"`
	Targets      []Target      `json:"targets"`
	Sources      []SourceUse   `json:"sources"`
	// Workflows are how a change reaches a cluster, and what CI does on the
	// way.
	Workflows []Statement `json:"workflows"`
	// Dependencies are the Flux objects that wait for others.
	Dependencies []Dependency `json:"dependencies"`
	// Promotion is how a change gets from one environment to the next, Access
	// who may change what.
	Promotion []Statement `json:"promotion"`
	Access    []Statement `json:"access"`
	// Migration is what could move to Flux, or to a newer form of it.
	Migration []Statement `json:"migration"`
	// Optimisation is what works and could work better.
	Optimisation []Statement `json:"optimisation"`
	// Compliance compares the repository with the published guidance.
	Compliance []Practice `json:"compliance"`
}

// Statement is one thing that is true of this repository.
type Statement struct {
	// Topic is a stable name for this kind of statement, Text one sentence
	// about this repository, Next the step to take, if there is one.
	Topic string `json:"topic"`
	Text  string `json:"text"`
	Next  string `json:"next,omitempty"`
	// Count is how many things the statement is about; Evidence names the
	// first of them.
	Count    int        `json:"count"`
	Evidence []Evidence `json:"evidence"`
}

// Evidence is a place that shows that a statement is true.
type Evidence struct {
	File   string     `json:"file,omitempty"`
	Line   int        `json:"line,omitempty"`
	Object *ObjectRef `json:"object,omitempty"`
	// Text says what stands there; absent when the place speaks for itself.
	Text string `json:"text,omitempty"`
	// Commit is the one that wrote the line, or else the last that changed the
	// file; absent where that tells no more.
	Commit *Commit `json:"commit,omitempty"`
}

// Practice is an advice of the published guidance and whether the repository
// follows it.
type Practice struct {
	Statement
	Met bool   `json:"met"`
	Doc string `json:"doc,omitempty"`
}

// Application is one thing that the repository deploys.
type Application struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
	// Kind is how it is deployed: HelmRelease, Kustomization for one whose
	// manifests lie in another repository, Manifests for workloads written
	// here, Application for one of Argo CD.
	Kind         string      `json:"kind"`
	Chart        string      `json:"chart,omitempty"`
	Version      string      `json:"version,omitempty"`
	Source       *ObjectRef  `json:"source,omitempty"`
	ManagedBy    []ObjectRef `json:"managedBy"`
	Clusters     []string    `json:"clusters"`
	Environments []string    `json:"environments"`
	// Workloads counts the workload manifests of the application.
	Workloads int        `json:"workloads"`
	Evidence  []Evidence `json:"evidence"`
}

// Target is one cluster that the repository describes.
type Target struct {
	Cluster string `json:"cluster"`
	// Path is the folder of the cluster.
	Path string `json:"path"`
	// SyncedBy is the object that makes the cluster follow the repository; URL
	// and Ref say what it follows.
	SyncedBy *ObjectRef `json:"syncedBy,omitempty"`
	URL      string     `json:"url,omitempty"`
	Ref      string     `json:"ref,omitempty"`
	// InstalledBy is "flux bootstrap" or "flux-operator", Version the Flux
	// version that the files pin.
	InstalledBy string `json:"installedBy,omitempty"`
	Version     string `json:"version,omitempty"`
	// Remote clusters are managed through a kubeconfig, from another cluster.
	Remote         bool       `json:"remote"`
	Environment    string     `json:"environment,omitempty"`
	Kustomizations int        `json:"kustomizations"`
	HelmReleases   int        `json:"helmReleases"`
	Evidence       []Evidence `json:"evidence"`
}

// SourceUse is one source and who uses it.
type SourceUse struct {
	Object ObjectRef `json:"object"`
	URL    string    `json:"url,omitempty"`
	// Ref is what the source follows, for example "branch main".
	Ref string `json:"ref,omitempty"`
	// Own is true for a source that is this repository.
	Own      bool       `json:"own"`
	UsedBy   int        `json:"usedBy"`
	Evidence []Evidence `json:"evidence"`
}

// Dependency is one Flux object that waits for others.
type Dependency struct {
	Object    ObjectRef   `json:"object"`
	DependsOn []ObjectRef `json:"dependsOn"`
	// Depth is the length of the longest chain below it; 0 in a cycle.
	Depth    int        `json:"depth"`
	Evidence []Evidence `json:"evidence"`
}
