package rules

import (
	"net"
	"net/url"
	"strings"
)

// sameRepository is true when the URL of a source is a remote of the clone.
func (x *index) sameRepository(source string) bool {
	if x.Repository == nil || source == "" {
		return false
	}
	name := repositoryName(source)
	for _, remote := range x.Repository.Git.Remotes {
		if name != "" && repositoryName(remote.URL) == name {
			return true
		}
	}
	return false
}

// repositoryName reduces the address of a Git repository to host/path, so that
// https, ssh and scp-like forms of one repository are equal.
func repositoryName(address string) string {
	if !strings.Contains(address, "://") {
		// user@host:path, the form of scp.
		if before, after, ok := strings.Cut(address, ":"); ok && !strings.Contains(before, "/") {
			address = "ssh://" + before + "/" + strings.TrimPrefix(after, "/")
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	name := u.Hostname()
	if port := u.Port(); port != "" && port != "22" && port != "443" && port != "80" {
		name = net.JoinHostPort(name, port)
	}
	return strings.ToLower(name) + "/" + strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
}
