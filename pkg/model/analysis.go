package model

// Analysis is what the files of a repository say of the project as a whole.
// Every entry names its evidence; a part about which the files say nothing is
// empty. Lists are sorted by name or topic, then by file and line.
type Analysis struct {
	// Structure says which of the published structures the repository has, and
	// how its folders are used.
	Structure []Statement
	// Applications are what the repository deploys, by name.
	Applications []Application
	// Targets are the clusters, Sources where Flux fetches from.
	Targets []Target
	Sources []SourceUse
	// Workflows are the manifests and Flux objects in figures, how they reach
	// a cluster, and what CI does on the way.
	Workflows []Statement
	// Dependencies are the Flux objects that wait for others.
	Dependencies []Dependency
	// Promotion is how a change gets from one environment to the next.
	Promotion []Statement
	// Access is who may change what: tenants, accounts, bindings, secrets.
	Access []Statement
	// Migration is what could move to Flux, or to a newer form of it.
	Migration []Statement
	// Optimisation is what works and could work better.
	Optimisation []Statement
	// Compliance compares the repository with the published guidance.
	Compliance []Practice
}

// Statement is one thing that is true of this repository.
type Statement struct {
	// Topic is a stable name, the same for the same kind of statement in every
	// repository.
	Topic string
	// Text is one sentence about this repository.
	Text string
	// Next is the step to take; empty when there is none.
	Next string
	// Count is how many places show it; Evidence names the first of them.
	Count    int
	Evidence []Evidence
}

// Evidence is a place that shows that a statement is true.
type Evidence struct {
	Location
	// Object is the zero ID when the evidence is no object.
	Object ID
	// Text says what stands there; empty when the place speaks for itself.
	Text string
	// Commit is the one that wrote the line, or else the last that changed the
	// file; nil when neither was looked up.
	Commit *Commit
}

// Practice is an advice of the published guidance and whether the repository
// follows it.
type Practice struct {
	Statement
	Met bool
	// Doc is the page that gives the advice.
	Doc string
}

// Application is one thing that the repository deploys.
type Application struct {
	Name      string
	Namespace string
	// Kind is how it is deployed: HelmRelease, Kustomization for one whose
	// manifests lie in another repository, Manifests for workloads written
	// here, Application for one of Argo CD.
	Kind string
	// Chart and Version are those of a HelmRelease; Version may be a range.
	Chart   string
	Version string
	// Source is the object that the chart or the manifests are fetched from.
	Source ID
	// ManagedBy are the Flux objects that apply it, Clusters and Environments
	// where they do.
	ManagedBy    []ID
	Clusters     []string
	Environments []string
	// Workloads counts the workload manifests of the application.
	Workloads int
	Evidence  []Evidence
}

// Target is one cluster that the repository describes.
type Target struct {
	Cluster string
	// Path is the folder of the cluster.
	Path string
	// SyncedBy is the object that makes the cluster follow the repository;
	// zero when none is written here. URL and Ref say what it follows.
	SyncedBy ID
	URL      string
	Ref      string
	// InstalledBy is "flux bootstrap" or "flux-operator", Version the Flux
	// version that the files pin; both may be empty.
	InstalledBy string
	Version     string
	// Remote clusters are managed through a kubeconfig, from another cluster.
	Remote      bool
	Environment string
	// Kustomizations and HelmReleases count the Flux objects that reach it.
	Kustomizations int
	HelmReleases   int
	Evidence       []Evidence
}

// SourceUse is one source and who uses it.
type SourceUse struct {
	Object ID
	URL    string
	// Ref is what the source follows, for example "branch main" or
	// "semver >=1.0.0"; empty for a Helm repository.
	Ref string
	// Own is true for a source that is this repository.
	Own      bool
	UsedBy   int
	Evidence []Evidence
}

// Dependency is one Flux object that waits for others.
type Dependency struct {
	Object    ID
	DependsOn []ID
	// Depth is the length of the longest chain below it, 1 when none of those
	// it waits for waits itself; 0 in a cycle.
	Depth    int
	Evidence []Evidence
}

// Requirement is a topic that the project needs to know about.
type Requirement struct {
	// Topic is a name of the focus table.
	Topic string
	// Why is what in this project asks for it.
	Why string
}
