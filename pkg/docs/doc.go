// Package docs loads documentation about Flux: from Context7, from fluxcd.io, from
// copies of both that earlier runs kept, from pages that someone saved by hand,
// and from the reference that is built into this program. chain.go says which
// comes first.
//
// Only fixed topic queries and page addresses leave the machine: nothing that
// was read from a cluster or a repository.
package docs
