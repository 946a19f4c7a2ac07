// Package model holds the plain facts that the collectors produce and that
// merge, rules and guidance read. It does no I/O, reads no clock and imports
// nothing of this project.
package model

import "strings"

// ID is the identity of one Kubernetes object, whatever version it is served
// in. Namespace is empty for cluster-scoped objects.
type ID struct {
	Group     string
	Kind      string
	Namespace string
	Name      string
}

// String is the form that the Flux CLI and its logs use: Kind/namespace/name,
// or Kind/name when there is no namespace.
func (id ID) String() string {
	if id.Namespace == "" {
		return id.Kind + "/" + id.Name
	}
	return id.Kind + "/" + id.Namespace + "/" + id.Name
}

// Compare orders by kind, group, namespace and name, the order in which lists
// of objects are printed.
func (id ID) Compare(other ID) int {
	for _, pair := range [...][2]string{
		{id.Kind, other.Kind}, {id.Group, other.Group}, {id.Namespace, other.Namespace}, {id.Name, other.Name},
	} {
		if c := strings.Compare(pair[0], pair[1]); c != 0 {
			return c
		}
	}
	return 0
}

// SplitAPIVersion returns the group (empty for the core group) and the version
// of an apiVersion field.
func SplitAPIVersion(apiVersion string) (group, version string) {
	if group, version, found := strings.Cut(apiVersion, "/"); found {
		return group, version
	}
	return "", apiVersion
}

// Reference is one mention of another object in a spec.
type Reference struct {
	Relation Relation
	// Field is the path of the mention, for example "spec.dependsOn[1]".
	Field string
	// Target has its namespace resolved: a reference without one means the
	// namespace of the object that holds it.
	Target ID
	// Key names the entry of a ConfigMap or Secret, when the spec gives one.
	Key string
	// Optional references may dangle.
	Optional bool
}

// Relation says what a Reference is for.
type Relation string

// The relations that Flux specs express.
const (
	RelationSource         Relation = "source"         // sourceRef, chartRef, a chart template's source
	RelationDependsOn      Relation = "dependsOn"      // waits until the target is ready
	RelationSubstitute     Relation = "substituteFrom" // ConfigMap or Secret with variables
	RelationValues         Relation = "valuesFrom"     // ConfigMap or Secret with Helm values
	RelationSecret         Relation = "secret"         // credentials, certificates, keys
	RelationServiceAccount Relation = "serviceAccount" // impersonated account
	RelationProvider       Relation = "provider"       // Alert → Provider
	RelationEventSource    Relation = "eventSource"    // Alert → objects it reports
	RelationReceiver       Relation = "receives"       // Receiver → objects it reconciles
	RelationImage          Relation = "imageRepository"
	RelationHealthCheck    Relation = "healthCheck" // waits until the target is healthy
)
