// Package cmdutil is what commands share: lazy clients, typed errors and exit
// codes, output flags, and the one registry of environment variables.
package cmdutil

import (
	"fmt"
	"os"
)

// Variable is an environment variable that changes what the program does.
type Variable struct {
	Name   string
	Effect string
}

// The environment variables, by name. KUBECONFIG, HTTPS_PROXY and the like are
// read by client-go and net/http.
const (
	EnvCI             = "CI"
	EnvColumns        = "COLUMNS"
	EnvContext7APIKey = "CONTEXT7_API_KEY"
	EnvLang           = "LANG"
	EnvLCAll          = "LC_ALL"
	EnvLCCtype        = "LC_CTYPE"
	EnvNoColor        = "NO_COLOR"
	EnvTerm           = "TERM"
	EnvTMPDIR         = "TMPDIR"
)

var variables = []Variable{
	{EnvCI, "When set, nothing is asked of Context7 or fluxcd.io, and no progress is shown."},
	{EnvColumns, "Width of the text output, before that of the terminal."},
	{EnvContext7APIKey, "Key for Context7; without one its free limits apply."},
	{EnvLang, "Locale: symbols are ASCII unless it is UTF-8 or unset."},
	{EnvLCAll, "Locale, before LC_CTYPE and LANG."},
	{EnvLCCtype, "Locale, before LANG."},
	{EnvNoColor, "When set, --color=auto means never."},
	{EnvTerm, "dumb means no colour and no progress."},
	{EnvTMPDIR, "Folder for session files, before /tmp; --session-dir comes first."},
}

// Variables lists the registry.
func Variables() []Variable { return variables }

// Environment reads registered variables.
type Environment func(name string) string

// OSEnvironment reads the environment of the process.
func OSEnvironment() Environment { return os.Getenv }

// Get reads one variable. Asking for one that the registry does not list is a
// programming error: it would be missing from the documentation.
func (e Environment) Get(name string) string {
	for _, v := range variables {
		if v.Name == name {
			return e(name)
		}
	}
	panic(fmt.Sprintf("cmdutil: environment variable %s is not registered", name))
}
