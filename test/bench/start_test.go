// Package bench measures the whole command as a process, each figure with a
// peer in the same run: machines are noisy, ratios count.
package bench

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// build compiles a command of this module the way a release does.
func build(b *testing.B, name, path string) string {
	b.Helper()
	binary := filepath.Join(b.TempDir(), name)
	command := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, path)
	command.Dir = "../.."
	if out, err := command.CombinedOutput(); err != nil {
		b.Fatalf("go build %s: %v\n%s", path, err, out)
	}
	return binary
}

// BenchmarkStart compares `version` with an empty cobra program that imports
// the same client-go packages. The goal is a ratio of at most 1.5.
func BenchmarkStart(b *testing.B) {
	product := build(b, "kubectl-fluxctx", "./cmd/kubectl-fluxctx")
	peer := build(b, "empty", "./test/bench/emptycobra")
	var ours, theirs []time.Duration
	for b.Loop() {
		ours = append(ours, run(b, product, "version"))
		theirs = append(theirs, run(b, peer, "version"))
	}
	report(b, "empty", ours, theirs)
}

func run(b *testing.B, name string, args ...string) time.Duration {
	b.Helper()
	start := time.Now()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return time.Since(start)
}

// report prints the medians of both sides and their ratio.
func report(b *testing.B, peer string, ours, theirs []time.Duration) {
	slices.Sort(ours)
	slices.Sort(theirs)
	mine, other := ours[len(ours)/2], theirs[len(theirs)/2]
	b.ReportMetric(0, "ns/op") // the loop runs both: the sum says nothing
	b.ReportMetric(float64(mine.Microseconds())/1000, "ms")
	b.ReportMetric(float64(other.Microseconds())/1000, "ms/"+peer)
	b.ReportMetric(float64(mine)/float64(other), "ratio")
}
