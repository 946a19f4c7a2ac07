// Package why is the command that follows the whole chain of one thing.
package why

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cluster"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/report"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/engine"
	"github.com/fluxctx/kubectl-fluxctx/pkg/gitrepo"
	"github.com/fluxctx/kubectl-fluxctx/pkg/output"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
	"github.com/fluxctx/kubectl-fluxctx/pkg/version"
)

// Flags hold what was typed.
type Flags struct {
	Repo           string
	NoCluster      bool
	NoRepo         bool
	ClusterTimeout time.Duration
	AuthTimeout    time.Duration
	Timeout        time.Duration
	RenderTimeout  time.Duration
	Print          *cmdutil.PrintFlags
}

// NewFlags returns the defaults.
func NewFlags(factory *cmdutil.Factory) *Flags {
	return &Flags{
		ClusterTimeout: 2 * time.Second,
		AuthTimeout:    30 * time.Second,
		Timeout:        60 * time.Second,
		RenderTimeout:  5 * time.Second,
		Print: cmdutil.NewPrintFlags(cmdutil.OwnFormat{Name: "text", Printer: func() printers.ResourcePrinter {
			return &output.Why{Terminal: factory.Terminal(), Program: factory.Program, Now: factory.Now}
		}}),
	}
}

// AddFlags binds the flags to the command.
func (f *Flags) AddFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Repo, "repo", f.Repo,
		"Folder to scan. The default is the enclosing Git work tree, else the current folder.")
	flags.BoolVar(&f.NoCluster, "no-cluster", f.NoCluster, "If true, ask no cluster.")
	flags.BoolVar(&f.NoRepo, "no-repo", f.NoRepo, "If true, scan no folder.")
	flags.DurationVar(&f.ClusterTimeout, "cluster-timeout", f.ClusterTimeout,
		"How long to wait for the first answer of the API server, counted from the credential.")
	flags.DurationVar(&f.AuthTimeout, "auth-timeout", f.AuthTimeout, "How long to wait for a credential plugin.")
	flags.DurationVar(&f.Timeout, "timeout", f.Timeout, "How long reading the cluster may take altogether.")
	flags.DurationVar(&f.RenderTimeout, "render-timeout", f.RenderTimeout,
		"How long building what the repository amounts to may take.")
	f.Print.AddFlags(cmd)
}

// NewCommand returns the command.
func NewCommand(factory *cmdutil.Factory) *cobra.Command {
	flags := NewFlags(factory)
	cmd := &cobra.Command{
		Use:   "why (KIND/NAME | KIND NAME | FILE)",
		Short: "Show why one thing is as it is: the whole chain behind it",
		Long: templates.LongDesc(`
			Follow the chain of one thing: who applies it, from which source, revision, file
			and line; the state of each link; what fails, down to the Pod that does not start;
			events, and what to do.

			KIND is any kind, Flux or not, in any case, plural or short. NAME is looked for in
			the namespace of -n or of the kubeconfig context; when it is in one other namespace
			only, that one is taken. Kind/namespace/name, as the report prints it, works too.

			FILE shows what a file of the repository becomes in which clusters, and what is
			deleted when it goes.`),
		Example: templates.Examples(fmt.Sprintf(`
			# A Kustomization that is not ready
			%[1]s why ks/apps

			# A workload, and the Flux objects that it comes from
			%[1]s why deployment/web -n shop

			# What a file becomes, and what goes with it
			%[1]s why apps/web/deployment.yaml

			# For a script
			%[1]s why helmrelease/redis -n cache -o json`, factory.Program)),
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: completer(factory),
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := flags.ToOptions(cmd.Context(), factory, args)
			if err != nil {
				return err
			}
			return options.Run(cmd.Context())
		},
	}
	flags.AddFlags(cmd)
	return cmd
}

// Options are all that Run needs.
type Options struct {
	Engine   engine.Options
	Question engine.Question
	Printer  printers.ResourcePrinter
	// Data is true when a program reads the output.
	Data    bool
	Program string
	// NamedCluster and NamedRepository say what was asked for by name.
	NamedCluster    bool
	NamedRepository bool
	factory         *cmdutil.Factory
}

// ToOptions resolves what was typed.
func (f *Flags) ToOptions(ctx context.Context, factory *cmdutil.Factory, args []string) (*Options, error) {
	printer, err := f.Print.Printer()
	if err != nil {
		return nil, cmdutil.Errorf("see '"+factory.Program+" why --help' for the formats", "%w", err)
	}
	if f.NoCluster && f.NoRepo {
		return nil, cmdutil.Errorf("leave one of them out", "--no-cluster and --no-repo together leave nothing to read")
	}
	o := &Options{
		Printer: printer, Data: f.Print.Data(), Program: factory.Program, factory: factory,
		NamedCluster: factory.NamesCluster() && !f.NoCluster, NamedRepository: f.Repo != "",
		Engine: engine.Options{
			Now: factory.Now,
			Rendering: engine.Rendering{
				Budget:   f.RenderTimeout,
				CacheDir: filepath.Join(cmdutil.CacheDir(), "render"),
				Version:  version.Get().Version + version.Get().Commit,
			},
		},
	}
	root := f.root(ctx)
	if !f.NoRepo {
		o.Engine.Repository = &gitrepo.Options{Root: root}
		if o.Engine.Rules, err = engine.ReadConfig(root); err != nil {
			return nil, cmdutil.Errorf("see '"+factory.Program+" schema config' for what it may hold", "%w", err)
		}
	}
	namespace := "default"
	if !f.NoCluster {
		config, err := factory.Kubeconfig()
		if err != nil {
			o.Engine.Problems = append(o.Engine.Problems, report.KubeconfigProblem(err))
		} else {
			o.Engine.Cluster = f.clusterOptions(factory, config)
			namespace = config.ContextNamespace
		}
	}
	o.Question, err = question(args, root, namespace, *factory.ConfigFlags.Namespace)
	return o, err
}

// clusterOptions reads the whole cluster, since a chain goes through namespaces.
func (f *Flags) clusterOptions(factory *cmdutil.Factory, config *cmdutil.Kubeconfig) *cluster.Options {
	return &cluster.Options{
		Config:           config.REST,
		Context:          config.Context,
		ContextNamespace: firstOf(*factory.ConfigFlags.Namespace, config.ContextNamespace),
		AllNamespaces:    true,
		Timeout:          f.Timeout,
		ConnectTimeout:   f.ClusterTimeout,
		AuthTimeout:      f.AuthTimeout,
		Now:              factory.Now,
	}
}

func firstOf(words ...string) string {
	for _, word := range words {
		if word != "" {
			return word
		}
	}
	return ""
}

func (f *Flags) root(ctx context.Context) string {
	if f.Repo != "" {
		return f.Repo
	}
	if root, err := gitrepo.WorkTree(ctx, "."); err == nil && root != "" {
		return root
	}
	return "."
}

// question reads the arguments: a file that exists is a file, and so is what is
// called like one; the rest is KIND/NAME.
func question(args []string, root, contextNamespace, namespace string) (engine.Question, error) {
	q := engine.Question{Namespace: firstOf(namespace, contextNamespace, "default"), NamespaceNamed: namespace != ""}
	if len(args) == 2 {
		q.Kind, q.Name = args[0], args[1]
		return q, nil
	}
	if file, ok := fileIn(root, args[0]); ok {
		q.File = file
		return q, nil
	}
	parts := strings.Split(args[0], "/")
	switch {
	case len(parts) == 2 && parts[0] != "" && parts[1] != "":
		q.Kind, q.Name = parts[0], parts[1]
	case len(parts) == 3 && parts[0] != "" && parts[1] != "" && parts[2] != "":
		q.Kind, q.Namespace, q.Name, q.NamespaceNamed = parts[0], parts[1], parts[2], true
	default:
		return q, cmdutil.Errorf("write it as KIND/NAME, for example kustomization/apps, or name a file of the repository",
			"%q is neither KIND/NAME nor a file", sanitize.Line(args[0], 200))
	}
	return q, nil
}

// fileIn is a file relative to the folder that is scanned. It is looked for from
// the current folder, as a shell completes it, then from the root.
func fileIn(root, typed string) (string, bool) {
	resolved, err := filepath.Abs(root)
	if err != nil {
		return "", false
	}
	if real, err := filepath.EvalSymlinks(resolved); err == nil {
		resolved = real
	}
	candidates := []string{filepath.Join(resolved, typed)}
	if here, err := filepath.Abs(typed); err == nil {
		if folder, err := filepath.EvalSymlinks(filepath.Dir(here)); err == nil {
			here = filepath.Join(folder, filepath.Base(here))
		}
		candidates = append([]string{here}, candidates...)
	}
	for _, candidate := range candidates {
		relative, err := filepath.Rel(resolved, candidate)
		if err != nil || !filepath.IsLocal(relative) {
			continue
		}
		if info, err := os.Stat(candidate); err == nil && info.Mode().IsRegular() {
			return filepath.ToSlash(relative), true
		}
	}
	switch strings.ToLower(filepath.Ext(typed)) {
	case ".yaml", ".yml", ".json":
		return sanitize.Line(filepath.ToSlash(typed), 500), true
	}
	return "", false
}

// Run answers the question and prints the answer.
func (o *Options) Run(ctx context.Context) error {
	var progress *ui.Progress
	if !o.factory.Quiet && o.factory.Environment.Get(cmdutil.EnvCI) == "" {
		progress = o.factory.ErrTerminal().NewProgress(o.factory.Streams.ErrOut)
		defer progress.Stop()
		o.Engine.Progress = progress.Set
	}
	answer, err := engine.Why(ctx, o.Engine, o.Question)
	progress.Stop()
	return o.print(answer, err)
}

// print shows the answer. A question without one is an error; programs get a
// document all the same.
func (o *Options) print(answer *v1alpha1.WhyReport, err error) error {
	if answer == nil {
		return err
	}
	if err == nil {
		err = o.unread(answer)
	}
	err = o.hinted(err)
	if err != nil && !o.Data {
		for _, problem := range answer.Problems {
			fmt.Fprintf(o.factory.Streams.ErrOut, "%s %s: %s\n", o.factory.ErrTerminal().Symbols.Warn, problem.Source, problem.Message)
		}
		return err
	}
	if printErr := o.Printer.PrintObj(answer, o.factory.Streams.Out); printErr != nil {
		return errors.Join(err, fmt.Errorf("cannot print the report: %w", printErr))
	}
	return err
}

// unread is the error when something that was asked for by name, or everything,
// could not be read.
func (o *Options) unread(answer *v1alpha1.WhyReport) error {
	switch {
	case o.NamedRepository && answer.Root == "", o.NamedCluster && !answer.Reachable, answer.Root == "" && !answer.Reachable:
		for _, problem := range answer.Problems {
			return cmdutil.Errorf(problem.Hint, "%s: %s", problem.Source, problem.Message)
		}
	}
	return nil
}

// hinted adds to an error what may have been meant.
func (o *Options) hinted(err error) error {
	if missing, ok := errors.AsType[*engine.NotFoundError](err); ok {
		hint := "see '" + o.Program + " -o wide' for all objects"
		if len(missing.Nearest) > 0 {
			hint = "did you mean " + strings.Join(missing.Nearest, ", ") + "?"
		}
		return cmdutil.Errorf(hint, "%s", sanitize.Line(missing.What, 500))
	}
	if several, ok := errors.AsType[*engine.AmbiguousError](err); ok {
		return cmdutil.Errorf("pass -n, or name one of them: "+strings.Join(several.Choice, ", "), "%s", sanitize.Line(several.What, 500))
	}
	return err
}
