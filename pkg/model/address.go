package model

import (
	"net/url"
	"strings"
)

// RepositoryAddress reduces the URL of a Git repository to host/path in lower
// case, so that the https, ssh and scp-like forms of one repository are equal.
// User and .git are dropped, and the port too: servers use another one for SSH
// than for HTTPS. Local paths and file URLs give the path as it is. It is empty
// for what is no address.
func RepositoryAddress(address string) string {
	address = strings.TrimSpace(address)
	if !strings.Contains(address, "://") {
		// user@host:path, the form of scp.
		before, after, ok := strings.Cut(address, ":")
		if !ok || strings.Contains(before, "/") || len(before) == 1 {
			return repositoryPath(address) // a local path, perhaps with a drive
		}
		address = "ssh://" + before + "/" + strings.TrimPrefix(after, "/")
	}
	if rest, ok := strings.CutPrefix(address, "file://"); ok {
		return repositoryPath(rest)
	}
	u, err := url.Parse(strings.ToLower(address))
	if err != nil {
		return ""
	}
	host := u.Hostname()
	path := repositoryPath(u.Path)
	if host == "" || path == "" {
		return ""
	}
	return canonicalHost(host, path)
}

// canonicalHost knows the hosts that have another name, or other paths, for
// SSH than for HTTPS.
func canonicalHost(host, path string) string {
	if organisation, ok := strings.CutSuffix(host, ".visualstudio.com"); ok && organisation != "vs-ssh" {
		host, path = "dev.azure.com", organisation+"/"+path // the former name of Azure DevOps
	}
	switch host {
	case "ssh.github.com", "altssh.gitlab.com", "altssh.bitbucket.org":
		_, host, _ = strings.Cut(host, ".")
	case "ssh.dev.azure.com", "vs-ssh.visualstudio.com": // ssh.dev.azure.com:v3/organisation/project/repository
		host, path = "dev.azure.com", strings.TrimPrefix(path, "v3/")
	case "dev.azure.com": // dev.azure.com/organisation/project/_git/repository
		path = strings.Replace(path, "/_git/", "/", 1)
	default: // Bitbucket Data Center: host/scm/project/repository, over SSH without scm
		if rest, ok := strings.CutPrefix(path, "scm/"); ok && strings.Contains(rest, "/") {
			path = rest
		}
	}
	return host + "/" + path
}

func repositoryPath(path string) string {
	path = strings.Trim(path, "/")
	return strings.TrimSuffix(path, ".git")
}

// Revision splits what Flux records as a revision into the name that was
// followed and the commit or digest: main@sha1:3f2a…, sha1:3f2a…, v1.2.3@sha256:…,
// and main/3f2a…, as Flux wrote it before version 2. Either may be empty.
func Revision(revision string) (name, hash string) {
	name, hash, found := strings.Cut(revision, "@")
	if !found {
		name, hash = "", revision
		if i := strings.LastIndexByte(revision, '/'); i >= 0 && isHex(revision[i+1:]) {
			return revision[:i], revision[i+1:]
		}
	}
	for _, algorithm := range []string{"sha1:", "sha256:"} {
		if digest, ok := strings.CutPrefix(hash, algorithm); ok && isHex(digest) {
			return name, digest
		}
	}
	if !found && isHex(revision) {
		return "", revision
	}
	return revision, ""
}

// isHex is true for the text of an object name of Git or a digest.
func isHex(text string) bool {
	return len(text) >= 40 && len(text) <= 64 && strings.Trim(text, "0123456789abcdef") == ""
}
