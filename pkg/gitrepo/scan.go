// Package gitrepo reads a local work tree: its manifests, what builds on what,
// and the state of the clone. It reads only, and expects the tree to be large,
// broken or hostile.
package gitrepo

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// Options say what to scan.
type Options struct {
	// Root is the folder to scan.
	Root string
}

// Scan reads the tree below opts.Root. A part that cannot be read becomes a
// problem; the error is not nil only when the folder itself cannot be read or
// ctx ended.
func Scan(ctx context.Context, opts Options) (*model.Repository, []model.Problem, error) {
	root, err := filepath.Abs(opts.Root)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot tell where %s is: %w", sanitize.Path(opts.Root), err)
	}
	limited, cancel := context.WithTimeout(ctx, scanTimeLimit)
	defer cancel()

	folder, err := openDisk(root)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot read the folder to scan: %w", err)
	}
	defer folder.root.Close()
	reading := startGit(limited, root)
	found := walk(limited, folder, reading.files)
	git, problems := reading.wait()
	repo, more := read(limited, found, git, reading.files)
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	repo.Root = sanitize.Path(root)
	return repo, append(problems, more...), nil
}

// read makes the facts of a repository out of what a walk found.
func read(ctx context.Context, found *tree, git model.Git, files *gitFiles) (*model.Repository, []model.Problem) {
	problems := found.problems
	if ctx.Err() != nil {
		problems = append(problems, repositoryProblem("ScanTimeLimit",
			fmt.Sprintf("the scan was ended after %s; a part of the tree is not read", scanTimeLimit), "scan a part of the tree"))
	}
	pipelines, more := readPipelines(found.origin, found.names(), found.pipelineDocuments())
	problems = append(problems, more...)
	builds, unreached, more := findGraph(found, git, files, pipelines)
	problems = append(problems, more...)

	repo := found.facts()
	repo.Git, repo.CI = git, pipelines
	repo.Builds, repo.Unreached = builds, unreached
	markChanges(repo)
	analyse(repo, found.shown(), readBelow(found.origin))
	return repo, problems
}

// readBelow reads single small files.
func readBelow(from origin) func(name string) ([]byte, error) {
	return func(name string) ([]byte, error) { return from.small(name, maxPipelineFile) }
}

// pipelineDocuments lists the documents that run as pipelines in a cluster.
func (t *tree) pipelineDocuments() []model.Document {
	var documents []model.Document
	for _, f := range t.files {
		if f.parsed == nil {
			continue
		}
		for _, document := range f.parsed.documents {
			if clusterPipelineSystem(document) != "" {
				documents = append(documents, document)
			}
		}
	}
	return documents
}

// names lists all files as the file system spells them.
func (t *tree) names() []string {
	names := make([]string, len(t.files))
	for i, f := range t.files {
		names[i] = f.name
	}
	return names
}

// shown lists all files as the report writes them, sorted.
func (t *tree) shown() []string {
	names := make([]string, len(t.files))
	for i, f := range t.files {
		names[i] = f.shown
	}
	slices.Sort(names)
	return names
}

// facts gathers what the files hold.
func (t *tree) facts() *model.Repository {
	repo := &model.Repository{Files: len(t.files)}
	t.size(repo)
	for _, f := range t.files {
		if isTemplate(f.name) {
			repo.Templates++
		}
		if model.IsYAML(f.name) {
			repo.YAMLFiles++
		}
		p := f.parsed
		if p == nil {
			continue
		}
		if p.template {
			repo.Templates++
		}
		if p.gitCrypt {
			repo.GitCrypt++
		}
		repo.Documents = append(repo.Documents, p.documents...)
		repo.Manifests = append(repo.Manifests, p.manifests...)
		repo.ParseErrors = append(repo.ParseErrors, p.errors...)
		repo.DuplicateKeys = append(repo.DuplicateKeys, p.duplicates...)
		repo.Markers = append(repo.Markers, p.markers...)
		repo.Variables = append(repo.Variables, p.variables...)
		repo.KeyFiles = append(repo.KeyFiles, p.keys...)
		for _, object := range p.objects {
			repo.Objects = append(repo.Objects, object.Object)
		}
		if p.kustomization != nil {
			facts := p.kustomization.facts
			facts.File = f.shown
			repo.Kustomizations = append(repo.Kustomizations, facts)
		}
		if p.chart != nil {
			chart := *p.chart
			chart.Path = path.Dir(f.shown)
			_, chart.CRDs = slices.BinarySearch(t.folders, path.Join(path.Dir(f.name), "crds"))
			repo.Charts = append(repo.Charts, chart)
		}
		if p.sops != nil {
			p.sops.File = f.shown
			repo.SOPS = append(repo.SOPS, *p.sops)
		}
	}
	return repo
}

// size makes room for all facts at once.
func (t *tree) size(repo *model.Repository) {
	documents, manifests, objects := 0, 0, 0
	for _, f := range t.files {
		if f.parsed != nil {
			documents += len(f.parsed.documents)
			manifests += len(f.parsed.manifests)
			objects += len(f.parsed.objects)
		}
	}
	repo.Documents = make([]model.Document, 0, documents)
	repo.Manifests = make([]model.Manifest, 0, manifests)
	repo.Objects = make([]*model.Object, 0, objects)
}
