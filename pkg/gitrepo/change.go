package gitrepo

import (
	"path"
	"strings"

	"github.com/fluxcd/pkg/sourceignore"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// markChanges tells which of the changed files touch Flux.
func markChanges(repo *model.Repository) {
	changes := repo.Git.Changed
	if len(changes) == 0 {
		return
	}
	files := map[string]bool{}
	for i := range repo.Documents {
		files[repo.Documents[i].File] = true
	}
	for i := range repo.Kustomizations {
		k := &repo.Kustomizations[i]
		files[k.File] = true
		for _, entries := range [][]model.KustomizeEntry{k.Entries, k.Missing} {
			for _, entry := range entries {
				files[entry.Target] = true
			}
		}
	}
	for i := range repo.Builds {
		for _, list := range [][]string{repo.Builds[i].Files, repo.Builds[i].Foreign} {
			for _, file := range list {
				files[file] = true
			}
		}
	}
	for i := range changes {
		change := &changes[i]
		change.Flux = files[change.Path] || path.Base(change.Path) == sourceignore.IgnoreFile || inChart(repo, change.Path) ||
			strings.Contains(change.Code, "D") && wasBuilt(repo, change.Path)
	}
}

// inChart is true for the files of a chart of the tree.
func inChart(repo *model.Repository, file string) bool {
	for i := range repo.Charts {
		if folder := repo.Charts[i].Path; folder == "." || within(folder, file) {
			return true
		}
	}
	return false
}

// wasBuilt is true for a deleted file that a build most likely read.
func wasBuilt(repo *model.Repository, file string) bool {
	if !maybeManifests(path.Base(file)) {
		return false
	}
	for i := range repo.Builds {
		if repo.Builds[i].Found && within(repo.Builds[i].Path, file) {
			return true
		}
	}
	return false
}
