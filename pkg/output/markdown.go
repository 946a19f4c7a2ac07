package output

import (
	"io"

	"k8s.io/apimachinery/pkg/runtime"
)

// Markdown prints the context for an assistant or a pull request: what is known
// of the project and the documents about it, within --max-tokens, with all text
// from outside marked as data.
type Markdown struct{}

// PrintObj implements printers.ResourcePrinter.
func (Markdown) PrintObj(obj runtime.Object, w io.Writer) error {
	report, err := contextReport(obj)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, report.Summary)
	return err
}
