package model

import "testing"

func TestRepositoryAddress(t *testing.T) {
	for address, want := range map[string]string{
		"https://github.com/org/fleet":                     "github.com/org/fleet",
		"https://github.com/org/fleet.git":                 "github.com/org/fleet",
		"https://GitHub.com/org/fleet/":                    "github.com/org/fleet",
		"https://user@github.com/org/fleet":                "github.com/org/fleet",
		"ssh://git@github.com/org/fleet.git":               "github.com/org/fleet",
		"ssh://git@github.com:22/org/fleet.git":            "github.com/org/fleet",
		"ssh://git@ssh.github.com:443/org/fleet.git":       "github.com/org/fleet",
		"git@github.com:org/fleet.git":                     "github.com/org/fleet",
		"git@github.com:/org/fleet.git":                    "github.com/org/fleet",
		"github.com:org/fleet":                             "github.com/org/fleet",
		"https://git.example.com:8443/Org/Fleet":           "git.example.com/org/fleet",
		"ssh://git@git.example.com:2222/org/fleet":         "git.example.com/org/fleet",
		"https://dev.azure.com/org/project/_git/fleet":     "dev.azure.com/org/project/fleet",
		"git@ssh.dev.azure.com:v3/org/project/fleet":       "dev.azure.com/org/project/fleet",
		"https://org.visualstudio.com/project/_git/fleet":  "dev.azure.com/org/project/fleet",
		"org@vs-ssh.visualstudio.com:v3/org/project/fleet": "dev.azure.com/org/project/fleet",
		"https://git.example.com/scm/team/fleet.git":       "git.example.com/team/fleet",
		"ssh://git@git.example.com:7999/team/fleet.git":    "git.example.com/team/fleet",
		"https://gitlab.example.com/scm/fleet.git":         "gitlab.example.com/scm/fleet",
		"/srv/git/Fleet.git":                               "srv/git/Fleet",
		"/srv/git/fleet.git":                               "srv/git/fleet",
		"file:///srv/git/fleet.git":                        "srv/git/fleet",
		"https://":                                         "",
		"https://github.com/":                              "",
		"http://[::1":                                      "",
		"":                                                 "",
	} {
		if got := RepositoryAddress(address); got != want {
			t.Errorf("%q is %q, want %q", address, got, want)
		}
	}
}

func TestRevision(t *testing.T) {
	const hash = "02a2c370d732026cc12aa98e2ed0375bc8533137"
	for revision, want := range map[string][2]string{
		"main@sha1:" + hash:         {"main", hash},
		"feature/x@sha1:" + hash:    {"feature/x", hash},
		"sha1:" + hash:              {"", hash},
		"refs/tags/v1@sha1:" + hash: {"refs/tags/v1", hash},
		"main/" + hash:              {"main", hash},
		"6.7.0":                     {"6.7.0", ""},
		"":                          {"", ""},
		"main@sha1:short":           {"main@sha1:short", ""},
	} {
		if name, got := Revision(revision); name != want[0] || got != want[1] {
			t.Errorf("%q is %q and %q, want %q", revision, name, got, want)
		}
	}
}
