package render

import "time"

// The limits that keep a hostile or broken tree from taking the machine down.
// What kustomize reads is counted before it runs, since it cannot be stopped.
const (
	// maxFileSize is the largest file that a build may read, in bytes. The
	// largest bundles of CustomResourceDefinitions have about 10 MiB.
	maxFileSize = 32 << 20
	// maxBuildFiles and maxBuildBytes bound what one build reads, files that
	// several kustomizations include counted each time.
	maxBuildFiles = 20_000
	maxBuildBytes = 16 << 20
	// maxLayers bounds the kustomizations of one build, maxLayerDepth how deep
	// they may include each other.
	maxLayers     = 2_000
	maxLayerDepth = 64
	// maxExpandedNodes bounds what the aliases of one file expand to.
	maxExpandedNodes = 1_000_000
	// maxNodeDepth bounds how deep values may lie in each other.
	maxNodeDepth = 500
	// maxGrowths bounds the operations of one build that can double an object:
	// copies of JSON patches, and replacements that take whole mappings.
	maxGrowths = 12
	// maxObjects bounds the objects of one build.
	maxObjects = 50_000

	// maxBuilds bounds the builds of one run, maxOwnerDepth how deep owners may
	// make each other.
	maxBuilds     = 50_000
	maxOwnerDepth = 16
	// maxRounds is how often an owner is built that changes itself, as the
	// flux-system Kustomization of a bootstrap may.
	maxRounds = 3

	// maxWorkers bounds the builds that run at the same time; each holds its
	// objects several times.
	maxWorkers = 4
	// defaultBuildTime is the time that one build gets when there is no budget.
	defaultBuildTime = 30 * time.Second

	// maxKept bounds the content of files that is kept between builds, in
	// bytes, maxKeptFile that of one file.
	maxKept     = 16 << 20
	maxKeptFile = 64 << 10

	// maxShownValue is the length at which the values of changes are cut, in
	// bytes.
	maxShownValue = 256
)
