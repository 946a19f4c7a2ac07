package docs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// Loader loads documents in one or more calls and asks for none twice. It is
// for one goroutine.
type Loader struct {
	options  Options
	cache    *cache
	manual   *manual
	mcp      *context7
	context7 Source
	site     Source

	topics   []string // in the order asked for
	queries  []query
	pages    []string // addresses without fragments
	outcomes map[string]outcome
	waited   time.Duration
	loads    int // calls of Load so far
	api      []Section
	apiState *SourceStatus
}

// outcome is what became of one document.
type outcome struct {
	document *Document
	err      error
}

// Load loads the core pages and those for the focus.
func Load(ctx context.Context, o Options) Result {
	l := NewLoader(o)
	defer l.Close()
	return l.Load(ctx, o.Focus)
}

// NewLoader opens nothing and asks nobody yet.
func NewLoader(o Options) *Loader {
	o = o.withDefaults()
	l := &Loader{options: o, cache: newCache(o), manual: newManual(o), mcp: newContext7(o), outcomes: map[string]outcome{}}
	l.context7, l.site = assemble(o, l.cache, l.mcp, newSite(o), l.manual)
	return l
}

// Close ends the conversation with Context7.
func (l *Loader) Close() { l.mcp.close() }

// Load loads the documents about topics, and the core pages, and returns all
// that was loaded so far. It returns when the time for the network is over, with
// what is at hand then.
func (l *Loader) Load(ctx context.Context, topics []string) Result {
	l.want(topics)
	reload := l.options.Reload
	if l.loads > 0 {
		reload.Context7, reload.Site = reload.Project, reload.Project
	}
	l.loads++
	l.ask(ctx, reload)
	l.cache.trim()
	return l.result()
}

// AddAPI adds the reference of the installed API, which the loader cannot know
// of, to what it returns from now on. It waits for the API server no longer than
// for all other sources together.
func (l *Loader) AddAPI(ctx context.Context, api API) {
	ctx, cancel := context.WithTimeoutCause(ctx, l.options.Timeout, noAnswer(l.options.Timeout))
	defer cancel()
	sections, status := APIReference(ctx, api)
	l.api, l.apiState = sections, &status
}

// want adds what the topics need to the lists.
func (l *Loader) want(topics []string) {
	if l.pages == nil {
		l.queries = coreQueries()
		for _, page := range focus.CorePages() {
			l.pages = appendNew(l.pages, []string{withoutFragment(page)})
		}
	}
	for _, name := range topics {
		topic, known := focus.Lookup(name)
		if !known || slices.Contains(l.topics, name) {
			continue
		}
		l.topics = append(l.topics, name)
		l.queries = append(l.queries, topicQuery(topic))
		for _, page := range focus.Pages(name) {
			l.pages = appendNew(l.pages, []string{withoutFragment(page)})
		}
	}
}

// ask gets the documents that were not asked for yet, all at once; how many
// requests run at a time is for the sources to say.
func (l *Loader) ask(ctx context.Context, reload Reload) {
	start := l.options.Now()
	left := max(l.options.Timeout-l.waited, 0)
	ctx, cancel := context.WithTimeoutCause(ctx, left, noAnswer(l.options.Timeout))
	defer cancel()
	queryTime := l.options.Context7Timeout
	queryCtx, cancelQueries := context.WithTimeoutCause(ctx, queryTime, noAnswer(queryTime))
	defer cancelQueries()

	var mu sync.Mutex
	var asking sync.WaitGroup
	get := func(ctx context.Context, source Source, id string, since time.Time) {
		if _, done := l.outcomes[id]; done {
			return
		}
		asking.Go(func() {
			document, err := source.Get(ctx, Want{ID: id, Since: since})
			mu.Lock()
			defer mu.Unlock()
			l.outcomes[id] = outcome{document, err}
		})
	}
	mu.Lock() // get reads the map while the first answers come in
	for _, q := range l.queries {
		get(queryCtx, l.context7, q.id, reload.Context7)
	}
	for _, page := range l.pages {
		get(ctx, l.site, page, reload.Site)
	}
	mu.Unlock()
	asking.Wait()
	l.waited += l.options.Now().Sub(start)
}

func noAnswer(within time.Duration) error { return fmt.Errorf("it did not answer within %v", within) }

func withoutFragment(address string) string {
	page, _, _ := strings.Cut(address, "#")
	return page
}
