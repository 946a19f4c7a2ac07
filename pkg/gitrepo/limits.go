package gitrepo

// The limits that keep a hostile or broken tree from taking the machine down.
// Reaching one leaves a problem that names the file; the rest of the tree is
// still read.
const (
	// maxFileSize is the largest YAML or JSON file that is read, in bytes. The
	// API server refuses requests above 3 MiB, and the largest bundles of
	// CustomResourceDefinitions have about 10 MiB.
	maxFileSize = 32 << 20
	// maxFiles bounds the regular files of one tree.
	maxFiles = 1_000_000
	// maxFolderDepth bounds how deep the walk descends.
	maxFolderDepth = 64
)
