package acceptance

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fluxctx/kubectl-fluxctx/test/clustertest"
)

// clusters are real API servers that scripts share, by scenario. Scripts read
// only, as the command itself does.
type clusters struct {
	mu      sync.Mutex
	running map[string]*clustertest.Cluster
	folders []string // temporary ones
}

// command makes a scenario the current cluster of the script:
//
//	cluster SCENARIO [OLD=NEW]…    one of test/fixtures/scenarios, or none
//
// The scenario audited is steady with the shipped roles, test/fixtures/accounts.yaml
// and an audit log, which AUDIT names: one script has it for itself.
// Texts of its objects, commits for example, may be replaced.
// KUBECONFIG names it, KUBECTL is a kubectl of its version.
func (c *clusters) command(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: cluster SCENARIO [OLD=NEW]…")
	}
	cluster, err := c.get(args[0], args[1:])
	ts.Check(err)
	ts.Setenv("KUBECONFIG", cluster.Kubeconfig)
	ts.Setenv("KUBECTL", cluster.Kubectl)
	ts.Setenv("SERVER", cluster.Server)
	ts.Setenv("AUDIT", cluster.AuditLog)
}

func (c *clusters) get(scenario string, replace []string) (*clustertest.Cluster, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := strings.Join(append([]string{scenario}, replace...), " ")
	if cluster := c.running[key]; cluster != nil {
		return cluster, nil
	}
	options := clustertest.Options{Replace: map[string]string{}}
	for _, pair := range replace {
		before, after, found := strings.Cut(pair, "=")
		if !found {
			return nil, fmt.Errorf("%q is not OLD=NEW", pair)
		}
		options.Replace[before] = after
	}
	switch scenario {
	case "none":
		options.CRDs = []string{"none"}
	case "audited":
		options.Load = []string{"../fixtures/scenarios/steady", "../../docs/rbac.yaml", "../fixtures/accounts.yaml"}
		folder, err := os.MkdirTemp("", "fluxctx-audit-")
		if err != nil {
			return nil, err
		}
		c.folders = append(c.folders, folder)
		options.AuditLog = filepath.Join(folder, "audit.log")
	case "pods":
		options.Load = []string{"../fixtures/scenarios/steady", "../fixtures/scenarios/pods"}
	case "references":
		options.Load = []string{"../fixtures/scenarios/clean", "../fixtures/scenarios/references"}
	case "instance", "resourcesets":
		options.CRDs = []string{"2.9", "flux-operator"}
		fallthrough
	default:
		options.Load = []string{filepath.Join("../fixtures/scenarios", scenario)}
	}
	cluster, err := clustertest.New(options)
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", scenario, err)
	}
	c.running[key] = cluster
	return cluster, nil
}

func (c *clusters) stop(t *testing.T) {
	for scenario, cluster := range c.running {
		if err := cluster.Stop(); err != nil {
			t.Errorf("stop %s: %v", scenario, err)
		}
	}
	for _, folder := range c.folders {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	}
}

// head sets a variable to the commit that a folder has checked out:
//
//	head VARIABLE [FOLDER]
func head(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: head VARIABLE [FOLDER]")
	}
	ts.Check(ts.Exec("git", "-C", ts.MkAbs(strings.Join(args[1:], "")), "rev-parse", "HEAD"))
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// serve starts a server on loopback that is no API server and writes a
// kubeconfig for it:
//
//	serve KIND KUBECONFIG
//
// KIND is hang (accepts and says nothing), html (a login page), halfopen
// (sends a header and stops), tls (a certificate that nobody trusts), or
// closed (nobody listens).
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serve KIND KUBECONFIG")
	}
	var server string
	switch args[0] {
	case "closed":
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		server = "http://" + listener.Addr().String()
		ts.Check(listener.Close())
	case "hang", "halfopen":
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		server = "http://" + listener.Addr().String()
		go accept(listener, args[0] == "halfopen")
		ts.Defer(func() { listener.Close() })
	case "html":
		login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html><title>Please log in</title></html>")
		}))
		server = login.URL
		ts.Defer(login.Close)
	case "tls":
		untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
		untrusted.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		untrusted.Config.ErrorLog = nil
		untrusted.StartTLS()
		server = untrusted.URL
		ts.Defer(untrusted.Close)
	default:
		ts.Fatalf("no such server: %s", args[0])
	}
	kubeconfig := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: test
clusters: [{name: test, cluster: {server: %q}}]
contexts: [{name: test, context: {cluster: test, user: test}}]
users: [{name: test, user: {token: %q}}]
`, server, canary)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(kubeconfig), 0o600))
}

// accept keeps connections open until the listener closes.
func accept(listener net.Listener, answer bool) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		if answer {
			fmt.Fprint(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
		}
		time.AfterFunc(time.Minute, func() { connection.Close() })
	}
}

// within runs a command and fails when it takes longer than SECONDS:
//
//	[!] within SECONDS COMMAND [ARG...]
func within(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: within SECONDS COMMAND [ARG...]")
	}
	limit, err := time.ParseDuration(args[0] + "s")
	ts.Check(err)
	start := time.Now()
	err = ts.Exec(args[1], args[2:]...)
	if took := time.Since(start); took > limit {
		ts.Fatalf("%s took %s", strings.Join(args[1:], " "), took.Round(time.Millisecond))
	}
	if (err != nil) != neg {
		ts.Fatalf("%s: %v", strings.Join(args[1:], " "), err)
	}
}
