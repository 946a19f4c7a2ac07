package cmdutil

import (
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
)

// Factory hands out what commands need. Nothing is opened before it is asked
// for, so that help and completion never touch a network.
type Factory struct {
	// Program is the name the user typed: "kubectl fluxctx" or "flux fluxctx".
	Program     string
	Streams     genericiooptions.IOStreams
	Environment Environment
	Now         func() time.Time
	// ConfigFlags are kubectl's own flags.
	ConfigFlags *genericclioptions.ConfigFlags
	// Color and Quiet are the values of the global flags.
	Color string
	Quiet bool
}

// NewFactory returns a factory over the given streams and environment.
func NewFactory(program string, streams genericiooptions.IOStreams, environment Environment) *Factory {
	return &Factory{
		Program:     program,
		Streams:     streams,
		Environment: environment,
		Now:         time.Now,
		ConfigFlags: genericclioptions.NewConfigFlags(true),
		Color:       string(ui.ColorAuto),
	}
}

// Terminal describes standard output.
func (f *Factory) Terminal() ui.Terminal {
	return ui.Detect(f.Streams.Out, f.Environment.Get, f.colorMode())
}

// ErrTerminal describes standard error.
func (f *Factory) ErrTerminal() ui.Terminal {
	return ui.Detect(f.Streams.ErrOut, f.Environment.Get, f.colorMode())
}

// colorMode falls back to auto; commands validate the flag itself.
func (f *Factory) colorMode() ui.ColorMode {
	if mode, err := ui.ParseColorMode(f.Color); err == nil {
		return mode
	}
	return ui.ColorAuto
}
