package report

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/engine"
	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
	"github.com/fluxctx/kubectl-fluxctx/pkg/session"
	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
	"github.com/fluxctx/kubectl-fluxctx/pkg/version"
)

// Options are all that Run needs.
type Options struct {
	Engine  engine.Options
	Printer printers.ResourcePrinter
	// Data is true when a program reads the output, which then gets a
	// document even when the command fails.
	Data bool
	// Failure is what was asked for by name and cannot be honoured; the rest
	// is shown all the same.
	Failure error
	// NamedCluster, NamedRepository, NamedSession and NamedBase say what was
	// asked for by name: that it cannot be had is an error.
	NamedCluster    bool
	NamedRepository bool
	NamedSession    bool
	NamedBase       bool
	NoCluster       bool
	FailOn          v1alpha1.Severity
	FailOnPartial   bool
	Streams         genericiooptions.IOStreams
	ErrTerminal     ui.Terminal
	Quiet           bool
	InCI            bool
}

// ToOptions resolves what was typed. Only mistakes in the command line itself
// are errors; with a format for programs they too come with a document.
func (f *Flags) ToOptions(ctx context.Context, factory *cmdutil.Factory, args []string) (*Options, error) {
	printer, err := f.Print.Printer()
	if err != nil {
		return nil, cmdutil.Errorf("see '"+factory.Program+" --help' for the formats", "%w", err)
	}
	inCI := factory.Environment.Get(cmdutil.EnvCI) != ""
	o := &Options{
		Printer:         printer,
		Data:            f.Print.Data(),
		NamedCluster:    factory.NamesCluster(),
		NamedRepository: f.Repo != "",
		NamedSession:    f.SessionDir != os.TempDir(),
		NamedBase:       f.Base != "",
		NoCluster:       f.NoCluster,
		FailOn:          v1alpha1.Severity(f.FailOn),
		FailOnPartial:   f.FailOnPartial,
		Streams:         factory.Streams,
		ErrTerminal:     factory.ErrTerminal(),
		Quiet:           factory.Quiet,
		InCI:            inCI,
		Engine: engine.Options{
			Now:        factory.Now,
			Focus:      args,
			SessionDir: f.SessionDir,
			Archive:    session.NewArchive(cmdutil.ArchiveDir()),
			Docs:       f.Docs.ToOptions(factory, args),
			MaxTokens:  f.MaxTokens,
			Rendering:  f.rendering(),
		},
	}
	if o.Failure = f.validate(factory, args); o.Failure != nil {
		return o, nil
	}
	root := f.root(ctx)
	o.Engine.Folder = absolute(root)
	if !f.NoRepo {
		o.Engine.Repository, o.Engine.Base = &gitrepo.Options{Root: root}, f.Base
		if o.Engine.Rules, err = engine.ReadConfig(root); err != nil {
			o.Failure = cmdutil.Errorf("see '"+factory.Program+" schema config' for what it may hold", "%w", err)
			return o, nil
		}
	}
	if f.ClusterPath != "" {
		if o.Failure = o.clusterPath(root, f.ClusterPath); o.Failure != nil {
			return o, nil
		}
	}
	if f.Resume {
		if o.Failure = o.resume(f.SessionDir, len(args) == 0); o.Failure != nil {
			return o, nil
		}
	}
	if !f.NoCluster {
		o.Engine.Cluster = f.clusterOptions(factory, o)
	}
	return o, nil
}

// rendering says how long to build, and where results are kept.
func (f *Flags) rendering() engine.Rendering {
	budget := f.RenderTimeout
	if f.Deep {
		budget = 0
	}
	return engine.Rendering{
		Budget:   budget,
		CacheDir: filepath.Join(cmdutil.CacheDir(), "render"),
		Version:  version.Get().Version + version.Get().Commit,
	}
}

// root is the folder to scan: the one that was named, else the enclosing work
// tree, else the current folder.
func (f *Flags) root(ctx context.Context) string {
	if f.Repo != "" {
		return f.Repo
	}
	if root, err := gitrepo.WorkTree(ctx, "."); err == nil && root != "" {
		return root
	}
	return "."
}

// clusterPath takes the folder that was named as that of the cluster.
func (o *Options) clusterPath(root, folder string) error {
	if o.Engine.Repository == nil {
		return cmdutil.Errorf("leave one of them out", "--cluster-path names a folder of the repository, which --no-repo leaves out")
	}
	clean := strings.Trim(path.Clean("/"+filepath.ToSlash(folder)), "/")
	if info, err := os.Stat(filepath.Join(root, filepath.FromSlash(clean))); err != nil || !info.IsDir() {
		return cmdutil.Errorf("name it as spec.path of the Kustomization of the cluster does, relative to "+sanitize.Path(root),
			"there is no folder %q in the repository (--cluster-path)", sanitize.Line(folder, 200))
	}
	o.Engine.ClusterPath = clean
	return nil
}

func absolute(folder string) string {
	if resolved, err := filepath.Abs(folder); err == nil {
		return resolved
	}
	return folder
}

// resume opens the latest session of the folder that did not reach its end,
// and takes over what it was about unless another focus was asked for.
func (o *Options) resume(dir string, takeFocus bool) error {
	resumed, err := session.ResumeLatest(dir, o.Engine.Folder)
	if err != nil {
		return cmdutil.Errorf("leave --resume out to start a new session, or name its folder with --session-dir",
			"there is no session to go on with: %w", err)
	}
	o.Engine.Resumed = resumed
	if takeFocus {
		o.Engine.Focus = resumed.State().Focus
		o.Engine.Docs.Focus = o.Engine.Focus
	}
	return nil
}

// validate checks the words of the command line.
func (f *Flags) validate(factory *cmdutil.Factory, args []string) error {
	if _, err := ui.ParseColorMode(factory.Color); err != nil {
		return err
	}
	if _, err := labels.Parse(f.Selector); err != nil {
		return cmdutil.Errorf("write it as kubectl does, for example -l 'team=payments,tier!=test'",
			"the label selector %q cannot be read: %s", sanitize.Line(f.Selector, 200), sanitize.Line(err.Error(), 200))
	}
	if f.FailOn != "" && v1alpha1.Severity(f.FailOn).Rank() < 0 {
		return cmdutil.UnknownWord("severity (--fail-on)", f.FailOn, severities())
	}
	if f.MaxTokens <= 0 {
		return cmdutil.Errorf("leave it out for the default", "--max-tokens is %d and must be more than 0", f.MaxTokens)
	}
	if f.NoCluster && f.NoRepo {
		return cmdutil.Errorf("leave one of them out", "--no-cluster and --no-repo together leave nothing to read")
	}
	if f.Base != "" && f.NoRepo {
		return cmdutil.Errorf("leave one of them out", "--base says what to compare the repository with, and --no-repo that none is read")
	}
	for _, arg := range args {
		if _, ok := focus.Lookup(arg); !ok {
			return unknownFocus(factory, arg)
		}
	}
	return nil
}

func severities() []string {
	var words []string
	for _, severity := range v1alpha1.Severities() {
		words = append(words, string(severity))
	}
	return words
}

func unknownFocus(factory *cmdutil.Factory, arg string) error {
	hint := "use one of: " + strings.Join(focus.Names(), ", ")
	if nearest := focus.Nearest(arg, focus.Names()); nearest != "" {
		hint = fmt.Sprintf("did you mean '%s %s'? The focuses are: %s", factory.Program, nearest, strings.Join(focus.Names(), ", "))
	}
	return cmdutil.Errorf(hint, "%q is no focus", sanitize.Line(arg, 100))
}

// clusterOptions resolves the kubeconfig. What is wrong with it is a problem
// of the report, and an error of the command only when a flag asked for it.
func (f *Flags) clusterOptions(factory *cmdutil.Factory, o *Options) *cluster.Options {
	config, err := factory.Kubeconfig()
	if err != nil {
		o.Engine.Problems = append(o.Engine.Problems, KubeconfigProblem(err))
		return nil
	}
	return &cluster.Options{
		Config:           config.REST,
		Context:          config.Context,
		ContextNamespace: config.ContextNamespace,
		SecretKeys:       f.SecretKeys,
		Namespace:        config.Namespace,
		AllNamespaces:    f.AllNamespaces || config.Namespace == "",
		Selector:         f.Selector,
		Timeout:          f.Timeout,
		ConnectTimeout:   f.ClusterTimeout,
		AuthTimeout:      f.AuthTimeout,
		Now:              factory.Now,
	}
}

// KubeconfigProblem says what is wrong with the kubeconfig.
func KubeconfigProblem(err error) model.Problem {
	problem := model.Problem{Source: "cluster", Code: "KubeconfigInvalid", Message: err.Error()}
	if errors.Is(err, cmdutil.ErrNoKubeconfig) {
		problem.Code = "NoKubeconfig"
		problem.Hint = "set KUBECONFIG or pass --kubeconfig to see what runs; --no-cluster says that none is meant"
	}
	if hinted, ok := errors.AsType[*cmdutil.Error](err); ok {
		problem.Hint = hinted.Hint
	}
	return problem
}

// Run does the main job and prints the report.
func (o *Options) Run(ctx context.Context) error {
	if o.Failure != nil {
		return o.fail(o.Failure)
	}
	progress := o.progress()
	defer progress.Stop()
	o.Engine.Progress = progress.Set
	report, err := engine.Run(ctx, o.Engine)
	progress.Stop()
	if err != nil {
		return err
	}
	if err := o.Printer.PrintObj(report, o.Streams.Out); err != nil {
		return fmt.Errorf("cannot print the report: %w", err)
	}
	if file := report.Session.File; file != "" && !o.Quiet {
		fmt.Fprintf(o.Streams.ErrOut, "%s session: %s\n", o.ErrTerminal.Symbols.Step, file)
	}
	return o.verdict(report)
}

// progress is the line on stderr that says what is waited for; nobody watches
// with -q or in CI.
func (o *Options) progress() *ui.Progress {
	if o.Quiet || o.InCI {
		return nil
	}
	return o.ErrTerminal.NewProgress(o.Streams.ErrOut)
}

// fail prints a document with the one problem for programs that wait for one.
func (o *Options) fail(failure error) error {
	if !o.Data {
		return failure
	}
	report := v1alpha1.NewReport()
	problem := v1alpha1.Problem{Source: "command", Code: "InvalidCommandLine", Message: failure.Error()}
	if hinted, ok := errors.AsType[*cmdutil.Error](failure); ok {
		problem.Hint = hinted.Hint
	}
	report.Problems = append(report.Problems, problem)
	return errors.Join(failure, o.Printer.PrintObj(report, o.Streams.Out))
}

// verdict is the error of a run whose report has been printed: nothing could
// be read, or not what was asked for by name.
func (o *Options) verdict(report *v1alpha1.ContextReport) error {
	clusterRead := report.Cluster != nil && report.Cluster.Reachable
	repositoryRead := report.Repository != nil
	switch {
	case o.NamedRepository && !repositoryRead:
		return o.failure("repository", report)
	case o.NamedCluster && !o.NoCluster && !clusterRead:
		return o.failure("cluster", report)
	case o.NamedBase && (!repositoryRead || report.Repository.Base == nil):
		return o.failure(engine.BaseUnreadable, report)
	case o.NamedSession && report.Session.File == "":
		return o.failure("session", report)
	case !clusterRead && !repositoryRead:
		return o.failure("", report)
	}
	if o.FailOn != "" {
		severe := 0
		for _, finding := range report.Findings {
			if finding.Severity.Rank() >= o.FailOn.Rank() {
				severe++
			}
		}
		if severe > 0 {
			return &cmdutil.FindingsError{Count: severe, Severity: string(o.FailOn)}
		}
	}
	if o.FailOnPartial && len(report.Problems) > 0 {
		return cmdutil.ErrIncomplete
	}
	return nil
}

// failure is the first problem of a source or code, or of any. The text format has
// shown it already.
func (o *Options) failure(source string, report *v1alpha1.ContextReport) error {
	if !o.Data {
		return cmdutil.ErrReported
	}
	for _, problem := range report.Problems {
		if source == "" || problem.Source == source || problem.Code == source {
			return cmdutil.Errorf(problem.Hint, "%s: %s", problem.Source, problem.Message)
		}
	}
	return cmdutil.ErrReported
}
