package gitrepo

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// TestNothingConfiguredRuns makes repositories whose configuration names a
// program, reads them, and looks whether the program ran. Each case then runs a
// plain git command that does run it, so that a trap which never worked cannot
// pass for a defence.
func TestNothingConfiguredRuns(t *testing.T) {
	const filterAttributes = "*.yaml filter=trap\n"
	for _, test := range []struct {
		name    string
		trap    func(s *sandbox, program string)
		control []string
	}{
		{"fsmonitor", func(s *sandbox, program string) {
			s.git("r", "config", "core.fsmonitor", program)
		}, []string{"status"}},
		{"fsmonitor of an included file", func(s *sandbox, program string) {
			s.write("evil.config", "[core]\n\tfsmonitor = "+program+"\n")
			s.git("r", "config", "includeIf.gitdir:**.path", s.path("evil.config"))
		}, []string{"status"}},
		{"fsmonitor of the work tree's configuration", func(s *sandbox, program string) {
			s.git("r", "config", "extensions.worktreeConfig", "true")
			s.git("r", "config", "--worktree", "core.fsmonitor", program)
		}, []string{"status"}},
		{"clean filter", func(s *sandbox, program string) {
			s.write("r/.gitattributes", filterAttributes)
			s.git("r", "config", "filter.trap.clean", program)
			s.touch("r/apps/podinfo.yaml")
		}, []string{"status"}},
		{"required clean filter with an odd name", func(s *sandbox, program string) {
			s.write("r/.git/info/attributes", "*.yaml filter=a=b.c\n")
			s.git("r", "config", "filter.a=b.c.clean", program)
			s.git("r", "config", "filter.a=b.c.required", "true")
			s.touch("r/apps/podinfo.yaml")
		}, []string{"status"}},
		{"process filter", func(s *sandbox, program string) {
			s.write("r/.gitattributes", filterAttributes)
			s.git("r", "config", "filter.trap.process", program)
			s.touch("r/apps/podinfo.yaml")
		}, []string{"status"}},
		{"process filter of the user", func(s *sandbox, program string) {
			s.write("r/.gitattributes", filterAttributes)
			s.git("r", "config", "--global", "filter.trap.process", program)
			s.touch("r/apps/podinfo.yaml")
		}, []string{"status"}},
		{"hook", func(s *sandbox, program string) {
			s.copyProgram(program, "r/.git/hooks/post-index-change")
			s.touch("r/apps/podinfo.yaml")
		}, []string{"status"}},
		{"hooks path", func(s *sandbox, program string) {
			s.copyProgram(program, "r/apps/hooks/post-index-change")
			s.git("r", "config", "core.hooksPath", "apps/hooks")
			s.touch("r/apps/podinfo.yaml")
		}, []string{"status"}},
		{"external diff", func(s *sandbox, program string) {
			s.git("r", "config", "diff.external", program)
			s.write("r/apps/podinfo.yaml", "kind: Changed\n")
		}, []string{"diff"}},
		{"diff driver", func(s *sandbox, program string) {
			s.write("r/.gitattributes", "*.yaml diff=trap\n")
			s.git("r", "config", "diff.trap.command", program)
			s.write("r/apps/podinfo.yaml", "kind: Changed\n")
		}, []string{"diff"}},
		{"textconv", func(s *sandbox, program string) {
			s.write("r/.gitattributes", "*.yaml diff=trap\n")
			s.git("r", "config", "diff.trap.textconv", program)
			s.write("r/apps/podinfo.yaml", "kind: Changed\n")
		}, []string{"log", "-p", "-1"}},
		{"textconv of blame", func(s *sandbox, program string) {
			s.write("r/.gitattributes", "*.yaml diff=trap\n")
			s.git("r", "config", "diff.trap.textconv", program)
		}, []string{"blame", "HEAD", "--", "apps/podinfo.yaml"}},
		{"signature check", func(s *sandbox, program string) {
			s.signHead("r")
			s.git("r", "config", "gpg.program", program)
			s.git("r", "config", "log.showSignature", "true")
		}, []string{"log", "-1"}},
		{"signature format", func(s *sandbox, program string) {
			s.signHead("r")
			s.git("r", "config", "gpg.program", program)
			s.git("r", "config", "format.pretty", "%G?")
		}, []string{"log", "-1"}},
		{"ssh of a partial clone", func(s *sandbox, program string) {
			s.makePartial("r", "ssh://example.com/r")
			s.git("r", "config", "core.sshCommand", program)
		}, []string{"status"}},
		{"ext:: of a partial clone", func(s *sandbox, program string) {
			s.makePartial("r", "ext::"+program)
			s.git("r", "config", "protocol.ext.allow", "always")
		}, []string{"status"}},
		{"rewritten to ext::", func(s *sandbox, program string) {
			s.makePartial("r", "innocent:r")
			s.git("r", "config", "url.ext::"+program+" .insteadOf", "innocent:")
			s.git("r", "config", "protocol.allow", "always")
		}, []string{"status"}},
		{"upload-pack of a partial clone", func(s *sandbox, program string) {
			s.repository("other")
			s.makePartial("r", s.path("other"))
			s.git("r", "config", "remote.origin.uploadpack", program)
		}, []string{"status"}},
		{"proxy of a partial clone", func(s *sandbox, program string) {
			s.makePartial("r", "git://example.com/r")
			s.git("r", "config", "core.gitProxy", program)
		}, []string{"status"}},
		{"credential helper of a partial clone", func(s *sandbox, program string) {
			s.makePartial("r", s.loginPage())
			s.git("r", "config", "credential.helper", "!"+program)
		}, []string{"status"}},
		{"askpass of a partial clone", func(s *sandbox, program string) {
			s.makePartial("r", s.loginPage())
			s.git("r", "config", "core.askPass", program)
		}, []string{"status"}},
		{"fsmonitor of a submodule", func(s *sandbox, program string) {
			s.repository("module")
			s.git("r", "submodule", "add", "-q", s.path("module"), "module")
			s.commit("r", "Add module")
			s.git("r/module", "config", "core.fsmonitor", program)
		}, []string{"status"}},
		{"filter of a submodule", func(s *sandbox, program string) {
			s.repository("module")
			s.git("r", "submodule", "add", "-q", s.path("module"), "module")
			s.commit("r", "Add module")
			s.git("r/module", "config", "filter.trap.clean", program)
			s.write("r/module/.gitattributes", filterAttributes)
			s.touch("r/module/apps/podinfo.yaml")
			s.git("r", "config", "submodule.module.ignore", "none")
		}, []string{"status"}},
	} {
		for _, library := range []bool{false, true} {
			by := "program"
			if library {
				by = "library"
			}
			t.Run(test.name+"/"+by, func(t *testing.T) {
				s := newSandbox(t)
				s.repository("r")
				marker := s.path("marker")
				s.write("trap", "#!/bin/sh\necho ran > '"+marker+"'\nexit 1\n")
				if err := os.Chmod(s.path("trap"), 0o755); err != nil {
					t.Fatal(err)
				}
				test.trap(s, s.path("trap"))
				// Setting the trap may have sprung it.
				if err := os.RemoveAll(marker); err != nil {
					t.Fatal(err)
				}

				path := os.Getenv("PATH")
				git, _, problems := s.ask("r", library)
				// What the log cannot tell here does not matter, as long as nothing runs.
				_, _ = ReadHistory(t.Context(), HistoryOptions{Root: s.path("r"), Revisions: []string{"HEAD"}, Upstream: "HEAD", Files: []string{"apps/podinfo.yaml"}})
				if commit, err := OpenCommit(t.Context(), s.path("r"), "HEAD"); err == nil {
					_, _, err = ScanCommit(t.Context(), commit, git)
					if err := errors.Join(err, commit.Close()); err != nil {
						t.Error(err)
					}
				}
				_ = Blame(t.Context(), s.path("r"), []model.Location{{File: "apps/podinfo.yaml", Line: 1}})
				if _, err := os.Lstat(marker); err == nil {
					t.Errorf("reading the repository ran the program that it configures; problems %+v", problems)
				}
				// A tree that is missing keeps only the changes from being known; go-git
				// gives up over an extension that it does not know.
				if (git.Head == "" || git.Branch == "") && (!library || !strings.Contains(problems[len(problems)-1].Message, "extension")) {
					t.Errorf("the trap kept the clone from being read: %+v, problems %+v", git, problems)
				}
				if strings.Contains(test.name, "filter") && !library && !git.ChangesKnown {
					t.Errorf("the filter kept the changes from being known: problems %+v", problems)
				}

				t.Setenv("PATH", path)
				out, _ := s.tryGit("r", test.control...)
				if _, err := os.Lstat(marker); err != nil {
					t.Errorf("the trap does not work: git %s did not run it\n%s", strings.Join(test.control, " "), out)
				}
			})
		}
	}
}

// touch changes the time of a file, not its content, so that Git has to
// compare the content.
func (s *sandbox) touch(name string) {
	s.t.Helper()
	when := s.date.Add(-time.Hour)
	if err := os.Chtimes(s.path(name), when, when); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sandbox) copyProgram(from, to string) {
	s.t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		s.t.Fatal(err)
	}
	s.write(to, string(content))
	if err := os.Chmod(s.path(to), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

// signHead replaces HEAD by the same commit with a signature.
func (s *sandbox) signHead(repository string) {
	s.t.Helper()
	commit := s.git(repository, "cat-file", "commit", "HEAD")
	header, message, _ := strings.Cut(commit, "\n\n")
	s.write("signed", header+"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n\n"+message+"\n")
	s.git(repository, "update-ref", "HEAD", s.git(repository, "hash-object", "-t", "commit", "-w", s.path("signed")))
}

// makePartial turns a repository into a partial clone of url that lacks the
// tree of HEAD, which git status needs.
func (s *sandbox) makePartial(repository, url string) {
	s.t.Helper()
	tree := s.git(repository, "rev-parse", "HEAD^{tree}")
	s.git(repository, "remote", "add", "origin", url)
	s.git(repository, "config", "core.repositoryFormatVersion", "1")
	s.git(repository, "config", "extensions.partialClone", "origin")
	s.git(repository, "config", "remote.origin.promisor", "true")
	if err := os.Remove(s.path(repository + "/.git/objects/" + tree[:2] + "/" + tree[2:])); err != nil {
		s.t.Fatal(err)
	}
	// Without the extension that remembers trees, git status has to read it.
	if err := os.Remove(s.path(repository + "/.git/index")); err != nil {
		s.t.Fatal(err)
	}
}

// loginPage is the address of a server that asks for credentials.
func (s *sandbox) loginPage() string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="r"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	s.t.Cleanup(server.Close)
	return server.URL + "/r"
}

func TestFiltersAreSaid(t *testing.T) {
	s := newSandbox(t)
	s.write("r/.gitattributes", "*.enc filter=crypt\n")
	s.git(".", "config", "--global", "filter.crypt.clean", "tr a-z A-Z")
	s.write("r/secret.enc", "secret")
	s.write("r/staged.enc", "secret")
	s.repository("r")
	s.write("r/plain.yaml", "a: 1\n")
	s.write("r/staged.enc", "another secret")
	s.git("r", "add", "staged.enc")
	s.touch("r/secret.enc")
	s.touch("r/staged.enc")
	if out := s.git("r", "status", "--porcelain"); !strings.Contains(out, "plain.yaml") {
		t.Fatal(out)
	}
	s.touch("r/secret.enc")
	s.touch("r/staged.enc")
	git, _, problems := s.ask("r", false)
	want := []model.Change{{Path: "plain.yaml", Code: "??"}, {Path: "staged.enc", Code: "M "}}
	if !slices.Equal(git.Changed, want) {
		t.Errorf("got %+v, want %+v", git.Changed, want)
	}
	for _, p := range problems {
		if p.Code != "GitFiltersNotRun" || !strings.Contains(p.Message, "(crypt)") {
			t.Errorf("problem %+v", p)
		}
	}
}

func TestTooManyFilters(t *testing.T) {
	s := newSandbox(t)
	head := s.repository("r")
	var config strings.Builder
	for i := range maxFilters + 1 {
		config.WriteString("[filter \"f" + strings.Repeat("x", i) + "\"]\n\tclean = cat\n")
	}
	s.write("more", config.String())
	s.git("r", "config", "include.path", s.path("more"))
	git, files, problems := s.ask("r", false)
	if git.ChangesKnown || files.state("apps/podinfo.yaml") != fileTracked || len(problems) != 1 || !strings.Contains(problems[0].Message, "201 content filters") {
		t.Errorf("git %+v of %s, problems %+v", git, head, problems)
	}
}

func TestPublicURL(t *testing.T) {
	for url, want := range map[string]string{
		"https://github.com/org/fleet":                 "https://github.com/org/fleet",
		"https://user:p%40ss@github.com/org/fleet.git": "https://github.com/org/fleet.git",
		"https://ghp_0123@github.com/org/fleet":        "https://github.com/org/fleet",
		"https://a@b:c@d@host:8443/x":                  "https://host:8443/x",
		"https://user:pa/ss@host/x":                    "https://host/x",
		"https://user:pa/ss@host":                      "https://host",
		"https://host:8443/x@v1":                       "https://host:8443/x@v1",
		"https://[::1]:8443/x@v1":                      "https://[::1]:8443/x@v1",
		"https://user:%zz@host/x":                      "https://host/x",
		"https://host/x?access_token=abc":              "https://host/x",
		"https://host/x.git#token":                     "https://host/x.git",
		"HTTPS://User:Pass@Host/x":                     "HTTPS://Host/x",
		"ssh://git@github.com/org/fleet":               "ssh://git@github.com/org/fleet",
		"ssh://git:secret@host:22/x":                   "ssh://git@host:22/x",
		"ssh://:secret@host/x":                         "ssh://host/x",
		"git@github.com:org/fleet.git":                 "git@github.com:org/fleet.git",
		"github.com:org/fleet":                         "github.com:org/fleet",
		"git:secret@host:org/fleet":                    "git@host:org/fleet",
		"git@host:org/fleet?token=abc":                 "git@host:org/fleet",
		"host:org/name@v1":                             "host:org/name@v1",
		"/srv/git/fleet#1":                             "/srv/git/fleet#1",
		"../fleet":                                     "../fleet",
		"./a:b@c:d":                                    "./a:b@c:d",
		`C:\git\fleet@home`:                            `C:\git\fleet@home`,
		"file:///srv/fleet":                            "file:///srv/fleet",
		"ext::sh -c 'curl -u user:pass host'":          "ext::",
		"codecommit::us-east-1://profile@fleet":        "codecommit::us-east-1://fleet",
		"ext::https://user:pass@host/x":                "ext::https://host/x",
		"https://host/x\n\x1b[31mred":                  "https://host/x red",
		"":                                             "",
		"@":                                            "@",
		"https://":                                     "https://",
		"https://@":                                    "https://",
		"git+ssh://me:pw@host/x":                       "git+ssh://me@host/x",
		"https://x-access-token:ghs_abc@github.com/org/fleet/#": "https://github.com/org/fleet/",
	} {
		if got := publicURL(url); got != want {
			t.Errorf("publicURL(%q) = %q, want %q", url, got, want)
		}
	}
}

func FuzzPublicURL(f *testing.F) {
	f.Add("https", "user", "hunter2", "host/x")
	f.Add("ssh", "git", "hunter2", "host:22/x")
	f.Fuzz(func(t *testing.T, scheme, user, _, rest string) {
		const secret = "hunter2hunter2"
		if !isScheme(scheme) || strings.ContainsAny(user+rest, "/?#@:") || rest == "" {
			t.Skip()
		}
		for _, url := range []string{scheme + "://" + user + ":" + secret + "@" + rest, user + "x:" + secret + "@" + rest + ":path"} {
			if got := publicURL(url); strings.Contains(got, secret) {
				t.Errorf("publicURL(%q) = %q", url, got)
			}
		}
	})
}
