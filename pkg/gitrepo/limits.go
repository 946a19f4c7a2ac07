package gitrepo

import "time"

// The limits that keep a hostile or broken tree from taking the machine down.
// Reaching one leaves a problem that names the file; the rest of the tree is
// still read.
const (
	// scanTimeLimit bounds the whole scan. A tree of 50,000 files takes two
	// seconds; a cold disk may need some dozens.
	scanTimeLimit = 2 * time.Minute

	// maxWorkers bounds how many files are read at the same time; each holds the
	// content of one.
	maxWorkers = 8

	// maxFiles bounds the regular files of one tree, maxFolderDepth how deep
	// folders may lie in each other.
	maxFiles       = 1_000_000
	maxFolderDepth = 100

	// maxFileSize is the largest file that is read, in bytes. The API server
	// refuses requests above 3 MiB, and the largest bundles of
	// CustomResourceDefinitions have about 10 MiB.
	maxFileSize = 32 << 20
	// maxTreeSize bounds the bytes that are read of all files together.
	maxTreeSize = 4 << 30
	// maxFileDocuments bounds the documents of one file, maxTreeDocuments those
	// of all.
	maxFileDocuments = 50_000
	maxTreeDocuments = 500_000
	// maxDocumentSize and maxDocumentNodes bound a document that the YAML
	// library reads in full. A node takes some 200 bytes of memory.
	maxDocumentSize  = 8 << 20
	maxDocumentNodes = 400_000
	// heavyDocumentNodes is from where on documents are read one at a time.
	heavyDocumentNodes = 50_000
	// maxLoadedSize bounds the documents that are read in full without the
	// library, in bytes: their nodes are kept for the next one.
	maxLoadedSize = 64 << 10
	// maxExplainedSize bounds the documents whose errors are looked for, in
	// bytes.
	maxExplainedSize = 256 << 10

	// maxExpandedSize and maxExpandedDepth bound what aliases make of a part of
	// a document, in bytes of JSON.
	maxExpandedSize  = 2 << 20
	maxExpandedDepth = 200
	// maxExpandedNodes is from how many values on the aliases of a document are
	// told to be too many. Rendering refuses such a file.
	maxExpandedNodes = 1_000_000
	// maxAliasChain bounds how many aliases of aliases, merges of merges, or
	// artifacts of artifacts are followed.
	maxAliasChain = 32
	// maxMerges bounds the mappings that << merges into one value.
	maxMerges = 10_000
	// maxNameLength bounds names and the like; Kubernetes allows 253 characters.
	maxNameLength = 512
	// maxSharedNames bounds the strings that documents share.
	maxSharedNames = 50_000
	// maxPathLength bounds the paths of fields, in bytes.
	maxPathLength = 1024
	// maxFieldLines bounds the lines that are kept of one document; objects with
	// large values would otherwise cost more than all others together.
	maxFieldLines = 2000
	// maxFileErrors bounds the parse errors and duplicate keys that are kept of
	// one file, maxMarkers its image markers.
	maxFileErrors = 100
	maxMarkers    = 10_000

	// maxEntries bounds the entries of one kustomization.
	maxEntries = 10_000
	// maxBuildFiles bounds the files of all builds together: every Flux
	// Kustomization of a large tree may build all of it.
	maxBuildFiles = 2_000_000
	// maxBuildDepth bounds kustomizations that include each other.
	maxBuildDepth = 200
	// maxIgnoreMatches bounds how often a file is compared with a pattern of
	// .sourceignore and spec.ignore. A comparison takes some 100 ns.
	maxIgnoreMatches = 50_000_000
	// maxArtifacts bounds what ArtifactGenerators and ResourceSets make, and
	// maxArtifactCopies the copies for one artifact.
	maxArtifacts      = 1000
	maxArtifactCopies = 100
)
