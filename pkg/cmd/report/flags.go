package report

import (
	"os"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/docs"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/markdown"
	"github.com/fluxctx/kubectl-fluxctx/pkg/output"
	"github.com/fluxctx/kubectl-fluxctx/pkg/version"
)

// Flags hold what was typed.
type Flags struct {
	AllNamespaces  bool
	Selector       string
	Repo           string
	ClusterPath    string
	Base           string
	NoCluster      bool
	NoRepo         bool
	SessionDir     string
	ClusterTimeout time.Duration
	AuthTimeout    time.Duration
	SecretKeys     bool
	Timeout        time.Duration
	RenderTimeout  time.Duration
	Deep           bool
	Docs           *docs.Flags
	Resume         bool
	MaxTokens      int
	FailOn         string
	FailOnPartial  bool
	Print          *cmdutil.PrintFlags
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
		RenderTimeout:  5 * time.Second,
		Docs:           docs.NewFlags(),
		MaxTokens:      markdown.DefaultMaxTokens,
		Print: cmdutil.NewPrintFlags(
			cmdutil.OwnFormat{Name: "text", Printer: text(false)},
			cmdutil.OwnFormat{Name: "wide", Printer: text(true)},
			cmdutil.OwnFormat{Name: "markdown", Printer: func() printers.ResourcePrinter { return output.Markdown{} }},
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
	flags.StringVar(&f.ClusterPath, "cluster-path", f.ClusterPath,
		"Folder of the cluster in the repository. The default is what the cluster itself says that it syncs.")
	flags.StringVar(&f.Base, "base", f.Base,
		"Compare with where HEAD left this branch, tag or commit, for example origin/main: what would the changes since then delete?")
	flags.BoolVar(&f.NoCluster, "no-cluster", f.NoCluster, "If true, ask no cluster.")
	flags.BoolVar(&f.NoRepo, "no-repo", f.NoRepo, "If true, scan no folder.")
	flags.StringVar(&f.SessionDir, "session-dir", f.SessionDir, "Folder for the session file.")
	flags.DurationVar(&f.ClusterTimeout, "cluster-timeout", f.ClusterTimeout,
		"How long to wait for the first answer of the API server, counted from the credential.")
	flags.DurationVar(&f.AuthTimeout, "auth-timeout", f.AuthTimeout,
		"How long to wait for a credential plugin.")
	flags.DurationVar(&f.Timeout, "timeout", f.Timeout, "How long reading the cluster may take altogether.")
	flags.DurationVar(&f.RenderTimeout, "render-timeout", f.RenderTimeout,
		"How long building what the repository amounts to may take, most relevant objects first.")
	flags.BoolVar(&f.Deep, "deep", f.Deep, "If true, build everything, however long it takes.")
	flags.BoolVar(&f.SecretKeys, "check-secret-keys", f.SecretKeys,
		"If true, check the key names of Secrets that Flux objects refer to. This reads the Secrets and keeps no value.")
	f.Docs.AddFlags(flags)
	flags.BoolVar(&f.Resume, "resume", f.Resume, "If true, go on with the latest unfinished session of this folder.")
	flags.IntVar(&f.MaxTokens, "max-tokens", f.MaxTokens,
		"How long Markdown for an assistant may be, in tokens of about four bytes.")
	flags.StringVar(&f.FailOn, "fail-on", f.FailOn,
		"Exit with code 2 when a finding is at least this severe. One of: (info, warning, error, critical).")
	flags.BoolVar(&f.FailOnPartial, "fail-on-partial", f.FailOnPartial,
		"If true, exit with code 3 when something could not be read.")
	f.Print.AddFlags(cmd)
}
