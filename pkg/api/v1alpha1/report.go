// Package v1alpha1 is the public contract of kubectl fluxctx: what -o json
// prints and what the session file holds. Inside this version fields are only
// ever added; names never change their meaning.
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The identity of a printed report.
const (
	APIVersion = "fluxctx.dev/v1alpha1"
	Kind       = "ContextReport"
)

// ContextReport is everything one run found out, joined.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type ContextReport struct {
	metav1.TypeMeta `json:",inline"`

	// Session is the state file of this run.
	Session Session `json:"session"`
	// Focus lists the topics asked for; empty means all of them.
	Focus []string `json:"focus"`
	// Requirements are the Flux topics this project needs, and why.
	Requirements []Requirement `json:"requirements"`
	// Cluster is absent when no cluster was asked.
	Cluster *Cluster `json:"cluster,omitempty"`
	// Repository is absent when no folder was scanned.
	Repository *Repository `json:"repository,omitempty"`
	// Objects are the Flux objects of both sides, by kind, namespace, name.
	Objects []Object `json:"objects"`
	// RootCauses are the objects that neither work nor wait for another.
	RootCauses []RootCause `json:"rootCauses"`
	// Versions is absent unless a cluster and its repository were read.
	Versions *Versions `json:"versions,omitempty"`
	// Upgrade is the way to the newest Flux; absent when the project has it, when
	// nothing says which Flux it has, and under a focus that is not migration.
	Upgrade *Upgrade `json:"upgrade,omitempty"`
	// References are the Secrets, ConfigMaps and service accounts that Flux
	// objects name, and where they are.
	References []Reference `json:"references"`
	// BlastRadius is what changes since Repository.Base will delete, Ownership
	// what is not applied by exactly one Flux object.
	BlastRadius []Deletion `json:"blastRadius"`
	Ownership   Ownership  `json:"ownership"`
	// Findings come most severe first.
	Findings []Finding `json:"findings"`
	// Ignored are the findings that .fluxctx.yaml or an annotation silences.
	Ignored []IgnoredFinding `json:"ignored"`
	// Undecided says how often a rule could not be sure, by rule.
	Undecided []Undecided `json:"undecided"`
	// Guidance is advice about this very project.
	Guidance []Guidance `json:"guidance"`
	// Docs are the documents that were loaded for this run.
	Docs Docs `json:"docs"`
	// Connectivity says what the network allowed.
	Connectivity Connectivity `json:"connectivity"`
	// Problems are parts of the work that could not be done.
	Problems []Problem `json:"problems"`

	// Summary is the report with the documents as Markdown, for -o markdown. It is
	// no field of its own of the JSON, which has all that it says.
	Summary string `json:"-"`
}

// Requirement is a topic that this project needs to know about.
type Requirement struct {
	Topic string `json:"topic"`
	// Why is what in this project asks for the topic.
	Why string `json:"why"`
}

// Cluster is what the cluster says.
type Cluster struct {
	Context string `json:"context"`
	Server  string `json:"server"`
	// Reachable is false when the server did not answer; the problems say why.
	Reachable         bool   `json:"reachable"`
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`
	Flux              Flux   `json:"flux"`
	// Events are warnings about objects that do not work, most recent first.
	Events []Event `json:"events"`
}

// Event is a group of equal warnings about one object.
type Event struct {
	Object  ObjectRef `json:"object"`
	Reason  string    `json:"reason"`
	Message string    `json:"message"`
	// Count is how often it was seen between First and Last.
	Count int64        `json:"count"`
	First *metav1.Time `json:"first,omitempty"`
	Last  *metav1.Time `json:"last,omitempty"`
}

// Flux is the installation that runs in the cluster.
type Flux struct {
	Installed bool `json:"installed"`
	// Version is the distribution, for example v2.9.5; empty when unknown.
	Version string `json:"version,omitempty"`
	// Released is the day on which the .0 of this minor came out, for example
	// 2026-06-30; empty when this program does not know it.
	Released  string `json:"released,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	// Registry is where the images of the controllers come from.
	Registry string `json:"registry,omitempty"`
	// ManagedBy is bootstrap, flux-operator or empty.
	ManagedBy string `json:"managedBy,omitempty"`
	// Support says how long this version lives and with which Kubernetes; absent
	// when the version is unknown, or newer than this program.
	Support    *FluxSupport    `json:"support,omitempty"`
	Components []FluxComponent `json:"components"`
	CRDs       []FluxCRD       `json:"crds"`
}

// FluxSupport is what the Flux project supports, by its release pages
// (https://fluxcd.io/flux/releases/).
type FluxSupport struct {
	// Minor is the release, for example 2.9, and Newest the newest that this
	// program knows.
	Minor  string `json:"minor"`
	Newest string `json:"newest"`
	// Supported is true for the last three minors, which get fixes.
	Supported bool `json:"supported"`
	// Kubernetes is supported, too-old or untested (newer than those that the
	// release was tested with); absent when that is unknown. OldestKubernetes and
	// NewestKubernetes are the minors that the release supports, where known.
	Kubernetes       string `json:"kubernetes,omitempty"`
	OldestKubernetes string `json:"oldestKubernetes,omitempty"`
	NewestKubernetes string `json:"newestKubernetes,omitempty"`
}

// FluxComponent is one controller.
type FluxComponent struct {
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Image     string `json:"image,omitempty"`
	Version   string `json:"version,omitempty"`
	Ready     bool   `json:"ready"`
	Restarts  int32  `json:"restarts"`
	// OOMKilled is true when it was last ended for want of memory, Waiting
	// says why a container does not run.
	OOMKilled bool   `json:"oomKilled"`
	Waiting   string `json:"waiting,omitempty"`
	// Args are the command line of the controller.
	Args []string `json:"args"`
}

// FluxCRD is one kind that the cluster serves.
type FluxCRD struct {
	Group  string   `json:"group"`
	Kind   string   `json:"kind"`
	Served []string `json:"served"`
	// Stored are the versions that objects may be stored in; empty when the
	// definitions could not be read.
	Stored []string `json:"stored"`
}

// Repository is what the scanned folder holds.
type Repository struct {
	Root string `json:"root"`
	// Git is absent outside a Git work tree.
	Git *Git `json:"git,omitempty"`
	// Sync is how the clone and the cluster belong together; absent unless both
	// were read.
	Sync *Sync `json:"sync,omitempty"`
	// Base is what the repository is compared with; absent when with nothing.
	Base *Base `json:"base,omitempty"`
	// Files counts regular files, YAMLFiles those that end in .yaml or .yml,
	// Documents the documents with apiVersion and kind.
	Files     int `json:"files"`
	YAMLFiles int `json:"yamlFiles"`
	Documents int `json:"documents"`
	// Census counts documents by apiVersion/kind, as the files stand.
	Census         map[string]int  `json:"census"`
	ParseErrors    []ParseError    `json:"parseErrors"`
	Kustomizations []KustomizeFile `json:"kustomizations"`
	// Builds are what Flux objects build: one entry for each of them as it runs,
	// and one for each that is only written. Unreached are the files with
	// manifests that none of them reads.
	Builds    []Build         `json:"builds"`
	Unreached []UnreachedFile `json:"unreached"`
	Charts    []Chart         `json:"charts"`
	// Releases are the HelmReleases with the sources of their charts.
	Releases []Release `json:"releases"`
	// ImageMarkers are the comments that let image automation rewrite a line.
	ImageMarkers []ImageMarker `json:"imageMarkers"`
	// GitOpsFolders are folders of the published repository structures.
	GitOpsFolders []string `json:"gitopsFolders"`
	// Pattern names the recognised structure, for example monorepo.
	Pattern      string     `json:"pattern,omitempty"`
	Clusters     []string   `json:"clusters"`
	Environments []string   `json:"environments"`
	Tenants      []string   `json:"tenants"`
	CI           []Pipeline `json:"ci"`
	// Analysis reads the project as a whole out of its files.
	Analysis Analysis `json:"analysis"`
}

// Git is the state of the clone.
type Git struct {
	Head     string `json:"head,omitempty"`
	Branch   string `json:"branch,omitempty"`
	Upstream string `json:"upstream,omitempty"`
	// Ahead and Behind count commits against Upstream.
	Ahead  int `json:"ahead"`
	Behind int `json:"behind"`
	// Detached is true when no branch is checked out, Shallow when the clone
	// holds only a part of the history.
	Detached bool `json:"detached"`
	Shallow  bool `json:"shallow"`
	// Tags are those that name Head.
	Tags []string `json:"tags"`
	// Linked is true in a work tree that git worktree add made.
	Linked bool `json:"linked"`
	// Dirty is true when anything is staged, changed or untracked; Changed
	// lists the paths. ChangesKnown is false when nobody could tell, for example
	// because git status took too long: then a clone that is not dirty need not
	// be clean.
	Dirty        bool        `json:"dirty"`
	ChangesKnown bool        `json:"changesKnown"`
	Changed      []GitChange `json:"changed"`
	// Submodules and Nested are folders that belong to other repositories, which
	// this one records or not.
	Submodules []string    `json:"submodules"`
	Nested     []string    `json:"nested"`
	Remotes    []GitRemote `json:"remotes"`
}

// GitChange is one changed path.
type GitChange struct {
	Path string `json:"path"`
	// Code is the two-letter code of git status --porcelain: staged, then
	// unstaged, or ?? for an untracked file.
	Code string `json:"code"`
	// From is the former path of a renamed file.
	From string `json:"from,omitempty"`
	// Flux is true for a file that Flux builds, or that changes what it builds.
	Flux bool `json:"flux"`
}

// GitRemote is one remote, credentials removed.
type GitRemote struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// ParseError is a document that is not YAML.
type ParseError struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Document int    `json:"document"`
	Message  string `json:"message"`
}

// KustomizeFile is one kustomization.yaml.
type KustomizeFile struct {
	File string `json:"file"`
	// Missing are entries that name nothing in the tree.
	Missing []string `json:"missing"`
	// Component is true for a file of kind Component.
	Component bool   `json:"component"`
	Namespace string `json:"namespace,omitempty"`
	// Reached is true when a Flux object builds the file.
	Reached bool `json:"reached"`
	// Entries are all paths that the file names, Deprecated the fields that
	// kustomize has replaced or that Flux does not build.
	Entries    []KustomizeEntry  `json:"entries"`
	Images     []KustomizeImage  `json:"images"`
	Generated  []GeneratedObject `json:"generated"`
	Deprecated []DeprecatedField `json:"deprecated"`
}

// KustomizeEntry is one path that a kustomization names.
type KustomizeEntry struct {
	Path string `json:"path"`
	// Field is the list that holds it, for example resources.
	Field string `json:"field"`
	Line  int    `json:"line"`
	// Target is what it leads to in this repository.
	Target string `json:"target,omitempty"`
	// State is found, missing, ignored for what is there and not in Git, bare
	// for a folder without a kustomization, remote, or disabled for an entry in
	// a comment.
	State string `json:"state"`
}

// KustomizeImage is a rewrite of an image.
type KustomizeImage struct {
	Name    string `json:"name"`
	NewName string `json:"newName,omitempty"`
	NewTag  string `json:"newTag,omitempty"`
	Digest  string `json:"digest,omitempty"`
	Line    int    `json:"line"`
}

// GeneratedObject is a ConfigMap or Secret that a kustomization generates.
type GeneratedObject struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Line      int    `json:"line"`
	// Hashed names get a suffix made from the content.
	Hashed bool `json:"hashed"`
}

// DeprecatedField is a field of a kustomization.
type DeprecatedField struct {
	Name string `json:"name"`
	Line int    `json:"line"`
}

// Build is what one Flux object makes of one folder.
type Build struct {
	// Owner is the Kustomization, FluxInstance, HelmRelease of one, or
	// ResourceSet; File, Line and Document say where it stands.
	Owner    ObjectRef `json:"owner"`
	File     string    `json:"file"`
	Line     int       `json:"line"`
	Document int       `json:"document"`
	// Path is the folder, relative to the root, empty for the root itself.
	// Climbs is true when a path that leads out was stopped at the root.
	Path   string `json:"path"`
	Climbs bool   `json:"climbs"`
	// Source says whose content the path leads into: tree for this repository,
	// assumed when it most likely is, other, or unknown.
	Source string `json:"source"`
	// Found is false when this repository has no such folder.
	Found bool `json:"found"`
	// Kustomization is the file that Flux builds; absent when it generates one.
	Kustomization string `json:"kustomization,omitempty"`
	// Files are those that the build reads, Foreign YAML files that are no
	// manifests and make it fail, Ignored those that the source leaves out.
	Files   []string `json:"files"`
	Foreign []string `json:"foreign"`
	Ignored []string `json:"ignored"`
	// State says how far rendering came: rendered, failed when Flux cannot build
	// or apply it either, skipped for want of time or because it is too large,
	// unknown when it needs what is not here. It is absent when nothing was
	// rendered. Reason says why State is not rendered.
	State  string `json:"state,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Cached is true when an earlier run had rendered the same.
	Cached bool `json:"cached,omitempty"`
	// Parent is the owner of the build that makes this owner.
	Parent *ObjectRef `json:"parent,omitempty"`
	// Objects counts what the build makes. Unresolved are the names of variables
	// without a known value, Unreadable the ConfigMaps and Secrets with variables
	// that could not be read.
	Objects    int         `json:"objects"`
	Unresolved []string    `json:"unresolved"`
	Unreadable []ObjectRef `json:"unreadable"`
}

// UnreachedFile is a file with manifests that no build reads.
type UnreachedFile struct {
	File string `json:"file"`
	// Disabled is the kustomization whose comments name it, Nearest the one that
	// may have been meant to list it.
	Disabled string `json:"disabled,omitempty"`
	Nearest  string `json:"nearest,omitempty"`
}

// Chart is a Helm chart of the tree.
type Chart struct {
	Path    string `json:"path"`
	Name    string `json:"name"`
	Version string `json:"version"`
	// CRDs is true when the chart has a crds folder.
	CRDs         bool              `json:"crds"`
	Dependencies []ChartDependency `json:"dependencies"`
}

// ChartDependency is a chart that another one needs.
type ChartDependency struct {
	Name       string `json:"name"`
	Version    string `json:"version,omitempty"`
	Repository string `json:"repository,omitempty"`
}

// Release is one HelmRelease of the repository.
type Release struct {
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	File      string `json:"file"`
	Line      int    `json:"line"`
	Document  int    `json:"document"`
	// Chart and Version are absent when the source is the chart itself.
	Chart   string `json:"chart,omitempty"`
	Version string `json:"version,omitempty"`
	// Source fetches the chart. SourceFile and SourceLine say where this
	// repository defines it, URL and Ref what it fetches; they are absent when
	// it does not.
	Source     *ObjectRef `json:"source,omitempty"`
	SourceFile string     `json:"sourceFile,omitempty"`
	SourceLine int        `json:"sourceLine,omitempty"`
	URL        string     `json:"url,omitempty"`
	Ref        string     `json:"ref,omitempty"`
	// LocalChart is the folder of a chart of this repository.
	LocalChart string `json:"localChart,omitempty"`
	// Values names the first level of the inline values.
	Values     []string       `json:"values"`
	ValuesFrom []ValuesSource `json:"valuesFrom"`
}

// ValuesSource is a ConfigMap or Secret with values.
type ValuesSource struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Key is its entry, TargetPath the one value that it sets; absent when it
	// holds a whole document.
	Key        string `json:"key"`
	TargetPath string `json:"targetPath,omitempty"`
	Optional   bool   `json:"optional"`
}

// ImageMarker is a comment that lets image automation rewrite a line.
type ImageMarker struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Document int    `json:"document"`
	// Namespace and Policy name the ImagePolicy.
	Namespace string `json:"namespace"`
	Policy    string `json:"policy"`
	// Field is tag, name or digest, absent for the whole image; Value is what
	// the line holds.
	Field string `json:"field,omitempty"`
	Value string `json:"value"`
	// Namespaces are those that kustomizations give the object of the line;
	// empty when none sets one.
	Namespaces []string `json:"namespaces"`
}

// Pipeline is a CI definition.
type Pipeline struct {
	File   string   `json:"file"`
	System string   `json:"system"`
	Does   []string `json:"does"`
}

// Object is one Flux object.
type Object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name"`
	// Origin is cluster, repository or both.
	Origin string `json:"origin"`
	// Focus are the topics that were asked for and that the object concerns: by
	// its kind, by what it uses, or by a finding.
	Focus []string `json:"focus,omitempty"`
	// File, Line (from 1) and Document (from 0) say where Git defines it;
	// all three are absent when the repository does not.
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Document *int   `json:"document,omitempty"`
	// State is Ready, Reconciling, Waiting, Failed, Stalled, Suspended,
	// Terminating or Unknown; absent when no cluster judged the object.
	State    string       `json:"state,omitempty"`
	SubState string       `json:"subState,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	Message  string       `json:"message,omitempty"`
	Since    *metav1.Time `json:"since,omitempty"`
	Revision string       `json:"revision,omitempty"`
	// Suspended is spec.suspend or its annotation, live when known.
	Suspended bool        `json:"suspended"`
	Source    *ObjectRef  `json:"source,omitempty"`
	DependsOn []ObjectRef `json:"dependsOn"`
	// Effective is the object as Flux would apply it, once for each build that
	// makes it.
	Effective []Effective `json:"effective,omitempty"`
	// ManagedBy is the object that applies this one.
	ManagedBy *ObjectRef `json:"managedBy,omitempty"`
	// Commit is the last one that changed File.
	Commit *Commit `json:"commit,omitempty"`
	// Absence says why only one side has the object, when that can be told.
	Absence *Absence `json:"absence,omitempty"`
	// Drift is what differs between Git, as Flux builds it, and the live spec.
	Drift []Drift `json:"drift"`
}

// ObjectRef names an object.
type ObjectRef struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// RootCause is an object to mend, with what waits for it.
type RootCause struct {
	Object  ObjectRef `json:"object"`
	State   string    `json:"state"`
	Reason  string    `json:"reason,omitempty"`
	Message string    `json:"message,omitempty"`
	// File and Line say where Git defines the object, Evidence which places the
	// message is about.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Commit is the last one that changed File.
	Commit   *Commit     `json:"commit,omitempty"`
	Evidence []Evidence  `json:"evidence"`
	Blocks   []ObjectRef `json:"blocks"`
	// Cycle is the path of a dependency cycle, the first member repeated.
	Cycle []ObjectRef `json:"cycle"`
}

// Reference is a Secret, ConfigMap or service account that an object names.
type Reference struct {
	// Owner names Target in Field, which stands in File and Line.
	Owner  ObjectRef `json:"owner"`
	Field  string    `json:"field"`
	File   string    `json:"file,omitempty"`
	Line   int       `json:"line,omitempty"`
	Target ObjectRef `json:"target"`
	Key    string    `json:"key,omitempty"`
	// Optional references may lead nowhere.
	Optional bool `json:"optional"`
	// Found is cluster, git (written or generated in the repository), made (by
	// Maker, an ExternalSecret or SealedSecret of the repository), nowhere (the
	// cluster lacks it and nothing in Git makes it), or unknown.
	Found string `json:"found"`
	// InCluster is present, absent or unknown.
	InCluster string `json:"inCluster"`
	// Definition is where the repository defines Target or Maker.
	Definition *Evidence  `json:"definition,omitempty"`
	Maker      *ObjectRef `json:"maker,omitempty"`
	// Encrypted is true for a Secret that SOPS has encrypted in Git.
	Encrypted bool `json:"encrypted"`
}

// Severity orders findings.
type Severity string

// The severities, least first.
const (
	SeverityInfo     Severity = "info"     // advice
	SeverityWarning  Severity = "warning"  // works, but is not safe
	SeverityError    Severity = "error"    // will not reconcile
	SeverityCritical Severity = "critical" // data loss, a whole source stops, a secret leaks
)

// Severities lists them, least first.
func Severities() []Severity {
	return []Severity{SeverityInfo, SeverityWarning, SeverityError, SeverityCritical}
}

// Rank is the position in Severities, -1 for an unknown word.
func (s Severity) Rank() int {
	for i, known := range Severities() {
		if s == known {
			return i
		}
	}
	return -1
}

// Finding is one thing that a rule found, with all that is needed to act.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Title    string   `json:"title"`
	// Object is absent for findings about files.
	Object *ObjectRef `json:"object,omitempty"`
	File   string     `json:"file,omitempty"`
	Line   int        `json:"line,omitempty"`
	// Evidence is what was seen, Fix what to do, Doc the page that says so.
	Evidence string   `json:"evidence"`
	Fix      string   `json:"fix"`
	Doc      string   `json:"doc,omitempty"`
	Focus    []string `json:"focus"`
}

// IgnoredFinding is a finding that counts for nothing.
type IgnoredFinding struct {
	Finding `json:",inline"`
	Ignored Ignored `json:"ignored"`
}

// Ignored says why a finding is silenced.
type Ignored struct {
	Reason string `json:"reason"`
	// Until is the last day on which it is, such as 2027-01-31; absent when
	// there is no end.
	Until string `json:"until,omitempty"`
}

// Undecided are cases of one kind that a rule left open.
type Undecided struct {
	Rule  string `json:"rule"`
	Count int    `json:"count"`
	// Examples are the first of them, most often three.
	Examples []UndecidedCase `json:"examples"`
}

// UndecidedCase is one case that a rule left open.
type UndecidedCase struct {
	Object *ObjectRef `json:"object,omitempty"`
	File   string     `json:"file,omitempty"`
	Line   int        `json:"line,omitempty"`
	// Reason is what would have to be known.
	Reason string `json:"reason"`
}

// Guidance is advice about one topic in this project.
type Guidance struct {
	Topic string `json:"topic"`
	// Today is what the project does, with evidence; Gap what is missing or
	// at risk; Next the step to take. Gap and Next may be empty.
	Today string    `json:"today"`
	Gap   string    `json:"gap,omitempty"`
	Next  string    `json:"next,omitempty"`
	Docs  []DocLink `json:"docs"`
}

// DocLink is a document to read.
type DocLink struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Docs says what was loaded and from where.
type Docs struct {
	Sources  []DocSource  `json:"sources"`
	Sections []DocSection `json:"sections"`
	// Coverage says how complete the documents about each topic of this run
	// are, Capabilities the same of the expert capabilities that these serve.
	Coverage     []DocCoverage `json:"coverage"`
	Capabilities []DocCoverage `json:"capabilities"`
	// Missing are pages that could not be loaded.
	Missing []MissingDoc `json:"missing"`
}

// DocCoverage says how complete the documents about something are.
type DocCoverage struct {
	// Name is that of a topic, or the id of a capability.
	Name string `json:"name"`
	// Pages is how many pages of fluxcd.io were wanted, Loaded how many of
	// them are there, Builtin how many built-in sections there are beside them.
	Pages   int `json:"pages"`
	Loaded  int `json:"loaded"`
	Builtin int `json:"builtin"`
	// Complete is true when there are documents and none is missing.
	Complete bool `json:"complete"`
}

// MissingDoc is a page that could not be loaded, and how to go without it.
type MissingDoc struct {
	URL    string `json:"url"`
	Reason string `json:"reason"`
	// Fallback is what there is instead.
	Fallback string `json:"fallback"`
	// File is where a copy saved by hand is looked for, Instructions how to
	// save it.
	File         string `json:"file,omitempty"`
	Instructions string `json:"instructions,omitempty"`
}

// DocSource is one link of the chain of sources.
type DocSource struct {
	Name string `json:"name"`
	// Status is loaded, partial, failed or skipped.
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
	// Age is how old the copy is, as a Go duration; empty for a fresh one.
	Age string `json:"age,omitempty"`
}

// DocSection is one loaded section.
type DocSection struct {
	Topic  string `json:"topic"`
	Title  string `json:"title"`
	URL    string `json:"url,omitempty"`
	Source string `json:"source"`
	Status string `json:"status"`
}

// Connectivity says what the network allowed.
type Connectivity struct {
	Offline bool `json:"offline"`
	// Tried are the hosts that were asked for documents, and what came of it;
	// Limits are the reasons why not all came from them, Strategy is the way
	// that was taken instead.
	Tried    []string `json:"tried"`
	Limits   []string `json:"limits"`
	Strategy string   `json:"strategy"`
}

// Problem is a part of the work that could not be done.
type Problem struct {
	Source string `json:"source"`
	// Code is stable; Message and Hint are for people.
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}
