package docs

import (
	"net/http"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// Options say what to load and from where. The zero value loads from fluxcd.io
// and Context7 with the defaults below and without a cache.
type Options struct {
	// Focus lists topics of the focus table; empty means the core pages, and
	// the built-in reference of all topics.
	Focus []string

	// Offline and InCI forbid the network. NoContext7 leaves Context7 out.
	Offline    bool
	InCI       bool
	NoContext7 bool

	// SiteURL is where the pages of fluxcd.io are asked for; a mirror has
	// them under the same paths.
	SiteURL string
	// Context7URL is the MCP endpoint, Context7Key the key for it, and
	// Context7Library the id of the library to ask; all may be empty.
	Context7URL     string
	Context7Key     string
	Context7Library string
	// UserAgent names this program to both.
	UserAgent string
	// Transport carries the requests; nil means http.DefaultTransport.
	Transport http.RoundTripper

	// Timeout is how long one Loader may wait for the network altogether,
	// Context7Timeout how long the conversation with Context7 may take.
	Timeout         time.Duration
	Context7Timeout time.Duration

	// CacheDir keeps copies for later runs; empty means no cache. Copies are
	// used without asking while they are younger than MaxAge, or not older
	// than FreshSince. CacheSize bounds the folder, in bytes.
	CacheDir   string
	CacheSize  int64
	MaxAge     time.Duration
	FreshSince time.Time
	// ManualDir is where people put pages that could not be loaded.
	ManualDir string

	// Now is the clock.
	Now func() time.Time
}

// The defaults of Options.
const (
	DefaultSiteURL         = focus.DocsSite
	DefaultContext7URL     = "https://mcp.context7.com/mcp"
	DefaultTimeout         = 3 * time.Second
	DefaultContext7Timeout = 2 * time.Second
	DefaultMaxAge          = 24 * time.Hour
	DefaultCacheSize       = 64 << 20
)
