package docs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// netlify serves pages as the host of fluxcd.io does: a strong ETag that
// differs between identity and gzip, revalidation each time, 304, redirects to
// the address with a slash and of moved pages, no Last-Modified.
type netlify struct {
	*httptest.Server
	page     func(path string) ([]byte, bool)
	moved    map[string]string
	requests atomic.Int32 // all
	pages    atomic.Int32 // answered with a page
	atOnce   atomic.Int32
	mostOnce atomic.Int32

	mu      sync.Mutex
	agents  map[string]bool
	queries []string
}

// newNetlify makes a small page for each path when no folder has it.
func newNetlify(t testing.TB, root string) *netlify {
	t.Helper()
	n := &netlify{moved: map[string]string{}, agents: map[string]bool{}, page: smallPage}
	if root != "" {
		n.page = func(path string) ([]byte, bool) {
			content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path), "index.html"))
			return content, err == nil
		}
	}
	n.Server = httptest.NewServer(n)
	t.Cleanup(n.Close)
	return n
}

func smallPage(address string) ([]byte, bool) {
	if strings.Contains(address, "missing") {
		return nil, false
	}
	return fmt.Appendf(nil, `<!doctype html><html><body><main><div class=td-content><h1>Page %[1]s</h1><p>About %[1]s.</p>`+
		`<h2 id=verification>Verification</h2><p>Verified.</p><h3 id=inner>Inner</h3><p>Inner text.</p><h2 id=other>Other</h2><p>Other text.</p>`+
		`</div></main></body></html>`, strings.Trim(address, "/")), true
}

func (n *netlify) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.requests.Add(1)
	once := n.atOnce.Add(1)
	defer n.atOnce.Add(-1)
	for most := n.mostOnce.Load(); once > most && !n.mostOnce.CompareAndSwap(most, once); most = n.mostOnce.Load() {
	}
	n.mu.Lock()
	n.agents[r.UserAgent()] = true
	if r.URL.RawQuery != "" {
		n.queries = append(n.queries, r.URL.RawQuery)
	}
	n.mu.Unlock()

	address := path.Clean(r.URL.Path)
	if target, moved := n.moved[address]; moved {
		http.Redirect(w, r, target, http.StatusMovedPermanently)
		return
	}
	if !strings.HasSuffix(r.URL.Path, "/") {
		http.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
		return
	}
	content, found := n.page(address)
	if !found {
		http.NotFound(w, r)
		return
	}
	sum := sha256.Sum256(content)
	etag := fmt.Sprintf("%x-ssl", sum[:8])
	zipped := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	if zipped {
		etag += "-df"
	}
	header := w.Header()
	header.Set("ETag", `"`+etag+`"`)
	header.Set("Cache-Control", "public,max-age=0,must-revalidate")
	header.Set("Vary", "Accept-Encoding")
	header.Set("Content-Type", "text/html; charset=UTF-8")
	if r.Header.Get("If-None-Match") == `"`+etag+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if zipped {
		var small bytes.Buffer
		writer := gzip.NewWriter(&small)
		writer.Write(content)
		writer.Close()
		content = small.Bytes()
		header.Set("Content-Encoding", "gzip")
	}
	n.pages.Add(1)
	w.Write(content)
}

// clock is a time that only tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 8, 7, 10, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// timeEnough is for loads that are not about time, on a machine that is busy.
const timeEnough = time.Minute

// testOptions ask a site on loopback, and nobody else.
func testOptions(t testing.TB, siteURL string) (Options, *clock) {
	t.Helper()
	c := newClock()
	return Options{
		SiteURL:    siteURL,
		NoContext7: true,
		UserAgent:  "kubectl-fluxctx/test",
		CacheDir:   filepath.Join(t.TempDir(), "docs"),
		ManualDir:  filepath.Join(t.TempDir(), "manual"),
		MaxAge:     DefaultMaxAge,
		Timeout:    timeEnough,
		Transport:  loopbackOnly(t),
		Now:        c.Now,
	}, c
}
