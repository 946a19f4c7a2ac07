package docs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

const (
	// maxAtOnce is how many pages are asked for at a time, as a browser would.
	maxAtOnce = 6
	// maxFailures is after how many failed pages, with none that came, the
	// rest is not asked for.
	maxFailures = 5
)

// site reads pages of fluxcd.io, or of a mirror with the same paths.
type site struct {
	base    *url.URL
	baseErr error
	fetcher *fetcher
	slots   chan struct{}

	mu       sync.Mutex
	arrived  int
	failures int
	lastErr  error
}

func newSite(o Options) *site {
	s := &site{slots: make(chan struct{}, maxAtOnce)}
	base, err := url.Parse(o.SiteURL)
	switch {
	case err != nil:
		s.baseErr = errors.New("its address cannot be read") // it may hold a password
	case base.Host == "" || base.Scheme != "https" && base.Scheme != "http":
		s.baseErr = fmt.Errorf("%q is not the address of a website", base.Redacted())
	}
	s.base = base
	s.fetcher = newFetcher(o)
	return s
}

func (s *site) Get(ctx context.Context, want Want) (*Document, error) {
	if s.baseErr != nil {
		return nil, s.baseErr
	}
	page, err := s.ask(ctx, want)
	if err != nil {
		return nil, err
	}
	if page.notModified {
		confirmed := *want.Have
		confirmed.Copy, confirmed.Fetched = false, s.fetcher.now()
		return &confirmed, nil
	}
	parts, err := convertPage(page.body, page.address)
	s.count(err)
	if err != nil {
		return nil, err
	}
	return &Document{
		Source:  SourceSite,
		URL:     page.address.String(),
		ETag:    page.etag,
		Fetched: s.fetcher.now(),
		Parts:   parts,
	}, nil
}

// ask waits for its turn and fetches the page.
func (s *site) ask(ctx context.Context, want Want) (*response, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	s.mu.Lock()
	hopeless, lastErr := s.arrived == 0 && s.failures >= maxFailures, s.lastErr
	s.mu.Unlock()
	if hopeless {
		return nil, lastErr
	}
	etag := ""
	if want.Have != nil {
		etag = want.Have.ETag
	}
	page, err := s.fetcher.fetch(ctx, s.address(want.ID), etag)
	if err != nil || page.notModified {
		s.count(err)
	}
	return page, err
}

// address is where this site has a page of fluxcd.io.
func (s *site) address(id string) *url.URL {
	return s.base.JoinPath(strings.TrimPrefix(id, focus.DocsSite))
}

// count keeps a site that gives nothing from being asked for everything. A page
// that is missing tells that the rest works.
func (s *site) count(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var status statusError
	if err == nil || errors.As(err, &status) && (status.code == http.StatusNotFound || status.code == http.StatusGone) {
		s.arrived++
		return
	}
	s.failures++
	s.lastErr = err
}
