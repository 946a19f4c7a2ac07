package rules

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
)

var src24 = Rule{
	ID:       "SRC-24",
	Title:    "The address of a GitRepository has a form that Flux does not take",
	Severity: v1alpha1.SeverityError,
	Why:      "Flux wants a URL. The form of scp (git@host:owner/repository) is refused by the API server, and a colon after the host of an ssh URL is read as a port.",
	Fix:      "Write ssh://git@host/owner/repository.",
	Guard:    "Addresses with variables are passed over.",
	Since:    "0.1.0",
	Page:     pageGitRepository + "#url",
	Focus:    []string{"sources"},
	check:    checkGitURL,
}

var (
	scpURL  = lazyregexp.New(`^(?:ssh://)?([\w.-]+@)?([\w.-]+\.[\w-]+):([A-Za-z~][^:]*)$`)
	goodURL = lazyregexp.New(`^(http|https|ssh)://`)
)

func checkGitURL(p *pass) {
	for object, spec := range specs[*fluxkind.GitRepository](p.index) {
		match := scpURL().FindStringSubmatch(spec.URL)
		if match == nil && (goodURL().MatchString(spec.URL) || spec.URL == "") || templated(spec.URL) {
			continue
		}
		fix := "url: https://… or ssh://…"
		if match != nil {
			fix = "url: ssh://" + match[1] + match[2] + "/" + match[3]
		}
		p.report(finding{object: object, field: "spec.url", evidence: "spec.url is " + spec.URL, fix: fix})
	}
}
