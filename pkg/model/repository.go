package model

// Repository is what the scan of a work tree found. Every path is relative to
// Root and uses forward slashes; slices are sorted by file, line and name, so
// that the same tree gives the same facts.
type Repository struct {
	Root string
	Git  Git
	// Files counts all regular files of the tree, YAMLFiles those that end in
	// .yaml or .yml.
	Files     int
	YAMLFiles int
	// Documents are all documents with apiVersion and kind.
	Documents   []Document
	ParseErrors []ParseError
	// Objects are the Flux objects as the files say, before rendering.
	Objects []*Object
	// Manifests are the other documents that rules read.
	Manifests      []Manifest
	Kustomizations []KustomizeFile
	Charts         []Chart
	// GitOpsFolders are folders named as the published structures name them:
	// clusters, apps, infrastructure, base, tenants and the like.
	GitOpsFolders []string
	// Templates counts files of a template language (Jinja and the like) that
	// become YAML only after rendering.
	Templates int
	Pattern   string
	Clusters  []string
	// Environments and Tenants are names found in folders and objects.
	Environments []string
	Tenants      []string
	CI           []Pipeline
	Markers      []ImageMarker
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
	// Local documents stand in files that Git does not track.
	Local bool
	// Encrypted documents carry SOPS metadata.
	Encrypted bool
	// Patch documents are used as patches by a kustomization and are no
	// objects of their own.
	Patch bool
}

// ID is the identity of the document's object.
func (d Document) ID() ID {
	group, _ := SplitAPIVersion(d.APIVersion)
	return ID{Group: group, Kind: d.Kind, Namespace: d.Namespace, Name: d.Name}
}

// ParseError is a document that no YAML parser accepts.
type ParseError struct {
	Location
	Message string
}

// KustomizeFile is one kustomization.yaml.
type KustomizeFile struct {
	File      string
	Namespace string
	Resources []string
	// Components, Patches and Generators list the files that each names.
	Components []string
	Patches    []string
	Generators []string
	Remote     []string
	// Missing are entries that name nothing in the tree, with their line.
	Missing []MissingEntry
	// Deprecated are fields that kustomize has replaced, for example bases.
	Deprecated []string
}

// MissingEntry is an entry of a kustomization that does not exist.
type MissingEntry struct {
	Entry string
	Field string
	Line  int
}

// Chart is a Helm chart of the tree.
type Chart struct {
	// Path is the folder that holds Chart.yaml.
	Path    string
	Name    string
	Version string
	CRDs    bool
}

// ImageMarker is a comment that lets image automation rewrite a line.
type ImageMarker struct {
	Location
	Namespace string
	Policy    string
	// Field is tag, name, digest or empty.
	Field string
}
