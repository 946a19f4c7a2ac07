package rules

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/fluxkind"
)

var src08 = Rule{
	ID:       "SRC-08",
	Title:    "A source is fetched without TLS",
	Severity: v1alpha1.SeverityError,
	Why: "Whoever stands between the cluster and the server can change what Flux applies, with the rights of its controllers, " +
		"and read the credentials that go along. Controllers that run with --insecure-allow-http=false refuse such a URL.",
	Fix:   "Use an https://, ssh:// or TLS-protected oci:// URL, and drop spec.insecure.",
	Guard: "Addresses inside the cluster (.svc, .cluster.local) get a warning, loopback addresses advice: the traffic stays there. Suspended sources are passed over.",
	Since: "0.1.0",
	Page:  fluxcd + "/flux/components/source/ocirepositories/#insecure",
	Focus: []string{"sources", "security"},
	check: checkInsecureSource,
}

func checkInsecureSource(p *pass) {
	for _, object := range p.objects {
		url, insecure := "", false
		field := "spec.url"
		switch spec := object.Spec.(type) {
		case *fluxkind.GitRepository:
			url = spec.URL
		case *fluxkind.OCIRepository:
			url, insecure = spec.URL, spec.Insecure
		case *fluxkind.HelmRepository:
			url, insecure = spec.URL, spec.Insecure && spec.Type == "oci"
		case *fluxkind.Bucket:
			url, insecure, field = spec.Endpoint, spec.Insecure, "spec.endpoint"
		default:
			continue
		}
		if object.Spec.Suspended() || templated(url) {
			continue
		}
		switch {
		case strings.HasPrefix(url, "http://"):
			p.report(finding{
				object: object, field: field, severity: insecureSeverity(url),
				evidence: fmt.Sprintf("%s is %s", field, url),
				fix:      fmt.Sprintf("%s: https://%s", leaf(field), strings.TrimPrefix(url, "http://")),
			})
		case insecure:
			p.report(finding{
				object: object, field: "spec.insecure", severity: insecureSeverity(url),
				evidence: fmt.Sprintf("spec.insecure is true for %s", url),
				fix:      "serve " + host(url) + " over TLS and remove spec.insecure",
			})
		}
	}
}

// insecureSeverity is that of the rule (no word of its own) for traffic that
// crosses a network, less for traffic that stays in the cluster or the machine.
func insecureSeverity(url string) v1alpha1.Severity {
	switch name := host(url); {
	case loopback(name):
		return v1alpha1.SeverityInfo
	case inCluster(name):
		return v1alpha1.SeverityWarning
	}
	return ""
}

// loopback addresses lead to a side-car or a test: no network carries the
// traffic.
func loopback(name string) bool {
	if name == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}
