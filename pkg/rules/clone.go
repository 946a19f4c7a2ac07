package rules

import "github.com/fluxctx/kubectl-fluxctx/pkg/model"

// sameRepository is true when the URL of a source is a remote of the clone.
func (x *index) sameRepository(source string) bool {
	if x.Repository == nil || source == "" {
		return false
	}
	address := model.RepositoryAddress(source)
	for _, remote := range x.Repository.Git.Remotes {
		if address != "" && model.RepositoryAddress(remote.URL) == address {
			return true
		}
	}
	return false
}
