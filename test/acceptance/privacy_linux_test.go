package acceptance

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestWhatLeavesTheMachine reads every request for documents, byte for byte:
// nothing of the project is in it, the key goes to Context7 alone, and each says
// whose it is.
func TestWhatLeavesTheMachine(t *testing.T) {
	const canary, key = "quetzalcoatl", "ctx7sk-acceptance"
	d := newDocuments(t)
	var mu sync.Mutex
	requests := map[string][]string{}
	spy := func(name string, server *httptest.Server) *httptest.Server {
		target, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		proxy := httputil.NewSingleHostReverseProxy(target)
		seen := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			dump, err := httputil.DumpRequest(r, true)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			requests[name] = append(requests[name], string(dump))
			mu.Unlock()
			proxy.ServeHTTP(w, r)
		}))
		t.Cleanup(seen.Close)
		return seen
	}
	d.site, d.context7 = spy("site", d.site), spy("context7", d.context7)

	m := newMachine(t, d)
	repository := filepath.Join(m.folder, "repo", canary)
	if err := os.Mkdir(repository, 0o700); err != nil {
		t.Fatal(err)
	}
	manifest := strings.ReplaceAll("apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: X, namespace: X}\n"+
		"spec: {interval: 1h, url: 'https://git.X.example/X', ref: {branch: X}}\n", "X", canary)
	if err := os.WriteFile(filepath.Join(repository, canary+".yaml"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	command := m.command()
	command.Env = append(command.Env, "CONTEXT7_API_KEY="+key)
	var report bytes.Buffer
	command.Stdout, command.Stderr = &report, io.Discard
	if err := command.Run(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(report.String(), canary) {
		t.Fatal("the project was not read at all")
	}
	for name, least := range map[string]int{"site": 6, "context7": 6} {
		if len(requests[name]) < least {
			t.Errorf("only %d requests to %s", len(requests[name]), name)
		}
		for _, request := range requests[name] {
			if strings.Contains(strings.ToLower(request), canary) {
				t.Errorf("the name of the project left the machine:\n%s", request)
			}
			if strings.Contains(request, key) != (name == "context7") {
				t.Errorf("the key and %s:\n%s", name, request)
			}
			if !strings.Contains(request, "\nUser-Agent: kubectl-fluxctx/") {
				t.Errorf("it does not say whose it is:\n%s", request)
			}
		}
	}
}
