package docs

import (
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// context7Options ask a server of Context7 on loopback, and no site.
func context7Options(t testing.TB, endpoint string) (Options, *clock) {
	t.Helper()
	o, clock := testOptions(t, "")
	o.NoContext7 = false
	o.Context7URL = endpoint
	o.Context7Key = "ctx7sk-test"
	o.Context7Timeout = timeEnough
	o.Timeout = timeEnough
	return o, clock
}

// conversations are what can happen between an MCP server of Context7 and the
// service behind it. They run against servers of two generations made for the
// test, and against the real one.
var conversations = map[string]struct {
	configure func(b *backend)
	library   string // configured
	// answered is the library that answers in the end; empty for none.
	answered string
	reason   string // why there is no answer
}{
	"the first known library": {
		configure: func(b *backend) { b.libraries["/websites/fluxcd_io_flux"] = good() },
		answered:  "/websites/fluxcd_io_flux",
	},
	"the second known library": {
		configure: func(b *backend) { b.libraries["/fluxcd/flux2"] = good() },
		answered:  "/fluxcd/flux2",
	},
	"a configured library": {
		configure: func(b *backend) {
			b.libraries["/websites/fluxcd_io_flux"] = good()
			b.libraries["/our/fluxcd-docs"] = good()
		},
		library: "/our/fluxcd-docs", answered: "/our/fluxcd-docs",
	},
	"a library that a search finds": {
		configure: func(b *backend) {
			b.found = []string{"/black-forest-labs/flux", "/fluxml/flux.jl", "/fluxcd/website"}
			b.libraries["/black-forest-labs/flux"] = good()
			b.libraries["/fluxcd/website"] = good()
		},
		answered: "/fluxcd/website",
	},
	"a library that moved": {
		configure: func(b *backend) {
			b.libraries["/websites/fluxcd_io_flux"] = reply{http.StatusMovedPermanently, `{"message":"Library /websites/fluxcd_io_flux has been redirected to this library: /websites/fluxcd_io."}`}
			b.libraries["/websites/fluxcd_io"] = good()
		},
		answered: "/websites/fluxcd_io",
	},
	"a search finds other libraries only": {
		configure: func(b *backend) {
			b.found = []string{"/black-forest-labs/flux"}
			b.libraries["/black-forest-labs/flux"] = good()
		},
		reason: "not found",
	},
	"a configured library that does not exist": {
		configure: func(b *backend) { b.libraries["/websites/fluxcd_io_flux"] = good() },
		library:   "/no/library", reason: "/no/library",
	},
	"a library that is not ready": {
		configure: func(b *backend) {
			b.libraries["/websites/fluxcd_io_flux"] = reply{http.StatusAccepted, `{"status":"processing","message":"Library is not finalized yet"}`}
		},
		reason: "not finalized yet",
	},
	"a key that is not valid": {
		configure: func(b *backend) { b.all(reply{http.StatusUnauthorized, `{"message":"Invalid API key."}`}) },
		reason:    "Invalid API key",
	},
	"a quota that is used up": {
		configure: func(b *backend) {
			b.all(reply{http.StatusTooManyRequests, `{"message":"Monthly quota exceeded."}`})
		},
		reason: "Monthly quota exceeded",
	},
	"a service that fails": {
		configure: func(b *backend) { b.all(reply{http.StatusInternalServerError, "oops"}) },
		reason:    "status 500",
	},
	"a service that is gone": {
		configure: func(b *backend) { b.Close() },
		reason:    "try again later",
	},
	"an empty answer": {
		configure: func(b *backend) { b.all(reply{}) },
		reason:    "the answer is",
	},
	"something else than snippets": {
		configure: func(b *backend) { b.all(reply{body: "<html><body>Welcome to the guest network</body></html>"}) },
		reason:    "guest network",
	},
	"snippets without a source": {
		configure: func(b *backend) { b.all(reply{body: "### Title\n\nText without an address.\n"}) },
		reason:    "no document",
	},
	"an answer that would write to the terminal": {
		configure: func(b *backend) { b.all(reply{body: "\x1b[2J\x1b]0;owned\x07Sorry"}) },
		reason:    `"Sorry"`,
	},
}

// all answers the same to every question.
func (b *backend) all(r reply) {
	for _, id := range fluxLibraries {
		b.libraries[id] = r
	}
	b.searchReply = &r
}

func testConversations(t *testing.T, start func(t *testing.T, b *backend) (endpoint string)) {
	for name, test := range conversations {
		t.Run(name, func(t *testing.T) {
			b := newBackend(t)
			endpoint := start(t, b)
			test.configure(b)
			o, _ := context7Options(t, endpoint)
			o.Context7Library = test.library
			o.Focus = []string{"multi-tenancy"}
			r := Load(t.Context(), o)
			s := status(t, r, SourceContext7)
			session := r.ContextSources(o.Now())
			if test.answered == "" {
				if s.Status != StatusFailed || !strings.Contains(s.Reason, test.reason) || strings.ContainsAny(s.Reason, "\x1b\x07") {
					t.Errorf("context7 is %s: %q, want %q", s.Status, s.Reason, test.reason)
				}
				if session.Context7Available || len(session.FailedSources) == 0 || session.FailedSources[0].Reason != s.Reason {
					t.Errorf("session: %+v", session)
				}
				if n := len(b.queriesOf()); n > 4 {
					t.Errorf("a service that has nothing was asked %d times", n)
				}
				return
			}
			queries := len(coreQueries()) + 1
			if s.Status != StatusLoaded || s.Documents != queries || !session.Context7Available {
				t.Fatalf("context7: %+v", s)
			}
			if b.asked[len(b.asked)-1] != test.answered {
				t.Errorf("answered by %s, want %s", b.asked[len(b.asked)-1], test.answered)
			}
			checkSnippets(t, r)
			if !b.keys["Bearer ctx7sk-test"] || len(b.keys) != 1 {
				t.Errorf("keys: %v", b.keys)
			}
			allowed := map[string]bool{"": true, "Flux, the GitOps toolkit for Kubernetes (fluxcd)": true}
			topic, _ := focus.Lookup("multi-tenancy")
			for _, q := range append(coreQueries(), topicQuery(topic)) {
				allowed[strings.TrimPrefix(q.id, queryPrefix)] = true
			}
			for _, query := range b.queriesOf() {
				if !allowed[query] {
					t.Errorf("this left the machine: %q", query)
				}
			}
		})
	}
}

func checkSnippets(t *testing.T, r Result) {
	t.Helper()
	var snippets []Section
	for _, section := range r.Sections {
		if section.Source == SourceContext7 {
			snippets = append(snippets, section)
		}
	}
	if len(snippets) != 2 {
		t.Fatalf("%d sections, want each snippet once", len(snippets))
	}
	first := snippets[0]
	if first.Title != "Configure multi-tenancy lockdown" || first.URL != "https://fluxcd.io/flux/installation/configuration/multitenancy/" ||
		!strings.Contains(first.Markdown, "# a rule inside code parts nothing\n```") || strings.Contains(first.Markdown, "Source:") {
		t.Errorf("the first is %+v", first)
	}
	if !slices.Contains(first.Topics, "multi-tenancy") || !slices.Contains(first.Topics, "gitops") {
		t.Errorf("its topics are %v", first.Topics)
	}
}

func TestConversationsWithServersOfToday(t *testing.T) {
	testConversations(t, func(t *testing.T, b *backend) string { return newMCPServer(t, b, generation4).URL + "/mcp" })
}

func TestConversationsWithOldServers(t *testing.T) {
	testConversations(t, func(t *testing.T, b *backend) string { return newMCPServer(t, b, generation1).URL + "/mcp" })
}

// What happens before a conversation comes about.
func TestEveryFailureOfContext7(t *testing.T) {
	serve := func(handler http.HandlerFunc) func(*testing.T, *Options) {
		return func(t *testing.T, o *Options) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body) // only then does the server see that the client left
				handler(w, r)
			}))
			t.Cleanup(server.Close)
			o.Context7URL = server.URL + "/mcp"
		}
	}
	for name, test := range map[string]struct {
		setup   func(t *testing.T, o *Options)
		want    string
		timeout time.Duration
	}{
		"the port is closed": {setup: func(t *testing.T, o *Options) {
			failures["the port is closed"].setup(t, o)
			o.Context7URL, o.SiteURL = o.SiteURL, ""
		}, want: "refused"},
		"the name does not resolve": {setup: func(t *testing.T, o *Options) {
			failures["the name does not resolve"].setup(t, o)
			o.Context7URL, o.SiteURL = o.SiteURL+"/mcp", ""
		}, want: "no such host"},
		"the certificate is of another authority": {setup: func(t *testing.T, o *Options) {
			failures["the certificate is of another authority"].setup(t, o)
			o.Context7URL, o.SiteURL = o.SiteURL, ""
		}, want: "certificate is not trusted"},
		"a wrong address": {setup: func(_ *testing.T, o *Options) { o.Context7URL = "::" }, want: "protocol scheme"},
		"it wants a key":  {setup: serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }), want: "401 Unauthorized"},
		"it wants to wait": {setup: serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
		}), want: "429 Too Many Requests and asks to wait 30s"},
		"it fails":         {setup: serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }), want: "502 Bad Gateway"},
		"there is none":    {setup: serve(http.NotFound), want: "404 Not Found"},
		"a captive portal": {setup: serve(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>Welcome</html>") }), want: ""},
		"JSON of some kind": {setup: serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"a":1}`)
		}), want: ""},
		"an endless answer": {setup: serve(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			endless(w, r)
		}), want: ""},
		"an endless stream": {setup: serve(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, "data: ")
			endless(w, r)
		}), want: ""},
		"it says nothing": {setup: serve(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), want: "did not answer within", timeout: 300 * time.Millisecond},
		"an empty stream": {setup: serve(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}), want: "did not answer within", timeout: 300 * time.Millisecond},
		"it has other tools": {setup: func(t *testing.T, o *Options) {
			o.Context7URL = newMCPServer(t, newBackend(t), generation{docs: "make-coffee", library: "a", query: "b"}).URL
		}, want: "no tool for documents, only make-coffee, resolve-library-id"},
	} {
		t.Run(name, func(t *testing.T) {
			o, _ := context7Options(t, "")
			test.setup(t, &o)
			if test.timeout > 0 {
				o.Context7Timeout = test.timeout
			}
			start := time.Now()
			r := Load(t.Context(), o)
			if took := time.Since(start); took > timeEnough || test.timeout > 0 && took > test.timeout+2*time.Second {
				t.Errorf("it took %v", took)
			}
			s := status(t, r, SourceContext7)
			if s.Status != StatusFailed || s.Reason == "" || !strings.Contains(s.Reason, test.want) {
				t.Errorf("context7 is %s: %q, want %q", s.Status, s.Reason, test.want)
			}
			if from(r, SourceBuiltin) != len(Builtin()) {
				t.Error("the built-in reference is missing")
			}
		})
	}
}

func endless(w http.ResponseWriter, r *http.Request) {
	chunk := []byte(strings.Repeat("x", 1<<16))
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// The key and the queries stay with the host that was named.
func TestContext7IsNotRedirected(t *testing.T) {
	var strangers atomic.Int32
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	t.Cleanup(stranger.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, stranger.URL, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(server.Close)
	o, _ := context7Options(t, server.URL)
	r := Load(t.Context(), o)
	if s := status(t, r, SourceContext7); s.Status != StatusFailed || !strings.Contains(s.Reason, "redirects") {
		t.Errorf("context7: %+v", s)
	}
	if strangers.Load() != 0 {
		t.Error("another host was asked")
	}
}

func TestContext7IsLeftAlone(t *testing.T) {
	for name, leave := range map[string]func(*Options){
		"when told so": func(o *Options) { o.NoContext7 = true },
		"in CI":        func(o *Options) { o.InCI = true },
		"offline":      func(o *Options) { o.Offline = true },
		"when unknown": func(o *Options) { o.Context7URL = "" },
	} {
		t.Run(name, func(t *testing.T) {
			o, _ := context7Options(t, "http://127.0.0.1:1/mcp")
			o.Transport = forbidden{t}
			leave(&o)
			r := Load(t.Context(), o)
			s := status(t, r, SourceContext7)
			if s.Status != StatusSkipped || s.Reason == "" {
				t.Errorf("context7: %+v", s)
			}
			session := r.ContextSources(o.Now())
			if session.Context7Available || session.FailedSources[0].Source != "context7" || session.FailedSources[0].Reason != s.Reason {
				t.Errorf("session: %+v", session)
			}
		})
	}
}

func TestAnswersAreCached(t *testing.T) {
	b := newBackend(t)
	b.libraries[fluxLibraries[0]] = good()
	o, clock := context7Options(t, newMCPServer(t, b, generation4).URL)
	first := Load(t.Context(), o)
	asked := len(b.queriesOf())
	clock.advance(time.Hour)
	second := Load(t.Context(), o)
	if len(b.queriesOf()) != asked {
		t.Errorf("%d queries for the second run", len(b.queriesOf())-asked)
	}
	if from(first, SourceContext7) != from(second, SourceContext7) || status(t, second, SourceCache).Documents != len(coreQueries()) {
		t.Errorf("sources: %+v", second.Sources)
	}
	if session := second.ContextSources(o.Now()); !session.Context7Available || len(session.FailedSources) != 0 && session.FailedSources[0].Source == "context7" {
		t.Errorf("fresh copies are no failure: %+v", session)
	}
	o.Offline = true
	clock.advance(100 * time.Hour)
	session := Load(t.Context(), o).ContextSources(o.Now())
	if session.Context7Available || session.FailedSources[0].Source != "context7" || session.FallbackSources[0].Source != "cache" {
		t.Errorf("old copies are no answer: %+v", session)
	}
}

func TestSnippets(t *testing.T) {
	rule := "\n" + snippetRule + "\n"
	for name, test := range map[string]struct {
		answer string
		want   []string // titles
	}{
		"two":               {"### A\n\nSource: https://a/\n\nx" + rule + "### B\n\nSource: https://b/\n\ny", []string{"A", "B"}},
		"one of two":        {"### A\n\nSource: https://a/\n\nx" + rule + "sorry", []string{"A"}},
		"an open fence":     {"### A\n\nSource: https://a/\n\n```" + rule + "### B", []string{"A"}},
		"no text":           {"### A\n\nSource: https://a/\n", nil},
		"no address":        {"### A\n\nSource: somewhere\n\nx", nil},
		"a file address":    {"### A\n\nSource: file:///etc/passwd\n\nx", nil},
		"JSON":              {`{"snippets":[]}`, nil},
		"nothing":           {"", nil},
		"a heading alone":   {"### Available Libraries", nil},
		"windows line ends": {"### A\r\n\r\nSource: https://a/\r\n\r\nx\r\n", []string{"A"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, part := range parseSnippets(test.answer) {
				got = append(got, part.Title)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestQueriesFit(t *testing.T) {
	queries := coreQueries()
	for _, topic := range focus.Topics() {
		queries = append(queries, topicQuery(topic))
	}
	seen := map[string]bool{}
	for _, q := range queries {
		if len(strings.TrimPrefix(q.id, queryPrefix)) > maxQuery || seen[q.id] {
			t.Errorf("%q is too long or stands there twice", q.id)
		}
		seen[q.id] = true
		for _, topic := range q.topics {
			if _, known := focus.Lookup(topic); !known {
				t.Errorf("%q is about %q, which is no topic", q.id, topic)
			}
		}
	}
}
