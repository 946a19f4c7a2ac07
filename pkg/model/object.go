package model

import (
	"encoding/json"
	"strconv"
	"time"
)

// Object is what both sides know of one Flux object. The cluster fills the
// live half, the repository the written half; merge joins the two into one
// Object whose Origin has both bits.
type Object struct {
	ID
	APIVersion string
	Origin     Origin
	// Location is where the repository defines the object; zero when it does
	// not.
	Location Location
	// Lines are the lines of the fields below metadata and spec in that place.
	Lines Lines
	// Commit is the last one that changed the file of Location; nil when unknown.
	Commit *Commit
	// Effective is the object as this cluster's builds of the repository make
	// it; nil when they do not, or nobody could render them.
	Effective *EffectiveObject
	// ManagedBy is the Flux object that applies or generates this one; zero when
	// none does or nobody knows.
	ManagedBy ID
	// Drift is what differs between Effective and the live spec, by field.
	Drift []Drift
	// Absence is why only one side has the object; nil when both have it, when
	// there is only one side, and when nobody can tell.
	Absence *Absence
	// Namespaces are those that the builds of the repository give the object;
	// empty when none sets one, so that the written namespace counts.
	Namespaces []string
	// Spec is the tolerant view of the fields that the product uses; never nil
	// for a kind of the fluxkind table, nil for kinds shown generically.
	Spec Spec
	// RawSpec is the compact JSON of spec, for comparison between the sides.
	RawSpec json.RawMessage

	Labels      map[string]string
	Annotations map[string]string

	// Live half: zero values when the object was not read from a cluster.
	UID               string
	Generation        int64
	CreationTimestamp time.Time
	DeletionTimestamp time.Time
	Finalizers        []string
	Status            Status
	// ManagedFields keeps manager, operation and time of each entry, and which
	// fields of spec people own; the field sets themselves are dropped on
	// reading.
	ManagedFields []FieldManager
	Assessment    Assessment
}

// Origin says which sides know an object.
type Origin uint8

// The sides, combined with |.
const (
	FromRepository Origin = 1 << iota
	FromCluster
)

// String is the word that the report uses: repository, cluster or both.
func (o Origin) String() string {
	switch o {
	case FromRepository:
		return "repository"
	case FromCluster:
		return "cluster"
	case FromRepository | FromCluster:
		return "both"
	}
	return "none"
}

// Location is a place in the repository.
type Location struct {
	// File is relative to the repository root, with forward slashes.
	File string
	// Line counts from 1; 0 when unknown.
	Line int
	// Document is the index among the non-empty documents of the file, from 0.
	Document int
}

// String is file:line, the form that editors and terminals understand.
func (l Location) String() string {
	if l.File == "" || l.Line == 0 {
		return l.File
	}
	return l.File + ":" + strconv.Itoa(l.Line)
}

// Spec is the typed view of one kind's spec. The structs behind it live in
// fluxkind, one for each kind, the same for every served version.
type Spec interface {
	// References lists the objects that the spec names, in field order;
	// owner gives the namespace of references without one.
	References(owner ID) []Reference
	// Suspended is spec.suspend, false for kinds without the field.
	Suspended() bool
}

// FieldManager is what is kept of one managedFields entry.
type FieldManager struct {
	Manager     string
	Operation   string
	Time        time.Time
	OwnsSuspend bool
	// Fields are the names of the fields below spec that it owns; nil for the
	// controllers of Flux.
	Fields []string
}

// Status is the tolerant union of the status fields of all Flux kinds.
type Status struct {
	ObservedGeneration     int64
	Conditions             []Condition
	LastHandledReconcileAt string
	LastAppliedRevision    string
	LastAttemptedRevision  string
	// LastAppliedOrigin is the Origin of the artifact that was applied last;
	// empty for one that has none.
	LastAppliedOrigin string
	Artifact          *Artifact
	Inventory         []InventoryEntry
	History           []HistoryEntry
	// Failures counts failed Helm actions since the last success.
	Failures int64
	// LatestRef is the image an ImagePolicy selected.
	LatestRef string
	// URL is the address a source or receiver serves under.
	URL string
	// HelmChart is the namespace/name of the HelmChart that a HelmRelease made.
	HelmChart string
	// Phase is how far a Canary is.
	Phase string
}

// Condition is a metav1.Condition with its text cleaned of control sequences.
type Condition struct {
	Type               string
	Status             string // True, False or Unknown
	Reason             string
	Message            string
	ObservedGeneration int64
	LastTransitionTime time.Time
}

// Condition returns the condition of that type, or nil.
func (s *Status) Condition(conditionType string) *Condition {
	for i := range s.Conditions {
		if s.Conditions[i].Type == conditionType {
			return &s.Conditions[i]
		}
	}
	return nil
}

// Artifact is what a source last produced.
type Artifact struct {
	Revision       string
	Digest         string
	LastUpdateTime time.Time
	Size           int64 // bytes; 0 when not published
	// Repository is the Git repository that an OCI artifact was built of, as
	// RepositoryAddress has it, Origin the revision of it, for example
	// main@sha1:3f2a…: its annotations org.opencontainers.image.source and
	// .revision. Both are empty for other artifacts.
	Repository string
	Origin     string
}

// InventoryEntry is one object that a Kustomization or ResourceSet applied.
type InventoryEntry struct {
	ID      ID
	Version string
}

// HistoryEntry is the union of what Kustomizations (since Flux 2.7) and
// HelmReleases record of their last reconciliations.
type HistoryEntry struct {
	Digest         string
	Status         string
	Revision       string // Kustomization: the source revision
	ChartName      string // HelmRelease
	ChartVersion   string // HelmRelease
	FirstAt        time.Time
	LastAt         time.Time
	Duration       time.Duration
	Reconciliation int64 // Kustomization: total runs with this result
}
