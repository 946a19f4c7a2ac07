package rules

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
)

// templated is true for text that becomes a value only later: Flux variables,
// Helm, Jinja and ResourceSet templates, and words that whoever copies the file
// is asked to replace. No name in Kubernetes can look like one of these.
func templated(text string) bool {
	return strings.Contains(text, "${") || strings.Contains(text, "{{") || strings.Contains(text, "<<") || strings.Contains(text, "{%") ||
		strings.ContainsAny(text, "{<_%@[") && placeholder().MatchString(text) ||
		mayAsk(text) && replaceMe().MatchString(text)
}

// mayAsk is a quick look for a part of the words of replaceMe: nearly every name
// is asked about, and an expression that folds cases is slow.
func mayAsk(text string) bool {
	for _, part := range [...]string{"hange", "HANGE", "eplace", "EPLACE", "our-", "OUR-", "our_", "OUR_"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

var (
	// placeholder are {NAME}, <name>, __NAME__, %NAME%, @NAME@, [[ name ]] and
	// SOME_NAME.
	placeholder = lazyregexp.New(`\{[A-Za-z_][\w .-]*\}|<[A-Za-z_][^<>]*>|__\w+__|%[A-Za-z_]+%|@[A-Z_]+@|\[\[|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b`)
	// replaceMe are words that ask to be replaced.
	replaceMe = lazyregexp.New(`(?i)\b(change|replace)[-_]?(me|this)\b|\byour[-_](org|repo|user|name|cluster|git|domain|company|team|app|project|account|registry|github)`)
)
