package docs

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// nameServer answers on loopback that no name exists.
func nameServer(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		packet := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			var message dnsmessage.Message
			if message.Unpack(packet[:n]) != nil {
				continue
			}
			message.Response, message.RCode = true, dnsmessage.RCodeNameError
			message.Additionals = nil
			if answer, err := message.Pack(); err == nil {
				conn.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// quiet keeps expected handshake errors out of the test's output.
func quiet(server *httptest.Server) *httptest.Server {
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	return server
}

const pageStart = "<!doctype html><html><body><main><div class=td-content><h1>Page</h1>"

// failure is a server that gives no page, and what is to be said about it.
type failure struct {
	serve func(http.ResponseWriter, *http.Request)
	// setup makes another server than one that serves.
	setup func(t *testing.T, o *Options)
	want  string
	// timeout is how long a load may wait; 0 means long enough.
	timeout time.Duration
	// requests bounds how often the server is asked; 0 means not at all.
	requests int
}

var failures = map[string]failure{
	"the name does not resolve": {
		setup: func(t *testing.T, o *Options) {
			transport := http.DefaultTransport.(*http.Transport).Clone()
			transport.DialContext = (&net.Dialer{Resolver: nameServer(t)}).DialContext
			o.Transport, o.SiteURL = transport, "https://docs.flux.test"
		},
		want: "no such host",
	},
	"the port is closed": {
		setup: func(_ *testing.T, o *Options) {
			server := httptest.NewServer(nil)
			o.SiteURL = server.URL
			server.Close()
		},
		want: "connection refused",
	},
	"the certificate is of another authority": {
		setup: func(t *testing.T, o *Options) {
			server := quiet(httptest.NewUnstartedServer(nil))
			server.StartTLS()
			t.Cleanup(server.Close)
			o.SiteURL = server.URL
		},
		want: "certificate is not trusted",
	},
	"the certificate is of another name": {
		setup: func(t *testing.T, o *Options) {
			server := quiet(httptest.NewUnstartedServer(nil))
			server.StartTLS()
			t.Cleanup(server.Close)
			transport := server.Client().Transport.(*http.Transport).Clone()
			transport.TLSClientConfig.ServerName = "fluxcd.io"
			o.Transport, o.SiteURL = transport, server.URL
		},
		want: "certificate is not trusted",
	},
	"the server speaks an old TLS": {
		setup: func(t *testing.T, o *Options) {
			server := quiet(httptest.NewUnstartedServer(nil))
			server.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
			server.StartTLS()
			t.Cleanup(server.Close)
			o.Transport, o.SiteURL = server.Client().Transport, server.URL
		},
		want: "tls: ",
	},
	"the port speaks no HTTP": {
		setup: func(t *testing.T, o *Options) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { listener.Close() })
			go func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					conn.Read(make([]byte, 100))
					conn.Write([]byte("220 mail ESMTP ready\r\n"))
					conn.Close()
				}
			}()
			o.SiteURL = "http://" + listener.Addr().String()
		},
		want: "malformed HTTP",
	},
	"a captive portal answers": {
		serve: func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "<!doctype html><html><body><h1>Welcome to the guest network</h1></body></html>")
		},
		want: "login page", requests: 12,
	},
	"a captive portal redirects": {
		serve: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://login.example/welcome", http.StatusFound)
		},
		want: "another site, login.example", requests: 12,
	},
	"it redirects to another port": {
		serve: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/flux/", http.StatusMovedPermanently)
		},
		want: "another site", requests: 12,
	},
	"it redirects in a circle": {
		serve: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusMovedPermanently)
		},
		want: "redirects more than", requests: 80,
	},
	"it asks to wait longer than there is time": {
		serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		want: "429 Too Many Requests and asks to wait 2m0s", requests: 6,
	},
	"it fails inside": {
		serve: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		want:  "500 Internal Server Error", requests: 40,
	},
	"it is overloaded": {
		serve: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		want:  "503 Service Unavailable", requests: 40,
	},
	"it wants a login": {
		serve: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) },
		want:  "407", requests: 12,
	},
	"pages break off": {
		serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Length", "100000")
			io.WriteString(w, pageStart)
		},
		want: "broke off", requests: 40,
	},
	"pages break off between chunks": {
		serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, pageStart+"<p>Half of it")
		},
		want: "broke off", requests: 40,
	},
	"zipped pages break off": {
		serve: func(w http.ResponseWriter, _ *http.Request) {
			var zipped bytes.Buffer
			writer := gzip.NewWriter(&zipped)
			io.WriteString(writer, pageStart+strings.Repeat("text ", 10_000)+"</div></main></body></html>")
			writer.Close()
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zipped.Bytes()[:zipped.Len()/2])
		},
		want: "broke off", requests: 40,
	},
	"the connection is cut": {
		serve: func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				conn.Close()
			}
		},
		want: "EOF", requests: 80, // net/http itself repeats a request on a connection that was kept
	},
	"pages trickle": {
		serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, pageStart)
			for r.Context().Err() == nil {
				io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				time.Sleep(20 * time.Millisecond)
			}
		},
		want: "did not answer within", timeout: 500 * time.Millisecond, requests: 6,
	},
	"heads never come": {
		serve: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		want:  "did not answer within", timeout: 500 * time.Millisecond, requests: 6,
	},
	"pages are huge": {
		serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, pageStart)
			chunk := []byte(strings.Repeat("<p>text</p>", 1000))
			for sent := 0; sent < 40<<20; sent += len(chunk) {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		},
		want: "more than 4 MB", requests: 12,
	},
	"pages are bombs": {
		serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb())
		},
		want: "more than 4 MB", requests: 12,
	},
	"the answer is JSON": {
		serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"page": "</html>"}`)
		},
		want: `the answer is "application/json"`, requests: 12,
	},
	"the answer says not what it is": {
		serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			io.WriteString(w, pageStart+"</html>")
		},
		want: "not a page", requests: 12,
	},
	"it says 304 to a first question": {
		serve: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) },
		want:  "304", requests: 12,
	},
}

// bomb is 40 MB of zeros in 40 kB.
var bomb = sync.OnceValue(func() []byte {
	var zipped bytes.Buffer
	writer := gzip.NewWriter(&zipped)
	zeros := make([]byte, 1<<20)
	for range 40 {
		writer.Write(zeros)
	}
	writer.Close()
	return zipped.Bytes()
})

func TestEveryFailureOfTheSite(t *testing.T) {
	bomb() // takes its time to build
	for name, test := range failures {
		t.Run(name, func(t *testing.T) {
			o, _ := testOptions(t, "")
			o.Focus = []string{"security"}
			if o.Timeout = timeEnough; test.timeout > 0 {
				o.Timeout = test.timeout
			}
			var requests atomic.Int32
			if test.setup != nil {
				test.setup(t, &o)
			} else {
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					requests.Add(1)
					test.serve(w, r)
				}))
				t.Cleanup(server.Close)
				o.SiteURL = server.URL
			}

			start := time.Now()
			r := Load(t.Context(), o)
			if took := time.Since(start); test.timeout > 0 && took > o.Timeout+2*time.Second {
				t.Errorf("it took %v", took)
			}

			site := status(t, r, SourceSite)
			if site.Status != StatusFailed || !strings.Contains(site.Reason, test.want) {
				t.Errorf("fluxcd.io is %s: %q, want %q", site.Status, site.Reason, test.want)
			}
			if n := int(requests.Load()); test.serve != nil && n > test.requests {
				t.Errorf("the server was asked %d times, want %d at most", n, test.requests)
			}
			if from(r, SourceSite) != 0 || from(r, SourceBuiltin) == 0 {
				t.Errorf("%d sections of the site, %d built in", from(r, SourceSite), from(r, SourceBuiltin))
			}
			if !r.Connectivity.Offline || !strings.Contains(strings.Join(r.Connectivity.Limits, "\n"), site.Reason) || !strings.Contains(r.Connectivity.Strategy, "built-in") {
				t.Errorf("connectivity: %+v", r.Connectivity)
			}
			if tried := r.Connectivity.Tried; len(tried) != 1 || !strings.HasPrefix(tried[0], "fluxcd.io at ") || !strings.HasSuffix(tried[0], ": failed") {
				t.Errorf("tried: %q", tried)
			}
			for _, c := range r.Report().Coverage {
				if c.Complete || c.Loaded != 0 || c.Builtin == 0 {
					t.Errorf("coverage: %+v", c)
				}
			}
			pages := map[string]bool{}
			for _, page := range append(focus.Pages("security"), focus.CorePages()...) {
				pages[page] = true
			}
			if missing := r.Missing(); len(missing) != len(pages) || missing[0].Reason == "" || !strings.Contains(missing[0].Fallback, "built-in") {
				t.Errorf("%d of %d pages are named as missing, the first as %+v", len(missing), len(pages), missing[0])
			}
			if problems := r.Problems(); len(problems) != 1 || !strings.Contains(problems[0].Message, test.want) || problems[0].Hint == "" {
				t.Errorf("problems: %+v", problems)
			}
			session := r.ContextSources(o.Now())
			if len(session.FailedSources) != 2 || session.FailedSources[1].Source != "flux_official_docs" || len(session.FallbackSources) != 2 {
				t.Errorf("session: %+v", session)
			}
		})
	}
}

func TestServersThatRecover(t *testing.T) {
	for name, stumble := range map[string]func(w http.ResponseWriter){
		"after a 500": func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"after a 429": func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) },
		"after it asks to wait": func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		"after half a page": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Length", strconv.Itoa(1000))
			io.WriteString(w, pageStart)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			good := newNetlify(t, "")
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) <= 3 {
					stumble(w)
					return
				}
				good.ServeHTTP(w, r)
			}))
			t.Cleanup(server.Close)
			o, _ := testOptions(t, server.URL)
			o.Now = time.Now // the server's wish to wait is about real time
			o.MaxAge = DefaultMaxAge
			if r := Load(t.Context(), o); status(t, r, SourceSite).Status != StatusLoaded {
				t.Errorf("fluxcd.io: %+v", status(t, r, SourceSite))
			}
		})
	}
}

func TestSomePagesFail(t *testing.T) {
	server := newNetlify(t, "")
	server.page = func(path string) ([]byte, bool) {
		if strings.Contains(path, "guides") {
			return nil, false
		}
		return smallPage(path)
	}
	o, _ := testOptions(t, server.URL)
	r := Load(t.Context(), o)
	if s := status(t, r, SourceSite); s.Status != StatusPartial || !strings.Contains(s.Reason, "2 of 5 pages failed") || !strings.Contains(s.Reason, "404") {
		t.Errorf("fluxcd.io: %+v", s)
	}
	if r.Connectivity.Offline {
		t.Error("a site that answers is not offline")
	}
	if len(r.Missing()) != 2 {
		t.Errorf("missing: %+v", r.Missing())
	}
}

// A command that runs every second must not ask every second.
func TestRetryAfterIsHeededByLaterRuns(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	t.Cleanup(server.Close)
	o, clock := testOptions(t, server.URL)
	Load(t.Context(), o)
	first := asked.Load()
	clock.advance(5 * time.Minute)
	r := Load(t.Context(), o)
	if asked.Load() != first {
		t.Errorf("it was asked %d times within its ten minutes", asked.Load()-first)
	}
	if s := status(t, r, SourceSite); s.Status != StatusFailed || !strings.Contains(s.Reason, "asked to wait until") {
		t.Errorf("fluxcd.io: %+v", s)
	}
	clock.advance(6 * time.Minute)
	Load(t.Context(), o)
	if asked.Load() == first {
		t.Error("it is never asked again")
	}
}

func TestRetryAfter(t *testing.T) {
	o, clock := testOptions(t, "")
	f := newFetcher(o)
	for value, want := range map[string]time.Duration{
		"":       0,
		"7":      7 * time.Second,
		"-7":     0,
		"999999": longestHold,
		"soon":   0,
		clock.Now().Add(30 * time.Second).Format(http.TimeFormat): 30 * time.Second,
		clock.Now().Add(-time.Hour).Format(http.TimeFormat):       0,
		clock.Now().Add(1e6 * time.Hour).Format(http.TimeFormat):  longestHold,
	} {
		if got := f.retryAfter(http.Header{"Retry-After": {value}}); got != want {
			t.Errorf("Retry-After: %s is %v, want %v", value, got, want)
		}
	}
}
