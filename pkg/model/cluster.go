package model

import (
	"strings"
	"time"
)

// Cluster is what a cluster says about itself and its Flux objects.
type Cluster struct {
	Context           string
	Server            string
	Reachable         bool
	KubernetesVersion string
	Flux              Installation
	// Objects are the Flux objects that the namespace and the selector asked
	// for, judged and sorted by ID.
	Objects []*Object
	// Outside are Flux objects that were read only because others refer to
	// them: they are judged, but neither shown nor counted.
	Outside []*Object
	// APIs are all kinds outside the core group that the cluster serves, sorted;
	// empty when the server does not say so.
	APIs []ServedAPI
	// RootCauses are why objects of Objects do not work; Location is not set.
	RootCauses []RootCause
	// Kinds says of each Flux kind that the cluster serves how well it could
	// be read, in the order of group and kind.
	Kinds []KindRead
	// Named says whether the Secrets, ConfigMaps and service accounts exist
	// that Objects name. What is not in it was not asked for.
	Named map[ID]Named
	// Events are the warnings about objects that do not work, most recent
	// first.
	Events []Event
}

// Presence is what is known of the existence of an object.
type Presence uint8

// What can be known. An object that nobody may look at is neither there nor
// missing.
const (
	PresenceUnknown Presence = iota
	Present
	Absent
)

// Named is what is known of an object that others name but that is no Flux
// object.
type Named struct {
	Presence Presence
	// Keys are the names of the entries of a Secret or ConfigMap. They are nil
	// unless asked for.
	Keys []string
}

// KindRead says how well a kind could be read.
type KindRead struct {
	Group  string
	Kind   string
	Plural string
	// Version is the one that was read.
	Version string
	// Scope is cluster when one list covered everything, namespace when the
	// lists of Namespaces did, selected when only objects with the labels that
	// were asked for were listed, and none when nothing could be read. What is
	// not among the objects is missing only where the scope covers it.
	Scope ReadScope
	// Namespaces are those that were read when Scope is namespace.
	Namespaces []string
}

// ReadScope is how far the list of a kind reached.
type ReadScope string

// The scopes of a list.
const (
	ReadCluster   ReadScope = "cluster"
	ReadNamespace ReadScope = "namespace"
	ReadSelected  ReadScope = "selected"
	ReadNone      ReadScope = "none"
)

// Installation is the Flux that runs in a cluster.
type Installation struct {
	Installed bool
	// Version is the Flux distribution, for example v2.9.5; empty when it
	// cannot be told.
	Version string
	// Registry is where the images of the controllers come from, which tells
	// the distribution: ghcr.io/fluxcd is that of the project.
	Registry  string
	Namespace string
	// ManagedBy is bootstrap, flux-operator or empty.
	ManagedBy string
	// Components are complete only when ComponentsRead is true.
	Components     []Component
	ComponentsRead bool
	CRDs           []InstalledCRD
}

// Component is one Flux controller Deployment.
type Component struct {
	Namespace string
	Name      string
	Image     string
	// Version is the tag of the image, for example v1.9.5.
	Version string
	// Ready is true when all wanted replicas are ready and at least one is
	// wanted.
	Ready         bool
	Replicas      int32
	ReadyReplicas int32
	// Restarts counts those of all its Pods.
	Restarts int32
	// OOMKilled is true when a container of its Pods was last ended for want
	// of memory.
	OOMKilled bool
	// Waiting is why a container of its Pods does not run, for example
	// CrashLoopBackOff or ImagePullBackOff; empty otherwise.
	Waiting string
	// Args are the command line of the controller, for example
	// --no-cross-namespace-refs=true.
	Args []string
}

// Flag returns the value of a flag of the controller, by its name without
// dashes; the last one counts. A flag without a value is "true".
func (c Component) Flag(name string) (value string, given bool) {
	for i, arg := range c.Args {
		arg, ok := strings.CutPrefix(arg, "-")
		if !ok {
			continue
		}
		flag, text, hasValue := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if flag != name {
			continue
		}
		value, given = "true", true
		if hasValue {
			value = text
		} else if i+1 < len(c.Args) && !strings.HasPrefix(c.Args[i+1], "-") {
			value = c.Args[i+1]
		}
	}
	return value, given
}

// InstalledCRD is one Flux CustomResourceDefinition that the cluster serves.
type InstalledCRD struct {
	Group  string
	Kind   string
	Plural string
	// Version is the one that was read.
	Version string
	Served  []string
	// Stored are the versions that objects may be stored in, Release is the Flux
	// release that the definition comes with, for example v2.9.5. Both are
	// empty when the definitions could not be read.
	Stored  []string
	Release string
}

// Event is a group of equal warnings about one object.
type Event struct {
	Object  ID
	Reason  string
	Message string
	// Count is how often it was seen between First and Last.
	Count int64
	First time.Time
	Last  time.Time
}
