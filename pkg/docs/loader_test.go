package docs

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

func status(t testing.TB, r Result, source string) SourceStatus {
	t.Helper()
	for _, s := range r.Sources {
		if s.Name == source {
			return s
		}
	}
	t.Fatalf("no source %s in %+v", source, r.Sources)
	return SourceStatus{}
}

// from counts the sections of a source.
func from(r Result, source string) (n int) {
	for _, section := range r.Sections {
		if section.Source == source {
			n++
		}
	}
	return n
}

func TestLoadTheCore(t *testing.T) {
	server := newNetlify(t, "")
	o, _ := testOptions(t, server.URL)
	r := Load(t.Context(), o)
	if got := int(server.pages.Load()); got != len(focus.CorePages()) {
		t.Errorf("%d pages were asked for, want the %d core pages", got, len(focus.CorePages()))
	}
	if s := status(t, r, SourceSite); s.Status != StatusLoaded || s.Documents != len(focus.CorePages()) {
		t.Errorf("fluxcd.io: %+v", s)
	}
	if from(r, SourceBuiltin) != len(Builtin()) {
		t.Errorf("%d built-in sections, want all", from(r, SourceBuiltin))
	}
	if len(r.Topics) != len(focus.Topics()) {
		t.Errorf("%d topics, want all", len(r.Topics))
	}
	if !server.agents["kubectl-fluxctx/test"] || len(server.agents) != 1 {
		t.Errorf("user agents: %v", server.agents)
	}
	if r.Connectivity.Offline || len(r.Problems()) != 0 || len(r.Missing()) != 0 {
		t.Errorf("connectivity %+v, problems %v, missing %v", r.Connectivity, r.Problems(), r.Missing())
	}
}

func TestLoadAFocus(t *testing.T) {
	server := newNetlify(t, "")
	o, _ := testOptions(t, server.URL)
	o.Focus = []string{"security"}
	r := Load(t.Context(), o)
	if r.Sections[0].Topics[0] != "security" {
		t.Errorf("the first section is about %v", r.Sections[0].Topics)
	}
	var verification []string
	for _, section := range r.Sections {
		if section.Source == SourceSite && strings.Contains(section.URL, "/helmcharts/") {
			verification = append(verification, section.Anchor)
		}
	}
	if want := []string{"verification", "inner"}; !slices.Equal(verification, want) {
		t.Errorf("of a page whose section is wanted came %v, want %v", verification, want)
	}
	for _, c := range r.Topics {
		if c.Topic == "security" && (c.Pages != len(focus.Pages("security")) || c.Loaded+len(c.Missing) != c.Pages || c.Builtin == 0) {
			t.Errorf("coverage %+v", c)
		}
	}
	// The small pages have no section of this name.
	if missing := r.Missing(); len(missing) != 1 || !strings.HasSuffix(missing[0].URL, "#decryption") || !strings.Contains(missing[0].Reason, "no such section") {
		t.Errorf("missing: %+v", missing)
	}
	if got, want := r.SessionCapabilities(), []string{"gitops_workflows", "flux_controllers", "repository_structure", "security_practices"}; !reflect.DeepEqual(got, want) {
		// repository_structure needs its built-in document
		if len(Builtin()) >= 60 {
			t.Errorf("capabilities %v, want %v", got, want)
		}
	}
	if server.mostOnce.Load() > maxAtOnce {
		t.Errorf("%d requests at once, want %d at most", server.mostOnce.Load(), maxAtOnce)
	}
}

func TestLoaderAsksForNothingTwice(t *testing.T) {
	server := newNetlify(t, "")
	o, _ := testOptions(t, server.URL)
	o.CacheDir = "" // the memory of the loader alone
	o.Focus = []string{"helm"}
	l := NewLoader(o)
	defer l.Close()
	l.Load(t.Context(), o.Focus)
	before := server.requests.Load()
	r := l.Load(t.Context(), []string{"helm", "multi-cluster"})
	seen := map[string]bool{}
	for _, page := range append(focus.Pages("helm"), append(focus.CorePages(), focus.Pages("multi-cluster")...)...) {
		seen[withoutFragment(page)] = true
	}
	if got := int(server.requests.Load()); got != len(seen) {
		t.Errorf("%d requests, %d of them before, want one for each of %d pages", got, before, len(seen))
	}
	if !slices.ContainsFunc(r.Topics, func(c Coverage) bool { return c.Topic == "multi-cluster" && c.Loaded > 0 }) {
		t.Errorf("topics %+v", r.Topics)
	}
}

func TestCachePolicy(t *testing.T) {
	core := int32(len(focus.CorePages()))
	server := newNetlify(t, "")
	o, clock := testOptions(t, server.URL)
	load := func() Result { return Load(t.Context(), o) }
	load()

	t.Run("fresh copies are not asked for", func(t *testing.T) {
		requests := server.requests.Load()
		clock.advance(23 * time.Hour)
		r := load()
		if server.requests.Load() != requests {
			t.Errorf("%d requests", server.requests.Load()-requests)
		}
		if s := status(t, r, SourceSite); s.Status != StatusSkipped || !strings.Contains(s.Reason, "fresh") {
			t.Errorf("fluxcd.io: %+v", s)
		}
		if s := status(t, r, SourceCache); s.Status != StatusLoaded || s.Age != 23*time.Hour || s.Documents != int(core) {
			t.Errorf("cache: %+v", s)
		}
		if limits := strings.Join(r.Connectivity.Limits, " "); r.Connectivity.Offline || strings.Contains(limits, SourceSite) {
			t.Errorf("a run that needed no network is neither offline nor limited: %s", limits)
		}
	})
	t.Run("old copies are confirmed", func(t *testing.T) {
		requests, pages := server.requests.Load(), server.pages.Load()
		clock.advance(2 * time.Hour)
		r := load()
		if asked, sent := server.requests.Load()-requests, server.pages.Load()-pages; asked != core || sent != 0 {
			t.Errorf("%d requests, %d pages sent, want %d and 0", asked, sent, core)
		}
		if s := status(t, r, SourceSite); s.Status != StatusLoaded || s.Documents != int(core) {
			t.Errorf("fluxcd.io: %+v", s)
		}
		requests = server.requests.Load()
		clock.advance(time.Hour)
		load()
		if server.requests.Load() != requests {
			t.Error("what was confirmed an hour ago is asked for again")
		}
	})
	t.Run("changed pages come new", func(t *testing.T) {
		server.page = func(path string) ([]byte, bool) {
			content, found := smallPage(path)
			return []byte(strings.ReplaceAll(string(content), "About", "News about")), found
		}
		clock.advance(48 * time.Hour)
		r := load()
		if section := r.Sections[0]; section.Source != SourceSite || !strings.Contains(section.Markdown, "News") {
			t.Errorf("the first section is %+v", section)
		}
	})
	t.Run("what this session loaded is never asked for again", func(t *testing.T) {
		requests := server.requests.Load()
		session := o
		session.MaxAge = 0
		clock.advance(time.Minute)
		session.FreshSince = clock.Now()
		clock.advance(time.Minute)
		Load(t.Context(), session)
		first := server.requests.Load() - requests
		clock.advance(30 * time.Hour)
		Load(t.Context(), session) // resumed the next day
		if total := server.requests.Load() - requests; first != core || total != core {
			t.Errorf("%d requests before and %d after the session was resumed, want %d and none", first, total-first, core)
		}
	})
	t.Run("old copies serve when the site fails, with their age", func(t *testing.T) {
		clock.advance(30 * time.Hour)
		server.Close()
		r := load()
		if s := status(t, r, SourceSite); s.Status != StatusFailed || !strings.Contains(s.Reason, "refused") {
			t.Errorf("fluxcd.io: %+v", s)
		}
		if s := status(t, r, SourceCache); s.Status != StatusLoaded || s.Age < 30*time.Hour || !strings.Contains(s.Reason, "not be confirmed") {
			t.Errorf("cache: %+v", s)
		}
		if from(r, SourceSite) == 0 || !r.Sections[0].Stale {
			t.Errorf("the first section is %+v", r.Sections[0])
		}
		if !r.Connectivity.Offline || len(r.Connectivity.Limits) == 0 || !strings.Contains(r.Connectivity.Strategy, "from the cache") {
			t.Errorf("connectivity %+v", r.Connectivity)
		}
		if len(r.Missing()) != 0 {
			t.Errorf("missing: %v", r.Missing())
		}
	})
}

func TestOfflineOpensNoSocket(t *testing.T) {
	for name, forbid := range map[string]func(*Options){
		"offline": func(o *Options) { o.Offline = true },
		"CI":      func(o *Options) { o.InCI = true },
	} {
		t.Run(name, func(t *testing.T) {
			server := newNetlify(t, "")
			o, clock := testOptions(t, server.URL)
			o.Focus = []string{"security"}
			o.NoContext7 = false
			o.Context7URL = server.URL + "/mcp"
			forbid(&o)
			o.Transport = forbidden{t}
			http.DefaultTransport.(*http.Transport).CloseIdleConnections()

			r := Load(t.Context(), o)
			if from(r, SourceBuiltin) == 0 || from(r, SourceSite) != 0 {
				t.Errorf("sections: %d built in, %d of the site", from(r, SourceBuiltin), from(r, SourceSite))
			}
			for _, source := range []string{SourceContext7, SourceSite} {
				if s := status(t, r, source); s.Status != StatusSkipped || s.Reason == "" {
					t.Errorf("%s: %+v", source, s)
				}
			}
			if !r.Connectivity.Offline || len(r.Problems()) != 0 {
				t.Errorf("connectivity %+v, problems %v", r.Connectivity, r.Problems())
			}
			if len(r.Missing()) == 0 || r.Missing()[0].Instructions == "" {
				t.Error("nothing says how to load what is missing")
			}

			// With what an earlier run kept, however old it is.
			online := o
			online.Offline, online.InCI, online.NoContext7, online.Transport = false, false, true, loopbackOnly(t)
			Load(t.Context(), online)
			clock.advance(1000 * time.Hour)
			r = Load(t.Context(), o)
			if from(r, SourceSite) == 0 || status(t, r, SourceCache).Status != StatusLoaded {
				t.Errorf("the copies are not used: %+v", r.Sources)
			}
		})
	}
}

func TestPagesSavedByHand(t *testing.T) {
	o, clock := testOptions(t, "http://127.0.0.1:1")
	o.Offline = true
	o.Focus = []string{"security"}
	missing := Load(t.Context(), o).Missing()
	page := missing[0]
	if !strings.Contains(page.Instructions, "curl") || !strings.Contains(page.Instructions, page.File) || !strings.Contains(page.Instructions, withoutFragment(page.URL)) {
		t.Fatalf("instructions: %s", page.Instructions)
	}
	if err := os.MkdirAll(filepath.Dir(page.File), 0o700); err != nil {
		t.Fatal(err)
	}
	content, _ := smallPage("by hand")
	if err := os.WriteFile(page.File, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(page.File, clock.Now(), clock.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	r := Load(t.Context(), o)
	if len(r.Missing()) >= len(missing) || from(r, SourceManual) == 0 {
		t.Errorf("%d missing before, %d after, %d sections", len(missing), len(r.Missing()), from(r, SourceManual))
	}
	if s := status(t, r, SourceManual); s.Documents != 1 || s.Age != time.Hour {
		t.Errorf("manual: %+v", s)
	}
}

func TestRedirectsOfMovedPages(t *testing.T) {
	server := newNetlify(t, "")
	server.moved["/flux/guides"] = "/flux/new-guides/"
	o, _ := testOptions(t, server.URL)
	r := Load(t.Context(), o)
	if !slices.ContainsFunc(r.Sections, func(s Section) bool { return s.URL == server.URL+"/flux/new-guides/#verification" }) {
		t.Error("the sections of a moved page do not have their new address")
	}
	if s := status(t, r, SourceSite); s.Status != StatusLoaded {
		t.Errorf("fluxcd.io: %+v", s)
	}
}

func TestMirrorUnderAPath(t *testing.T) {
	server := newNetlify(t, "")
	server.page = func(path string) ([]byte, bool) {
		if !strings.HasPrefix(path, "/mirror/fluxcd/flux") {
			return nil, false
		}
		return smallPage(path)
	}
	o, _ := testOptions(t, server.URL+"/mirror/fluxcd/")
	if r := Load(t.Context(), o); status(t, r, SourceSite).Status != StatusLoaded {
		t.Errorf("fluxcd.io: %+v", status(t, r, SourceSite))
	}
	for _, bad := range []string{"ftp://mirror/", "mirror", "http://", "::"} {
		o.SiteURL, o.CacheDir = bad, ""
		if s := status(t, Load(t.Context(), o), SourceSite); s.Status != StatusFailed || s.Reason == "" {
			t.Errorf("%s: %+v", bad, s)
		}
	}
}

func TestMirrorsDoNotShareCopies(t *testing.T) {
	first, second := newNetlify(t, ""), newNetlify(t, "")
	o, _ := testOptions(t, first.URL)
	Load(t.Context(), o)
	o.SiteURL = second.URL
	r := Load(t.Context(), o)
	if second.pages.Load() != first.pages.Load() || status(t, r, SourceCache).Documents != 0 {
		t.Errorf("the second mirror sent %d pages, the first %d", second.pages.Load(), first.pages.Load())
	}
}

func TestCredentialsOfAMirrorStayOut(t *testing.T) {
	server := newNetlify(t, "")
	o, _ := testOptions(t, strings.Replace(server.URL, "http://", "http://robot:s3cr3t@", 1))
	o.Focus = []string{"helm"}
	shown := fmt.Sprintf("%+v", Load(t.Context(), o))
	server.Close()
	o.MaxAge = 0
	shown += fmt.Sprintf("%+v", Load(t.Context(), o))
	for _, bad := range []string{"ftp://robot:s3cr3t@mirror/", "http://robot:s3cr3t@ mirror/"} {
		o.SiteURL = bad
		shown += fmt.Sprintf("%+v", Load(t.Context(), o))
	}
	if strings.Contains(shown, "s3cr3t") {
		t.Error("the password is in the result")
	}
	err := filepath.WalkDir(o.CacheDir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if content, err := os.ReadFile(path); err != nil || strings.Contains(string(content), "s3cr3t") {
			t.Errorf("the password is in %s: %v", path, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if server.pages.Load() == 0 {
		t.Error("nothing was loaded")
	}
}

func TestInterruptedLoad(t *testing.T) {
	server := newNetlify(t, "")
	o, _ := testOptions(t, server.URL)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := Load(ctx, o)
	if from(r, SourceBuiltin) != len(Builtin()) || from(r, SourceSite) != 0 {
		t.Errorf("an interrupted load has %d built-in sections and %d of the site", from(r, SourceBuiltin), from(r, SourceSite))
	}
}
