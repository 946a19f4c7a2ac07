// Package rules judges facts: what is wrong, why it matters, what to do. A rule
// is one file named after its id (ks05.go is KS-05) and one line of the table.
// Rules are pure functions; the same facts give the same findings.
package rules

import "github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"

// Rule is one check with all that a reader needs to know about it.
type Rule struct {
	// ID is stable and never given to another rule.
	ID string
	// Title is one short sentence without a full stop, true of every finding.
	Title string
	// Severity is that of a plain case; a check may report a milder or a
	// graver one when the facts ask for it.
	Severity v1alpha1.Severity
	// Why says what happens when nobody acts.
	Why string
	// Fix says in general what to do; each finding says it for its object.
	Fix string
	// Guard says what keeps the rule from crying wolf.
	Guard string
	// Since is the release of kubectl fluxctx that brought the rule.
	Since string
	// Page is the URL, with its anchor, of the document that says so.
	Page string
	// Focus lists the topics (pkg/focus) that the rule belongs to.
	Focus []string
	// OnlyInFocus keeps advice that fits nearly every object out of the
	// summary: the rule runs only when one of its topics is asked for.
	OnlyInFocus bool
	// Anywhere is true when a finding is as grave in a file that nothing builds;
	// of other rules an error or critical finding is a warning there.
	Anywhere bool
	// InFocus, when set, is the severity under one of its topics.
	InFocus v1alpha1.Severity

	check func(*pass)
}
