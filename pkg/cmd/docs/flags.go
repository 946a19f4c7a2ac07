package docs

import (
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/docs"
	"github.com/fluxctx/kubectl-fluxctx/pkg/version"
)

// Flags say where documents may come from; the main job has them too.
type Flags struct {
	Offline     bool
	Timeout     time.Duration
	URL         string
	MaxAge      time.Duration
	NoContext7  bool
	Context7URL string
}

// NewFlags returns the defaults.
func NewFlags() *Flags {
	return &Flags{
		Timeout:     docs.DefaultTimeout,
		URL:         docs.DefaultSiteURL,
		MaxAge:      docs.DefaultMaxAge,
		Context7URL: docs.DefaultContext7URL,
	}
}

// AddFlags binds the flags.
func (f *Flags) AddFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&f.Offline, "offline", f.Offline, "If true, load documents from the cache and the built-in reference only.")
	flags.DurationVar(&f.Timeout, "docs-timeout", f.Timeout, "How long to wait for documents from the network.")
	flags.StringVar(&f.URL, "docs-url", f.URL, "Site to load the documents of fluxcd.io from, for example a mirror.")
	flags.DurationVar(&f.MaxAge, "docs-max-age", f.MaxAge, "How old a cached document may be before it is asked for again.")
	flags.BoolVar(&f.NoContext7, "no-context7", f.NoContext7, "If true, do not ask Context7.")
	flags.StringVar(&f.Context7URL, "context7-url", f.Context7URL, "Address of the Context7 MCP server.")
}

// ToOptions resolves the flags for the topics asked for.
func (f *Flags) ToOptions(factory *cmdutil.Factory, topics []string) docs.Options {
	return docs.Options{
		Focus:       topics,
		Offline:     f.Offline,
		InCI:        factory.Environment.Get(cmdutil.EnvCI) != "",
		NoContext7:  f.NoContext7,
		SiteURL:     f.URL,
		Context7URL: f.Context7URL,
		Context7Key: factory.Environment.Get(cmdutil.EnvContext7APIKey),
		UserAgent:   "kubectl-fluxctx/" + version.Get().Version,
		Timeout:     f.Timeout,
		CacheDir:    filepath.Join(cmdutil.CacheDir(), "docs"),
		MaxAge:      f.MaxAge,
		ManualDir:   cmdutil.ManualDocsDir(),
		Now:         factory.Now,
	}
}
