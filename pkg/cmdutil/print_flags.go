package cmdutil

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/printers"
)

// PrintFlags are -o and --template: kubectl's own formats for data, and those
// of this product for people.
type PrintFlags struct {
	data     *genericclioptions.JSONYamlPrintFlags
	template *genericclioptions.KubeTemplatePrintFlags
	own      []OwnFormat
	format   string
}

// OwnFormat is a format that the caller prints by itself.
type OwnFormat struct {
	Name string
	// Printer is made when the format was asked for.
	Printer func() printers.ResourcePrinter
}

// NewPrintFlags returns flags for kubectl's data formats and the given ones;
// the first is the default.
func NewPrintFlags(own ...OwnFormat) *PrintFlags {
	return &PrintFlags{
		data:     genericclioptions.NewJSONYamlPrintFlags(),
		template: genericclioptions.NewKubeTemplatePrintFlags(),
		own:      own,
		format:   own[0].Name,
	}
}

// AddFlags binds the flags to a command.
func (f *PrintFlags) AddFlags(cmd *cobra.Command) {
	f.data.AddFlags(cmd)
	f.template.AddFlags(cmd)
	cmd.Flags().StringVarP(&f.format, "output", "o", f.format,
		fmt.Sprintf("Output format. One of: (%s).", strings.Join(f.Formats(), ", ")))
}

// Formats lists what -o accepts, the product's own formats first.
func (f *PrintFlags) Formats() []string {
	formats := make([]string, 0, len(f.own)+10)
	for _, own := range f.own {
		formats = append(formats, own.Name)
	}
	formats = append(formats, f.data.AllowedFormats()...)
	templates := f.template.AllowedFormats()
	slices.Sort(templates)
	return append(formats, templates...)
}

// Data is true when the format is read by programs, which must get a document
// even when the command fails.
func (f *PrintFlags) Data() bool {
	return f.format == "json" || f.format == "yaml" || f.format == "kyaml"
}

// Printer returns the printer for the format that was asked for.
func (f *PrintFlags) Printer() (printers.ResourcePrinter, error) {
	for _, own := range f.own {
		if own.Name == f.format {
			return own.Printer(), nil
		}
	}
	if printer, err := f.data.ToPrinter(f.format); !genericclioptions.IsNoCompatiblePrinterError(err) {
		return printer, err
	}
	printer, err := f.template.ToPrinter(f.format)
	if genericclioptions.IsNoCompatiblePrinterError(err) {
		return nil, fmt.Errorf("output format %q is unknown, use one of: %s", f.format, strings.Join(f.Formats(), ", "))
	}
	return printer, err
}
