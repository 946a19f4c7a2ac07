package docs

import (
	"cmp"
	"net/http"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// Options say what to load and from where. The zero value loads the built-in
// reference and asks nobody.
type Options struct {
	// Focus lists topics of the focus table; empty means the core pages, and
	// the built-in reference of all topics.
	Focus []string

	// Offline and InCI forbid the network. NoContext7 leaves Context7 out.
	Offline    bool
	InCI       bool
	NoContext7 bool

	// SiteURL is where the pages of fluxcd.io are asked for, DefaultSiteURL or
	// a mirror that has them under the same paths; empty means nowhere.
	SiteURL string
	// Context7URL is the MCP endpoint, DefaultContext7URL as a rule; empty
	// means none. Context7Key is the key for it, and Context7Library the id
	// of the library to ask; both may be empty.
	Context7URL     string
	Context7Key     string
	Context7Library string
	// UserAgent names this program to both.
	UserAgent string
	// Transport carries the requests; nil means one like
	// http.DefaultTransport.
	Transport http.RoundTripper

	// Timeout is how long one Loader may wait for the network altogether,
	// Context7Timeout how long the conversation with Context7 may take.
	Timeout         time.Duration
	Context7Timeout time.Duration

	// CacheDir keeps copies for later runs; empty means no cache. Copies are
	// used without asking while they are younger than MaxAge (0 means that
	// they never are), or not older than FreshSince, which is when the
	// session began to load. CacheSize bounds the folder, in bytes.
	CacheDir   string
	CacheSize  int64
	MaxAge     time.Duration
	FreshSince time.Time
	// Reload says which copies are asked for again, however young they are.
	Reload Reload
	// ManualDir is where people put pages that could not be loaded.
	ManualDir string

	// Now is the clock; nil means the real one.
	Now func() time.Time
}

// Reload says since when copies are good; zero means that their age decides.
type Reload struct {
	Context7 time.Time // of the answers that the first call of Loader.Load wants
	Site     time.Time // of the pages that it wants
	Project  time.Time // of all documents that later calls want
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

func (o Options) withDefaults() Options {
	o.UserAgent = cmp.Or(o.UserAgent, "kubectl-fluxctx")
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	o.Context7Timeout = cmp.Or(o.Context7Timeout, DefaultContext7Timeout)
	o.CacheSize = cmp.Or(o.CacheSize, DefaultCacheSize)
	if o.Transport == nil {
		// The usual transport keeps two connections to a host.
		if usual, ok := http.DefaultTransport.(*http.Transport); ok {
			usual = usual.Clone()
			usual.MaxIdleConnsPerHost = maxAtOnce
			o.Transport = usual
		}
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the caller gave no clock
	}
	return o
}
