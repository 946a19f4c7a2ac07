package docs

import (
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// The real site when its folder is at hand, else small pages: the figures of
// the two cannot be compared.
func benchSite(b *testing.B) *netlify {
	b.Helper()
	return newNetlify(b, os.Getenv(siteEnv))
}

// BenchmarkCold loads all 120 pages from a server on this machine, converts and
// cuts them, and writes the cache. The target is 2.0 s on two cores.
func BenchmarkCold(b *testing.B) {
	server := benchSite(b)
	o, _ := testOptions(b, server.URL)
	o.Focus, o.Timeout = focus.Names(), time.Minute
	for b.Loop() {
		b.StopTimer()
		o.CacheDir = b.TempDir()
		b.StartTimer()
		r := Load(b.Context(), o)
		if s := status(b, r, SourceSite); s.Status != StatusLoaded || s.Documents != 120 {
			b.Fatalf("%+v", s)
		}
	}
}

// BenchmarkWarm loads the same from a fresh cache and makes it searchable. The
// target is 60 ms.
func BenchmarkWarm(b *testing.B) {
	server := benchSite(b)
	o, _ := testOptions(b, server.URL)
	o.Focus, o.Timeout = focus.Names(), time.Minute
	Load(b.Context(), o)
	for b.Loop() {
		r := Load(b.Context(), o)
		if s := status(b, r, SourceCache); s.Documents != 120 {
			b.Fatalf("%+v", s)
		}
		NewIndex(r.Sections)
	}
}

// BenchmarkAdded is what documents add to a run with a fresh cache: they are
// loaded, ranked by thirty findings and written into the summary. The target is
// 60 ms.
func BenchmarkAdded(b *testing.B) {
	server := benchSite(b)
	o, _ := testOptions(b, server.URL)
	o.Focus, o.Timeout = focus.Names(), time.Minute
	Load(b.Context(), o)
	report := testReport()
	finding := report.Findings[0]
	for i, topic := range slices.Concat(focus.Names(), focus.Names())[:maxSubjects] {
		finding.Rule, finding.Focus = strconv.Itoa(i), []string{topic}
		report.Findings = append(report.Findings, finding)
	}
	for b.Loop() {
		if summary := Summary(report, Load(b.Context(), o).Sections, 0); len(summary) < 10_000 {
			b.Fatal(summary)
		}
	}
}

// BenchmarkSearch asks an index of all sections. The target is 5 ms.
func BenchmarkSearch(b *testing.B) {
	server := benchSite(b)
	o, _ := testOptions(b, server.URL)
	o.Focus, o.Timeout = focus.Names(), time.Minute
	index := NewIndex(Load(b.Context(), o).Sections)
	for b.Loop() {
		if hits := index.Search("verify signed commits with spec.verify and gpg keys", 10); len(hits) == 0 {
			b.Fatal("nothing found")
		}
	}
}
