package report

import (
	"os"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/docs"
	"github.com/fluxctx/kubectl-fluxctx/pkg/output"
	"github.com/fluxctx/kubectl-fluxctx/pkg/version"
)

// Flags hold what was typed.
type Flags struct {
	AllNamespaces  bool
	Selector       string
	Repo           string
	NoCluster      bool
	NoRepo         bool
	Offline        bool
	SessionDir     string
	ClusterTimeout time.Duration
	AuthTimeout    time.Duration
	SecretKeys     bool
	Timeout        time.Duration
	Docs           DocsFlags
	Resume         bool
	FailOn         string
	FailOnPartial  bool
	Print          *cmdutil.PrintFlags
}

// DocsFlags are about documents.
type DocsFlags struct {
	Timeout     time.Duration
	URL         string
	MaxAge      time.Duration
	NoContext7  bool
	Context7URL string
}

// NewFlags returns the defaults.
func NewFlags(factory *cmdutil.Factory) *Flags {
	text := func(wide bool) func() printers.ResourcePrinter {
		return func() printers.ResourcePrinter {
			return &output.Text{Terminal: factory.Terminal(), Program: factory.Program, Wide: wide}
		}
	}
	return &Flags{
		SessionDir:     os.TempDir(),
		ClusterTimeout: 2 * time.Second,
		AuthTimeout:    30 * time.Second,
		Timeout:        60 * time.Second,
		Docs: DocsFlags{
			Timeout:     docs.DefaultTimeout,
			URL:         docs.DefaultSiteURL,
			MaxAge:      docs.DefaultMaxAge,
			Context7URL: docs.DefaultContext7URL,
		},
		Print: cmdutil.NewPrintFlags(
			cmdutil.OwnFormat{Name: "text", Printer: text(false)},
			cmdutil.OwnFormat{Name: "wide", Printer: text(true)},
			cmdutil.OwnFormat{Name: "sarif", Printer: func() printers.ResourcePrinter { return &output.SARIF{Version: version.Get().Version} }},
			cmdutil.OwnFormat{Name: "junit", Printer: func() printers.ResourcePrinter { return output.JUnit{} }},
		),
	}
}

// AddFlags binds the flags to the command.
func (f *Flags) AddFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVarP(&f.AllNamespaces, "all-namespaces", "A", f.AllNamespaces,
		"If true, judge the objects of all namespaces. This is the default without --namespace.")
	flags.StringVarP(&f.Selector, "selector", "l", f.Selector,
		"Judge only objects that match this label selector, for example 'team=payments,tier!=test'.")
	flags.StringVar(&f.Repo, "repo", f.Repo,
		"Folder to scan. The default is the enclosing Git work tree, else the current folder.")
	flags.BoolVar(&f.NoCluster, "no-cluster", f.NoCluster, "If true, ask no cluster.")
	flags.BoolVar(&f.NoRepo, "no-repo", f.NoRepo, "If true, scan no folder.")
	flags.BoolVar(&f.Offline, "offline", f.Offline,
		"If true, load documents from the cache and the built-in reference only.")
	flags.StringVar(&f.SessionDir, "session-dir", f.SessionDir, "Folder for the session file.")
	flags.DurationVar(&f.ClusterTimeout, "cluster-timeout", f.ClusterTimeout,
		"How long to wait for the first answer of the API server, counted from the credential.")
	flags.DurationVar(&f.AuthTimeout, "auth-timeout", f.AuthTimeout,
		"How long to wait for a credential plugin.")
	flags.DurationVar(&f.Timeout, "timeout", f.Timeout, "How long reading the cluster may take altogether.")
	flags.BoolVar(&f.SecretKeys, "check-secret-keys", f.SecretKeys,
		"If true, check the key names of Secrets that Flux objects refer to. This reads the Secrets and keeps no value.")
	flags.DurationVar(&f.Docs.Timeout, "docs-timeout", f.Docs.Timeout, "How long the report may wait for documents from the network.")
	flags.StringVar(&f.Docs.URL, "docs-url", f.Docs.URL, "Site to load the documents of fluxcd.io from, for example a mirror.")
	flags.DurationVar(&f.Docs.MaxAge, "docs-max-age", f.Docs.MaxAge, "How old a cached document may be before it is asked for again.")
	flags.BoolVar(&f.Docs.NoContext7, "no-context7", f.Docs.NoContext7, "If true, do not ask Context7.")
	flags.StringVar(&f.Docs.Context7URL, "context7-url", f.Docs.Context7URL, "Address of the Context7 MCP server.")
	flags.BoolVar(&f.Resume, "resume", f.Resume, "If true, go on with the latest unfinished session of this folder.")
	flags.StringVar(&f.FailOn, "fail-on", f.FailOn,
		"Exit with code 2 when a finding is at least this severe. One of: (info, warning, error, critical).")
	flags.BoolVar(&f.FailOnPartial, "fail-on-partial", f.FailOnPartial,
		"If true, exit with code 3 when something could not be read.")
	f.Print.AddFlags(cmd)
}
