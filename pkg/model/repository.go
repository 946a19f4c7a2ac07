package model

import (
	"path"
	"strings"
)

// Repository is what the scan of a work tree found. Every path is relative to
// Root and uses forward slashes, with characters that do not show as
// themselves escaped; slices are sorted by file, line and name, so that the
// same tree gives the same facts.
type Repository struct {
	Root string
	Git  Git
	// Files counts all regular files of the tree, YAMLFiles those that end in
	// .yaml or .yml.
	Files     int
	YAMLFiles int
	// Documents are all documents with apiVersion and kind, of JSON files too.
	Documents     []Document
	ParseErrors   []ParseError
	DuplicateKeys []DuplicateKey
	// Objects are the Flux objects as the files say, before rendering, those
	// that are only patches (see Document.Patch) included.
	Objects []*Object
	// Manifests are the other documents that rules read.
	Manifests      []Manifest
	Kustomizations []KustomizeFile
	// Builds are the folders that Flux objects build, in the order of Objects.
	Builds []Build
	// Unreached are files with manifests that none of the Builds reads and
	// that are no entry point themselves.
	Unreached []UnreachedFile
	Charts    []Chart
	// Releases are the HelmReleases with the sources of their charts.
	Releases []Release
	// SOPS are the configuration files of SOPS.
	SOPS []SOPSConfig
	// GitOpsFolders are folders named as the published structures name them:
	// clusters, apps, infrastructure, base, tenants and the like.
	GitOpsFolders []string
	// Templates counts files of a template language (Jinja and the like, Helm
	// chart templates included) that become YAML only after rendering,
	// GitCrypt those that git-crypt has encrypted.
	Templates int
	GitCrypt  int
	Pattern   string
	Clusters  []string
	// Environments and Tenants are names found in folders and objects.
	Environments []string
	Tenants      []string
	CI           []Pipeline
	Markers      []ImageMarker
	// Variables are what Flux substitutes, KeyFiles files with private keys.
	Variables []Variable
	KeyFiles  []KeyFile
	// Analysis reads the project as a whole out of all of the above, and
	// Requirements are the topics that it asks for, in the order of the focus
	// table.
	Analysis     Analysis
	Requirements []Requirement
}

// Census counts the documents of .yaml and .yml files by apiVersion/kind.
func (r *Repository) Census() map[string]int {
	census := map[string]int{}
	for _, document := range r.Documents {
		if IsYAML(document.File) {
			census[document.APIVersion+"/"+document.Kind]++
		}
	}
	return census
}

// IsYAML reports whether a file name ends in .yaml or .yml, in any case.
func IsYAML(file string) bool {
	extension := path.Ext(file)
	return strings.EqualFold(extension, ".yaml") || strings.EqualFold(extension, ".yml")
}

// Document is one Kubernetes document of the census.
type Document struct {
	Location
	APIVersion string
	Kind       string
	Namespace  string
	Name       string
	// NameLine is the line of metadata.name, 0 when there is none.
	NameLine int
	// Namespaces are those that the builds of the tree give the object; empty
	// when none sets one, so that Namespace counts.
	Namespaces []string
	// Local documents stand in files that Git does not track.
	Local bool
	// Encrypted documents carry SOPS metadata.
	Encrypted bool
	// Item documents are items of a List, which has the same Document index.
	Item bool
	// Patch documents are used as patches by a kustomization and are no
	// objects of their own.
	Patch bool
}

// ID is the identity of the document's object as it is written.
func (d Document) ID() ID {
	group, _ := SplitAPIVersion(d.APIVersion)
	return ID{Group: group, Kind: d.Kind, Namespace: d.Namespace, Name: d.Name}
}

// ParseError is a document that no YAML parser accepts.
type ParseError struct {
	Location
	Message string
}

// DuplicateKey is a key that a mapping holds twice. Line is that of the second;
// Kubernetes and kustomize refuse such a document.
type DuplicateKey struct {
	Location
	Key string
	// First is the line on which the key stands for the first time.
	First int
}

// KustomizeFile is one kustomization.yaml, whatever of the three accepted names
// it has.
type KustomizeFile struct {
	File string
	// APIVersion and Kind may be empty: kustomize assumes them. Kind is
	// Kustomization or Component.
	APIVersion string
	Kind       string
	Namespace  string
	NamePrefix string
	NameSuffix string
	// Entries are those that lead to a file or folder of the tree, Remote those
	// that lead elsewhere, in the order of the file.
	Entries []KustomizeEntry
	Remote  []KustomizeEntry
	// Missing are entries that name nothing in the tree, Bare those that name
	// a folder in which no kustomization file is: either makes the build fail.
	Missing []KustomizeEntry
	Bare    []KustomizeEntry
	// Disabled are entries in comments that name something of the tree.
	Disabled []KustomizeEntry
	// Generated are the ConfigMaps and Secrets of its generators.
	Generated []GeneratedObject
	Images    []KustomizeImage
	// Deprecated are fields that kustomize has replaced, for example bases, or
	// that Flux does not build, as helmCharts.
	Deprecated []KustomizeField
	// Reached is true when some build of the tree reads the file.
	Reached bool
}

// KustomizeEntry is one path that a kustomization names.
type KustomizeEntry struct {
	// Entry is the path as it is written.
	Entry string
	// Field is the list that holds it, for example resources or
	// configMapGenerator.
	Field string
	Line  int
	// Target is what the entry leads to, relative to the repository root; empty
	// for what lies outside.
	Target string
	// Ignored is true for a missing entry that is there on the disk, but that
	// Git does not have and Flux therefore never sees.
	Ignored bool
}

// KustomizeField is a field of a kustomization and its line.
type KustomizeField struct {
	Name string
	Line int
}

// GeneratedObject is a ConfigMap or Secret that a kustomization generates.
type GeneratedObject struct {
	Kind      string
	Namespace string
	Name      string
	Line      int
	// Hashed names get a suffix made from the content.
	Hashed bool
	// Keys are the names of the entries that the kustomization itself tells,
	// Literals those whose values it holds.
	Keys     []string
	Literals []Entry
}

// KustomizeImage is an entry of a kustomization's images. Line is that of
// newTag, without one that of the entry.
type KustomizeImage struct {
	Name    string
	NewName string
	NewTag  string
	Digest  string
	Line    int
}

// Build is what one Flux object makes of one folder of the tree.
type Build struct {
	// Owner is the Kustomization, FluxInstance or ResourceSet as it is
	// written, Location where.
	Owner ID
	Location
	// Path is the folder, relative to the repository root and empty for the
	// root itself, as the controller resolves it: a path that climbs out is
	// stopped at the root.
	Path string
	// Climbs is true for a path that had to be stopped.
	Climbs bool
	// Source says whose content the path leads into.
	Source BuildSource
	// Found is false when the folder does not exist in the tree. Only for
	// SourceTree does that mean that the build fails.
	Found bool
	// Kustomization is the kustomization file of the folder; empty when Flux
	// generates one.
	Kustomization string
	// Files are the files of the tree that the build reads, sorted.
	Files []string
	// Foreign are YAML files that are no manifests but would be taken as such
	// by the kustomization that Flux generates, which makes it fail.
	Foreign []string
	// Ignored are files below the path that .sourceignore, spec.ignore or the
	// default list of the source leave out.
	Ignored []string
}

// BuildSource says whose content a path leads into.
type BuildSource string

// The sources of builds.
const (
	// SourceTree is this repository, told by its URL, by an artifact that is
	// made of it, or because it holds the very objects that sync it.
	SourceTree BuildSource = "tree"
	// SourceAssumed is most likely this repository: the path exists in it and
	// nothing speaks against it.
	SourceAssumed BuildSource = "assumed"
	// SourceOther is another repository, an artifact made elsewhere or a bucket.
	SourceOther BuildSource = "other"
	// SourceUnknown cannot be told.
	SourceUnknown BuildSource = "unknown"
)

// UnreachedFile is a file with manifests that no build reads.
type UnreachedFile struct {
	File string
	// Disabled is the kustomization whose comments name the file or its
	// folder; empty when none does.
	Disabled string
	// Nearest is the kustomization of the closest folder above, which may have
	// been meant to list it; empty when there is none.
	Nearest string
}

// SOPSConfig is one .sops.yaml.
type SOPSConfig struct {
	File  string
	Rules []SOPSRule
}

// SOPSRule is one creation rule.
type SOPSRule struct {
	Line           int
	PathRegex      string
	EncryptedRegex string
	// Keys names the kinds of keys that the rule encrypts to: age, pgp, kms
	// and so on.
	Keys []string
}

// Chart is a Helm chart of the tree.
type Chart struct {
	// Path is the folder that holds Chart.yaml.
	Path    string
	Name    string
	Version string
	// CRDs is true when the chart has a crds folder.
	CRDs         bool
	Dependencies []ChartDependency
}

// ChartDependency is one dependency that a Chart.yaml names.
type ChartDependency struct {
	Name       string
	Version    string
	Repository string
}

// Release is one HelmRelease and where its chart comes from.
type Release struct {
	Location
	ID
	// Chart and Version are what the release or its HelmChart asks for; both are
	// empty for an artifact that is the chart.
	Chart   string
	Version string
	// Source is the object that fetches the chart, SourceLocation where the tree
	// defines it, and URL and Ref what it fetches; the latter three are empty for
	// a source that the tree does not hold.
	Source         ID
	SourceLocation Location
	URL            string
	Ref            string
	// LocalChart is the chart of this tree that the release installs.
	LocalChart string
	// Values names the first level of the inline values, sorted; ValuesFrom are
	// the objects with further ones, in the order in which Helm merges them.
	Values     []string
	ValuesFrom []ValuesSource
}

// ValuesSource is an entry of spec.valuesFrom.
type ValuesSource struct {
	Kind string
	Name string
	// Key is the entry that holds the values, TargetPath the one value that it
	// sets; empty when it holds a whole document.
	Key        string
	TargetPath string
	Optional   bool
}

// ImageMarker is a comment that lets image automation rewrite a line.
type ImageMarker struct {
	Location
	Namespace string
	Policy    string
	// Field is tag, name, digest or empty.
	Field string
	// Value is what the line holds now.
	Value string
}
