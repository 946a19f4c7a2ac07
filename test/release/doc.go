// Package release tests what a release ships. It has no code of its own: its
// tests build a snapshot with goreleaser, as .ci/release starts them, and
// install from it with the real kubectl, krew and, where FLUX_BIN names one,
// flux.
package release
