package gitrepo

import (
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// publicURL is the URL of a remote without what may be secret: passwords,
// tokens in the place of the user name, query strings and fragments, and the
// commands of "ext::". The user name of an SSH address stays, since it is part
// of how people know the address. The text is cut by hand rather than with
// net/url, which refuses many addresses that Git accepts.
func publicURL(url string) string {
	return sanitize.Line(withoutSecrets(url), 2048)
}

func withoutSecrets(url string) string {
	// transport::address chooses a remote helper.
	if transport, address, ok := strings.Cut(url, "::"); ok && isScheme(transport) {
		if !strings.Contains(address, "://") {
			return transport + "::"
		}
		return transport + "::" + withoutSecrets(address)
	}
	if scheme, rest, ok := strings.Cut(url, "://"); ok && isScheme(scheme) {
		if i := strings.IndexAny(rest, "?#"); i >= 0 {
			rest = rest[:i]
		}
		authority, path := rest, ""
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			authority, path = rest[:i], rest[i:]
		}
		if i := strings.LastIndexByte(path, '@'); i >= 0 && !strings.Contains(authority, "@") && !isHostPort(authority) {
			// A password with a slash in it, which should have been escaped.
			authority, path = rest[:len(authority)+i+1], path[i+1:]
			if j := strings.IndexByte(path, '/'); j >= 0 {
				authority, path = authority+path[:j], path[j:]
			} else {
				authority, path = authority+path, ""
			}
		}
		if i := strings.LastIndexByte(authority, '@'); i >= 0 {
			user, host := authority[:i], authority[i+1:]
			authority = host
			if user, _, hasPassword := strings.Cut(user, ":"); isSSH(scheme) && !(hasPassword && user == "") {
				authority = user + "@" + host
			}
		}
		return scheme + "://" + authority + path
	}
	// user@host:path, as scp writes it: the first colon comes before any slash.
	// C:\ and C:/ are drives of Windows.
	isDrive := len(url) > 2 && url[1] == ':' && (url[2] == '\\' || url[2] == '/')
	if i := strings.IndexAny(url, ":/"); i > 0 && url[i] == ':' && !isDrive {
		at := strings.LastIndexByte(url, '@')
		if at > i && !strings.Contains(url[i:at], "/") && strings.Contains(url[at:], ":") {
			// user:password@host:path is no form that Git knows, but people try.
			url = url[:i] + url[at:]
		}
		if i := strings.IndexAny(url, "?#"); i >= 0 {
			url = url[:i]
		}
	}
	return url
}

func isScheme(text string) bool {
	if text == "" {
		return false
	}
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '+', r == '-', r == '.':
		default:
			return false
		}
	}
	return true
}

func isSSH(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "ssh", "git+ssh", "ssh+git":
		return true
	}
	return false
}

// isHostPort is true for host, host:port and an IPv6 address in brackets.
func isHostPort(authority string) bool {
	_, port, ok := strings.Cut(authority[strings.LastIndexByte(authority, ']')+1:], ":")
	return !ok || strings.Trim(port, "0123456789") == ""
}

// rewrites are the url.<base>.insteadOf entries of the configuration: base by
// the prefix that it stands for.
type rewrites map[string]string

// apply replaces the longest prefix that has a rewrite, as Git does.
func (r rewrites) apply(url string) string {
	longest, found := "", false
	for prefix := range r {
		if strings.HasPrefix(url, prefix) && len(prefix) >= len(longest) {
			longest, found = prefix, true
		}
	}
	if !found {
		return url
	}
	return r[longest] + url[len(longest):]
}
