package docs

import (
	"io"
	"log"
	"net"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// realServerEnv is the path of dist/index.js of @upstash/context7-mcp;
// test/docs/context7.sh installs it.
const realServerEnv = "FLUXCTX_CONTEXT7_MCP"

func TestConversationsWithTheRealServer(t *testing.T) {
	entry := os.Getenv(realServerEnv)
	if entry == "" {
		t.Skipf("%s is not set", realServerEnv)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal(err)
	}
	// One server serves all conversations; what stands behind it changes.
	var behind atomic.Pointer[url.URL]
	service := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(behind.Load()) },
		ErrorLog: log.New(io.Discard, "", 0),
	})
	t.Cleanup(service.Close)
	endpoint := startRealServer(t, node, entry, service.URL+"/api")
	testConversations(t, func(t *testing.T, b *backend) string {
		u, err := url.Parse(b.URL)
		if err != nil {
			t.Fatal(err)
		}
		behind.Store(u)
		return endpoint
	})
}

func startRealServer(t *testing.T, node, entry, service string) (endpoint string) {
	t.Helper()
	port := freePort(t)
	command := exec.Command(node, "--require", "./testdata/loopback.cjs", entry, "--transport", "http", "--port", strconv.Itoa(port))
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "OTEL_SDK_DISABLED=true", "CONTEXT7_API_URL=" + service}
	var output strings.Builder
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait() // it was killed
		if t.Failed() {
			t.Log(output.String())
		}
	})
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return "http://" + address + "/mcp"
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server does not listen on %s", address)
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
