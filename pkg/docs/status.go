package docs

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// The statuses of a source.
const (
	StatusLoaded  = "loaded"  // it delivered all that it was asked for
	StatusPartial = "partial" // it delivered some of it
	StatusFailed  = "failed"  // it delivered nothing
	StatusSkipped = "skipped" // it was not asked; Reason says why
)

// SourceCache is the cache as a link of the chain. Sections from it keep the
// name of the source that they were copied from.
const SourceCache = "cache"

// SourceStatus says what became of one source.
type SourceStatus struct {
	Name   string
	Status string
	Reason string
	// Age is how old the oldest copy is that was used; zero for other sources
	// than the cache and pages saved by hand.
	Age time.Duration
	// Documents is how many pages, answers or built-in sections it delivered.
	Documents int
}

// freshCopies is why a source need not be asked.
const freshCopies = "the copies in the cache are fresh"

// tally counts what became of the documents of one source.
type tally struct {
	delivered int   // asked and answered
	copied    int   // at hand, and young enough not to ask
	failed    int   // asked, no answer
	notAsked  int   // must not be asked
	err       error // the first failure
	why       error // the first reason not to ask
}

func (t *tally) count(o outcome) {
	err := o.err
	if o.document != nil {
		err = o.document.Instead
		switch {
		case err == nil && o.document.Copy:
			t.copied++
			return
		case err == nil:
			t.delivered++
			return
		}
	}
	if wasAsked(err) {
		t.failed++
		t.err = cmp.Or(t.err, err)
	} else {
		t.notAsked++
		t.why = cmp.Or(t.why, err)
	}
}

// status of the source whose documents were counted.
func (t *tally) status(name, noun string) SourceStatus {
	s := SourceStatus{Name: name, Documents: t.delivered}
	switch {
	case t.failed > 0 && t.delivered > 0:
		s.Status = StatusPartial
		s.Reason = fmt.Sprintf("%d of %s failed: %s", t.failed, plural(t.failed+t.delivered, noun), reason(t.err))
	case t.failed > 0:
		s.Status, s.Reason = StatusFailed, reason(t.err)
	case t.delivered > 0:
		s.Status = StatusLoaded
	case t.notAsked > 0:
		s.Status, s.Reason = StatusSkipped, reason(t.why)
	case t.copied > 0:
		s.Status, s.Reason = StatusSkipped, freshCopies
	default:
		s.Status, s.Reason = StatusSkipped, "there was nothing to ask"
	}
	return s
}

// reason is an error as one line for people. Errors quote servers.
func reason(err error) string {
	if err == nil {
		return ""
	}
	return sanitize.Line(err.Error(), 300)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (l *Loader) sources() []SourceStatus {
	var queries, pages tally
	for _, q := range l.queries {
		queries.count(l.outcomes[q.id])
	}
	for _, page := range l.pages {
		pages.count(l.outcomes[page])
	}
	sources := []SourceStatus{
		queries.status(SourceContext7, "query"),
		pages.status(SourceSite, "page"),
		l.cacheStatus(),
	}
	if manual := l.manualStatus(); manual.Documents > 0 {
		sources = append(sources, manual)
	}
	if l.apiState != nil {
		sources = append(sources, *l.apiState)
	}
	return append(sources, SourceStatus{Name: SourceBuiltin, Status: StatusLoaded, Documents: len(Builtin())})
}

func (l *Loader) cacheStatus() SourceStatus {
	s := SourceStatus{Name: SourceCache, Status: StatusSkipped}
	stale := 0
	for _, o := range l.outcomes {
		if d := o.document; d != nil && d.Copy && d.Source != SourceManual {
			s.Documents++
			s.Age = max(s.Age, l.options.Now().Sub(d.Fetched))
			if d.Instead != nil {
				stale++
			}
		}
	}
	switch {
	case l.options.CacheDir == "":
		s.Reason = "there is no cache folder"
	case s.Documents == 0:
		s.Reason = "it has nothing that was needed"
	case stale > 0:
		s.Status = StatusLoaded
		s.Reason = fmt.Sprintf("%d of %d copies could not be confirmed", stale, s.Documents)
	default:
		s.Status = StatusLoaded
	}
	return s
}

func (l *Loader) manualStatus() SourceStatus {
	s := SourceStatus{Name: SourceManual, Status: StatusLoaded, Reason: "pages saved by hand in " + l.options.ManualDir}
	for _, o := range l.outcomes {
		if d := o.document; d != nil && d.Source == SourceManual {
			s.Documents++
			s.Age = max(s.Age, l.options.Now().Sub(d.Fetched))
		}
	}
	return s
}

// connectivity says whether the network was of use, what was tried, what stood in
// the way, and what was done instead.
func (l *Loader) connectivity(sources []SourceStatus) v1alpha1.Connectivity {
	c := v1alpha1.NewReport().Connectivity
	var used []string
	reached, tried := false, false
	for _, s := range sources {
		switch {
		case s.Name == SourceContext7 || s.Name == SourceSite:
			reached = reached || s.Documents > 0
			tried = tried || s.Status == StatusFailed
			if s.Status != StatusSkipped {
				c.Tried = append(c.Tried, fmt.Sprintf("%s at %s: %s", s.Name, l.host(s.Name), s.Status))
			}
			if s.Status != StatusLoaded && s.Reason != freshCopies {
				c.Limits = append(c.Limits, s.Name+": "+s.Reason)
			}
		case s.Name == SourceCache && l.cache.problem != nil:
			c.Limits = append(c.Limits, s.Name+": "+reason(l.cache.problem))
		}
		if s.Documents > 0 {
			used = append(used, describe(s))
		}
	}
	c.Offline = l.options.Offline || l.options.InCI || tried && !reached
	c.Strategy = strings.Join(used, ", then ")
	return c
}

// host is where a source is asked, without the credentials of a mirror.
func (l *Loader) host(source string) string {
	address := l.options.SiteURL
	if source == SourceContext7 {
		address = l.options.Context7URL
	}
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return sanitize.Line(u.Host, 100)
	}
	return "an address that cannot be read"
}

func describe(s SourceStatus) string {
	switch s.Name {
	case SourceContext7:
		return plural(s.Documents, "answer") + " of Context7"
	case SourceSite:
		return plural(s.Documents, "page") + " of fluxcd.io"
	case SourceCache:
		return fmt.Sprintf("%d from the cache, at most %s old", s.Documents, Age(s.Age))
	case SourceManual:
		return plural(s.Documents, "page") + " saved by hand"
	case SourceCluster:
		return plural(s.Documents, "kind") + " of the cluster's API"
	}
	return "the built-in reference"
}

// Age is a duration as people say it, rounded to what matters.
func Age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "a minute"
	case d < 2*time.Hour:
		return plural(int(d.Round(time.Minute)/time.Minute), "minute")
	case d < 48*time.Hour:
		return plural(int(d.Round(time.Hour)/time.Hour), "hour")
	}
	return plural(int(d/(24*time.Hour)), "day")
}
