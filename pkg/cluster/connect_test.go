package cluster

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// TestConnectProblems meets servers that are none. Each must be told apart in one
// sentence, within the limit.
func TestConnectProblems(t *testing.T) {
	text := func(code int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, test := range []struct {
		name   string
		config func(t *testing.T) *rest.Config
		code   string
		says   string
	}{
		{
			"nobody listens", func(t *testing.T) *rest.Config { return &rest.Config{Host: "http://" + closedPort(t)} },
			"ClusterRefused", "nothing listens at 127.0.0.1:",
		},
		{
			"name that nobody knows", func(*testing.T) *rest.Config { return &rest.Config{Host: "https://api.cluster.invalid:6443"} },
			"ClusterUnreachable", "api.cluster.invalid",
		},
		{
			"accepts and is silent", func(t *testing.T) *rest.Config { return &rest.Config{Host: "http://" + rawServer(t, "")} },
			"ClusterTimeout", "did not answer within",
		},
		{
			"silent before TLS", func(t *testing.T) *rest.Config { return &rest.Config{Host: "https://" + rawServer(t, "")} },
			"ClusterTimeout", "did not answer within",
		},
		{
			"stops within the headers", func(t *testing.T) *rest.Config {
				return &rest.Config{Host: "http://" + rawServer(t, "HTTP/1.1 200 OK\r\nContent-Type: appl")}
			},
			"ClusterTimeout", "did not answer within",
		},
		{
			"stops within the body", func(t *testing.T) *rest.Config {
				return &rest.Config{Host: "http://" + rawServer(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"gitVer")}
			},
			"ClusterTimeout", "did not answer within",
		},
		{
			"another protocol", func(t *testing.T) *rest.Config {
				return &rest.Config{Host: "http://" + rawServer(t, "SSH-2.0-OpenSSH_9.6\r\n")}
			},
			"ClusterUnreachable", "malformed HTTP",
		},
		{
			"closes at once", func(t *testing.T) *rest.Config { return &rest.Config{Host: "http://" + closingServer(t)} },
			"ClusterUnreachable", "cannot be reached",
		},
		{
			"HTML page", httpServer(text(http.StatusOK, "text/html", "<!doctype html><title>Welcome</title>")),
			"NotKubernetes", "HTML page",
		},
		{
			"HTML page that forbids", httpServer(text(http.StatusForbidden, "text/html; charset=utf-8", "<html>\x1b[31mno</html>")),
			"NotKubernetes", "HTML page (HTTP 403)",
		},
		{
			"redirect to a login page", httpServer(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/version" {
					http.Redirect(w, r, "/login", http.StatusFound)
					return
				}
				text(http.StatusOK, "text/html", "<html>log in</html>")(w, r)
			}),
			"NotKubernetes", "HTML page",
		},
		{
			"redirect to another server", func(t *testing.T) *rest.Config {
				elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					t.Errorf("the token went elsewhere: %s", r.Header.Get("Authorization"))
				}))
				t.Cleanup(elsewhere.Close)
				config := httpServer(func(w http.ResponseWriter, r *http.Request) {
					http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
				})(t)
				config.BearerToken = "t0ken"
				return config
			},
			"NotKubernetes", "leads elsewhere",
		},
		{
			"JSON of something else", httpServer(text(http.StatusOK, "application/json", `{"version":"7.17"}`)),
			"NotKubernetes", "not that of a Kubernetes API server",
		},
		{
			"no such page", httpServer(text(http.StatusNotFound, "text/plain", "404 page not found")),
			"NotKubernetes", "404 Not Found",
		},
		{
			"bad gateway", httpServer(text(http.StatusBadGateway, "text/plain", "upstream\x1b]0;x\x07 down")),
			"NotKubernetes", "502 Bad Gateway",
		},
		{
			"credentials are not accepted", httpServer(statusAnswer(http.StatusUnauthorized, "Unauthorized", "Unauthorized", "")),
			"AuthFailed", "does not accept the credentials",
		},
		{
			"error of the API server", httpServer(statusAnswer(http.StatusInternalServerError, "InternalError", "etcd is \x1b[31mgone", "")),
			"ClusterUnhealthy", "etcd is gone",
		},
		{
			"https to a server without", func(t *testing.T) *rest.Config {
				return &rest.Config{Host: strings.Replace(newFake(t).URL, "http:", "https:", 1)}
			},
			"TLSMismatch", "does not speak TLS",
		},
		{
			"http to a server with TLS", func(t *testing.T) *rest.Config {
				return &rest.Config{Host: strings.Replace(tlsServer(t, nil).URL, "https:", "http:", 1)}
			},
			"TLSMismatch", "expects https",
		},
		{
			"certificate of somebody else", func(t *testing.T) *rest.Config { return &rest.Config{Host: tlsServer(t, nil).URL} },
			"TLSMismatch", "not trusted",
		},
		{
			"certificate for another name", func(t *testing.T) *rest.Config {
				server := tlsServer(t, nil)
				return &rest.Config{Host: server.URL, TLSClientConfig: rest.TLSClientConfig{CAData: caOf(server), ServerName: "kubernetes.default"}}
			},
			"TLSMismatch", "kubernetes.default",
		},
		{
			"client certificate wanted", func(t *testing.T) *rest.Config {
				server := tlsServer(t, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert })
				return &rest.Config{Host: server.URL, TLSClientConfig: rest.TLSClientConfig{CAData: caOf(server)}}
			},
			"AuthFailed", "client certificate",
		},
		{
			"only newer TLS on the other side", func(t *testing.T) *rest.Config {
				server := tlsServer(t, func(c *tls.Config) { c.MaxVersion, c.MinVersion = tls.VersionTLS11, tls.VersionTLS10 })
				return &rest.Config{Host: server.URL, TLSClientConfig: rest.TLSClientConfig{CAData: caOf(server)}}
			},
			"TLSMismatch", "TLS",
		},
		{
			"proxy that is not there", func(t *testing.T) *rest.Config {
				proxy := &url.URL{Scheme: "http", Host: closedPort(t)}
				return &rest.Config{Host: "https://api.example.com", Proxy: http.ProxyURL(proxy)}
			},
			"ClusterUnreachable", "proxy",
		},
		{
			"token file that is not there", func(t *testing.T) *rest.Config {
				return &rest.Config{Host: newFake(t).URL, BearerTokenFile: filepath.Join(t.TempDir(), "absent")}
			},
			"KubeconfigInvalid", "no such file",
		},
		{
			"certificate file that is not there", func(t *testing.T) *rest.Config {
				return &rest.Config{Host: "https://127.0.0.1:1", TLSClientConfig: rest.TLSClientConfig{CAFile: filepath.Join(t.TempDir(), "absent")}}
			},
			"KubeconfigInvalid", "no such file",
		},
		{
			"address that is none", func(*testing.T) *rest.Config { return &rest.Config{Host: "https://a b:c"} },
			"KubeconfigInvalid", "cannot be used",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			// A busy machine must not turn another failure into a timeout.
			limit := 30 * time.Second
			if test.code == "ClusterTimeout" {
				limit = time.Second
			}
			config := test.config(t)
			begin := time.Now()
			cluster, problems := Read(context.Background(), Options{Config: config, ConnectTimeout: limit})
			if took := time.Since(begin); took > limit+10*time.Second {
				t.Errorf("took %s", took)
			}
			if cluster.Reachable {
				t.Error("the cluster is reachable")
			}
			if len(problems) != 1 || problems[0].Code != test.code || !strings.Contains(problems[0].Message, test.says) || problems[0].Hint == "" {
				t.Fatalf("got %+v, want one %s that says %q", problems, test.code, test.says)
			}
			if strings.ContainsAny(problems[0].Message+problems[0].Hint+cluster.Server, "\x1b\x07\n") {
				t.Errorf("control characters in %+v", problems[0])
			}
		})
	}
}

// TestConnects uses what a kubeconfig may hold.
func TestConnects(t *testing.T) {
	for _, test := range []struct {
		name   string
		config func(t *testing.T) *rest.Config
	}{
		{"custom CA", func(t *testing.T) *rest.Config {
			server := tlsServer(t, nil)
			return &rest.Config{Host: server.URL, TLSClientConfig: rest.TLSClientConfig{CAData: caOf(server)}}
		}},
		{"no verification", func(t *testing.T) *rest.Config {
			return &rest.Config{Host: tlsServer(t, nil).URL, TLSClientConfig: rest.TLSClientConfig{Insecure: true}}
		}},
		{"client certificate", func(t *testing.T) *rest.Config {
			cert, key := clientCertificate(t)
			server := tlsServer(t, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert })
			return &rest.Config{Host: server.URL, TLSClientConfig: rest.TLSClientConfig{CAData: caOf(server), CertData: cert, KeyData: key}}
		}},
		{"impersonation and token", func(t *testing.T) *rest.Config {
			f := newFake(t)
			answer := f.answers["/version"]
			f.on("/version", func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Impersonate-User") != "jane" || r.Header.Get("Authorization") != "Bearer t0ken" {
					statusAnswer(http.StatusUnauthorized, "Unauthorized", "who?", "")(w, r)
					return
				}
				answer(w, r)
			})
			return &rest.Config{Host: f.URL, BearerToken: "t0ken", Impersonate: rest.ImpersonationConfig{UserName: "jane"}}
		}},
		{"address with a path", func(t *testing.T) *rest.Config {
			f := newFake(t)
			outer := httptest.NewServer(http.StripPrefix("/k8s/clusters/c-1", f))
			t.Cleanup(outer.Close)
			return &rest.Config{Host: outer.URL + "/k8s/clusters/c-1"}
		}},
		{"proxy", func(t *testing.T) *rest.Config {
			f := newFake(t)
			proxy := httptest.NewServer(f) // answers whatever host is asked for
			t.Cleanup(proxy.Close)
			address, _ := url.Parse(proxy.URL)
			return &rest.Config{Host: "http://api.cluster.invalid", Proxy: http.ProxyURL(address)}
		}},
		{"version that may not be asked for", func(t *testing.T) *rest.Config {
			f := newFake(t)
			f.on("/version", forbiddenAnswer)
			return &rest.Config{Host: f.URL}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cluster, problems := Read(context.Background(), Options{Config: test.config(t), ConnectTimeout: 10 * time.Second})
			if !cluster.Reachable || !slices.Equal(codes(problems), []string{"FluxNotInstalled"}) {
				t.Errorf("reachable %v, problems %+v", cluster.Reachable, problems)
			}
		})
	}
}

// TestCredentialPlugin counts the time of a plugin apart from that of the server.
func TestCredentialPlugin(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the plugins are shell scripts")
	}
	const token = `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t0ken"}}'`
	for _, test := range []struct {
		name, script string
		options      Options
		code, says   string
	}{
		{name: "slower than the server may be", script: "sleep 1; " + token, options: Options{ConnectTimeout: 500 * time.Millisecond}},
		{name: "too slow", script: "exec sleep 3", options: Options{AuthTimeout: 500 * time.Millisecond}, code: "AuthFailed", says: "no credential within 500ms"},
		{name: "fails", script: "echo log in first >&2; exit 3", code: "AuthFailed", says: "exit code 3"},
		{name: "says nothing of use", script: "echo hello", code: "AuthFailed", says: "there is no credential"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.on("/version", func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer t0ken" {
					statusAnswer(http.StatusUnauthorized, "Unauthorized", "who?", "")(w, r)
					return
				}
				jsonAnswer(`{"gitVersion":"v1.36.3"}`)(w, r)
			})
			plugin := filepath.Join(t.TempDir(), "plugin")
			if err := os.WriteFile(plugin, []byte("#!/bin/sh\n"+test.script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			var steps []string
			opts := test.options
			opts.Config = &rest.Config{Host: f.URL, ExecProvider: &clientcmdapi.ExecConfig{
				Command: plugin, APIVersion: "client.authentication.k8s.io/v1", InteractiveMode: clientcmdapi.NeverExecInteractiveMode,
			}}
			opts.Progress = func(step string) { steps = append(steps, step) }
			begin := time.Now()
			cluster, problems := Read(context.Background(), opts)
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
			if !slices.ContainsFunc(steps, func(s string) bool { return strings.HasPrefix(s, "waiting for the credential plugin ") }) {
				t.Errorf("progress is %q", steps)
			}
			if test.code == "" {
				if !cluster.Reachable {
					t.Errorf("problems are %+v", problems)
				}
				return
			}
			if len(problems) != 1 || problems[0].Code != test.code || !strings.Contains(problems[0].Message, test.says) {
				t.Errorf("got %+v, want %s that says %q", problems, test.code, test.says)
			}
		})
	}
}

// TestServerWithoutCredentials keeps a password of the address out of the report.
func TestServerWithoutCredentials(t *testing.T) {
	cluster, _ := Read(context.Background(), Options{Config: &rest.Config{Host: "https://admin:hunter2@127.0.0.1:1/x"}})
	if strings.Contains(cluster.Server, "hunter2") {
		t.Errorf("server is %q", cluster.Server)
	}
}

// TestInterrupted ends at once when the context does.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(200*time.Millisecond, cancel)
	begin := time.Now()
	_, problems := Read(ctx, Options{Config: &rest.Config{Host: "http://" + rawServer(t, "")}, ConnectTimeout: time.Minute})
	if took := time.Since(begin); took > 5*time.Second || len(problems) != 1 || problems[0].Code != "Interrupted" {
		t.Errorf("took %s, problems %+v", took, problems)
	}
}

func httpServer(handler http.HandlerFunc) func(t *testing.T) *rest.Config {
	return func(t *testing.T) *rest.Config {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		return &rest.Config{Host: server.URL}
	}
}

// closedPort is an address at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// rawServer answers the first request with a text and then keeps silent.
func rawServer(t *testing.T, answer string) string {
	t.Helper()
	return acceptor(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, answer)
		_, _ = io.Copy(io.Discard, conn)
	})
}

// closingServer hangs up once it has been asked something.
func closingServer(t *testing.T) string {
	t.Helper()
	return acceptor(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) })
}

func acceptor(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
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
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

// tlsServer is the fake behind TLS.
func tlsServer(t *testing.T, change func(*tls.Config)) *httptest.Server {
	server := httptest.NewUnstartedServer(newFake(t))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if change != nil {
		change(server.TLS)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func caOf(server *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}

func clientCertificate(t *testing.T) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "jane"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
}
