package model

import "time"

// Facts is all that is known when rules and guidance run. Everything in it is
// data: the same facts give the same findings.
type Facts struct {
	// Now is the time at which the facts were collected.
	Now time.Time
	// Focus lists the topics asked for, in order; empty means all.
	Focus []string
	// Cluster is nil when no cluster was read.
	Cluster *Cluster
	// Repository is nil when no repository was read.
	Repository *Repository
	// Objects are the Flux objects of both sides, joined by identity and
	// sorted by ID.
	Objects    []*Object
	RootCauses []RootCause
}

// Cluster is what a cluster says about itself and its Flux objects.
type Cluster struct {
	Context           string
	Server            string
	Reachable         bool
	KubernetesVersion string
	Flux              Installation
	Objects           []*Object
}

// Installation is the Flux that runs in a cluster.
type Installation struct {
	Installed bool
	// Version is the Flux distribution, for example v2.9.5; empty when it
	// cannot be told.
	Version   string
	Namespace string
	// ManagedBy is bootstrap, flux-operator or empty.
	ManagedBy  string
	Components []Component
	CRDs       []InstalledCRD
}

// Component is one Flux controller Deployment.
type Component struct {
	Name     string
	Image    string
	Version  string
	Ready    bool
	Restarts int32
	Args     []string
}

// InstalledCRD is one Flux CustomResourceDefinition that the cluster serves.
type InstalledCRD struct {
	Group   string
	Kind    string
	Plural  string
	Version string // the version that was read
	Served  []string
}
