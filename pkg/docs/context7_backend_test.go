package docs

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// backend is the API that stands behind the MCP server of Context7.
type backend struct {
	*httptest.Server
	// libraries maps library ids to the answer about them; others do not exist.
	libraries map[string]reply
	// found are the ids that a search finds; searching fails with searchReply
	// when that is set.
	found       []string
	searchReply *reply

	mu      sync.Mutex
	queries []string // in order
	asked   []string // library ids, in order
	keys    map[string]bool
}

type reply struct {
	status int // 0 means 200
	body   string
}

const snippets = `### Configure multi-tenancy lockdown

Source: https://fluxcd.io/flux/installation/configuration/multitenancy/

Flux can be restricted to service accounts.

` + "```yaml" + `
kind: Kustomization
--------------------------------
# a rule inside code parts nothing
` + "```" + `

--------------------------------

### Reconcile now

Source: https://github.com/fluxcd/flux2/blob/main/README.md

` + "```sh\nflux reconcile kustomization apps\n```" + `
`

func good() reply { return reply{body: snippets} }

func newBackend(t testing.TB) *backend {
	t.Helper()
	b := &backend{libraries: map[string]reply{}, keys: map[string]bool{}}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	values := r.URL.Query()
	b.mu.Lock()
	b.queries = append(b.queries, values.Get("query"))
	b.keys[r.Header.Get("Authorization")] = true
	b.mu.Unlock()
	send := func(r reply) {
		if r.status != 0 {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(r.status)
		}
		io.WriteString(w, r.body)
	}
	switch {
	case strings.HasSuffix(r.URL.Path, "/v2/context"):
		id := values.Get("libraryId")
		b.mu.Lock()
		b.asked = append(b.asked, id)
		answer, known := b.libraries[id]
		b.mu.Unlock()
		if !known {
			answer = reply{http.StatusNotFound, `{"error":"library_not_found","message":"Library \"` + id + `\" not found."}`}
		}
		send(answer)
	case strings.HasSuffix(r.URL.Path, "/v2/libs/search"):
		if b.searchReply != nil {
			send(*b.searchReply)
			return
		}
		var results []map[string]any
		for _, id := range b.found {
			results = append(results, map[string]any{"id": id, "title": "Title of " + id, "description": "About it", "totalSnippets": 100, "trustScore": 9})
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"results": results})
	default:
		http.NotFound(w, r)
	}
}

// generation is a server of Context7 as its package had it in a range of
// versions: names and arguments of its tools.
type generation struct {
	docs, library, query string
	searchTakesQuery     bool
}

var (
	generation4 = generation{"query-docs", "libraryId", "query", true}
	generation1 = generation{"get-library-docs", "context7CompatibleLibraryID", "topic", false}
)

// newMCPServer answers as the real server does: failures of the back end are
// sentences in a successful answer.
func newMCPServer(t testing.TB, b *backend, g generation) *httptest.Server {
	t.Helper()
	get := func(ctx context.Context, path, key string, values url.Values) (string, bool) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.URL+path+"?"+values.Encode(), nil)
		if err != nil {
			return err.Error(), false
		}
		request.Header.Set("Authorization", key)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return "Error fetching library context. Please try again later. " + err.Error(), false
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		if response.StatusCode < 300 {
			return string(body), true
		}
		var failed struct{ Message string }
		if json.Unmarshal(body, &failed) == nil && failed.Message != "" {
			return failed.Message, false
		}
		return fmt.Sprintf("Request failed with status %d. Please try again later.", response.StatusCode), false
	}
	schema := func(names ...string) map[string]any {
		properties := map[string]any{}
		for _, name := range names {
			properties[name] = map[string]any{"type": "string"}
		}
		return map[string]any{"type": "object", "properties": properties, "required": names}
	}
	answer := func(text string) (*mcp.CallToolResult, error) {
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil
	}
	arguments := func(request *mcp.CallToolRequest) map[string]string {
		var all map[string]string
		json.Unmarshal(request.Params.Arguments, &all)
		return all
	}
	key := func(request *mcp.CallToolRequest) string { return request.Extra.Header.Get("Authorization") }
	server := mcp.NewServer(&mcp.Implementation{Name: "Context7", Version: "test"}, nil)
	search := schema("libraryName")
	if g.searchTakesQuery {
		search = schema("query", "libraryName")
	}
	server.AddTool(&mcp.Tool{Name: "resolve-library-id", InputSchema: search}, func(ctx context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		all := arguments(request)
		text, ok := get(ctx, "/api/v2/libs/search", key(request), url.Values{"query": {all["query"]}, "libraryName": {all["libraryName"]}})
		var list struct{ Results []struct{ ID, Title string } }
		if json.Unmarshal([]byte(text), &list) != nil || !ok || len(list.Results) == 0 {
			if ok {
				text = "No libraries found matching the provided name."
			}
			return answer(text)
		}
		lines := "Available Libraries:\n\n"
		for _, result := range list.Results {
			lines += "- Title: " + result.Title + "\n- Context7-compatible library ID: " + result.ID + "\n- Description: About it\n----------\n"
		}
		return answer(lines)
	})
	server.AddTool(&mcp.Tool{Name: g.docs, InputSchema: schema(g.library, g.query)}, func(ctx context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		all := arguments(request)
		text, _ := get(ctx, "/api/v2/context", key(request), url.Values{"libraryId": {all[g.library]}, "query": {all[g.query]}})
		return answer(text)
	})
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	front := httptest.NewServer(handler)
	t.Cleanup(front.Close)
	return front
}

// queriesOf are the queries that reached the back end, sorted.
func (b *backend) queriesOf() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(slices.Values(b.queries))
}
