package rules

import (
	"net"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
)

// host is the host name of a URL or of a bare endpoint, without user and port.
func host(url string) string {
	if _, after, ok := strings.Cut(url, "://"); ok {
		url = after
	}
	url, _, _ = strings.Cut(url, "/")
	if i := strings.LastIndex(url, "@"); i >= 0 {
		url = url[i+1:]
	}
	if name, _, err := net.SplitHostPort(url); err == nil {
		return name
	}
	return url
}

// inCluster is true for names that only resolve inside a cluster or machine.
func inCluster(name string) bool {
	name = strings.TrimSuffix(name, ".")
	return name == "localhost" || name == "127.0.0.1" || name == "::1" ||
		strings.HasSuffix(name, ".svc") || strings.HasSuffix(name, ".cluster.local") ||
		name != "" && !strings.ContainsAny(name, ".:")
}

// leaf is the last part of a field path: "url" of "spec.url".
func leaf(field string) string {
	return field[strings.LastIndex(field, ".")+1:]
}

// protective is true for names of things that nobody wants deleted by a commit.
func protective(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"crd", "namespace", "storage", "volume", "pvc", "database", "bootstrap", "flux-system", "flux-instance", "flux-operator", "coredns", "cilium", "calico"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// orRoot names a spec.path for people.
func orRoot(specPath string) string {
	if cleanPath(specPath) == "" {
		return "the root of the source"
	}
	return specPath
}

// orAbsent quotes a value, or says that there is none.
func orAbsent(value string) string {
	if value == "" {
		return "absent"
	}
	return `"` + value + `"`
}

// rawOfVersion are raw files of a tag or a commit at the well-known hosts.
var rawOfVersion = lazyregexp.New(`^https://raw\.githubusercontent\.com/[^/]+/[^/]+/(refs/tags/|v?\d+\.\d+|[0-9a-f]{40}/|[^/]*v?\d+\.\d+\.\d+)`)
