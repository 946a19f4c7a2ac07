package docs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// queryPrefix starts the ids of documents that answer a query.
const queryPrefix = "context7:"

const (
	// maxQuery is what Context7 takes, in bytes.
	maxQuery = 500
	// maxQueriesAtOnce is how many tools are called at a time.
	maxQueriesAtOnce = 4
	// mcpProtocol is old enough for every server; a newer one would be asked
	// for in an exchange of its own.
	mcpProtocol = "2025-06-18"
)

// fluxLibraries are the ids under which Context7 has the documentation of Flux,
// the best first.
var fluxLibraries = []string{"/websites/fluxcd_io_flux", "/fluxcd/flux2"}

// context7 asks an MCP server of Context7. The first query opens the connection
// and finds the library; when that fails, nothing more is asked.
type context7 struct {
	client     *http.Client
	endpoint   string
	userAgent  string
	configured string // library id
	transport  *context7Transport
	now        func() time.Time
	slots      chan struct{}

	mu      sync.Mutex
	opened  bool
	session *mcp.ClientSession
	tools   toolNames
	library string
	failed  error
}

// toolNames are the tools of one generation of the server.
type toolNames struct {
	docs, libraryArgument, queryArgument string
	resolve                              bool
	resolveNeedsQuery                    bool
}

func newContext7(o Options) *context7 {
	transport := &context7Transport{inner: o.Transport, key: o.Context7Key, userAgent: o.UserAgent, now: o.Now, holds: &holds{dir: o.CacheDir}}
	if endpoint, err := url.Parse(o.Context7URL); err == nil {
		transport.host = endpoint.Host
	}
	return &context7{
		// The SDK does not always heed the end of a context: what it still waits
		// for a second later is cut off here.
		client:     &http.Client{Transport: transport, CheckRedirect: refuseRedirects, Timeout: o.Context7Timeout + time.Second},
		endpoint:   o.Context7URL,
		userAgent:  o.UserAgent,
		configured: o.Context7Library,
		transport:  transport,
		now:        o.Now,
		slots:      make(chan struct{}, maxQueriesAtOnce),
	}
}

func (c *context7) Get(ctx context.Context, want Want) (*Document, error) {
	query := strings.TrimPrefix(want.ID, queryPrefix)
	if len(query) > maxQuery {
		return nil, fmt.Errorf("a query of %d bytes is too long", len(query))
	}
	answer, err := c.open(ctx, query)
	if err == nil && answer == nil {
		select {
		case c.slots <- struct{}{}:
			answer, err = c.query(ctx, c.library, query)
			<-c.slots
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	return &Document{Source: SourceContext7, Fetched: c.now(), Parts: answer}, nil
}

// open connects and finds a library that answers the query. Only the first call
// does, and gets the answer.
func (c *context7) open(ctx context.Context, query string) ([]Part, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opened {
		return nil, c.failed
	}
	c.opened = true
	var answer []Part
	answer, c.failed = c.converse(ctx, query)
	return answer, c.failed
}

func (c *context7) converse(ctx context.Context, query string) ([]Part, error) {
	if err := c.transport.held(); err != nil {
		return nil, err
	}
	name, version, _ := strings.Cut(c.userAgent, "/")
	client := mcp.NewClient(&mcp.Implementation{Name: name, Version: version}, &mcp.ClientOptions{Capabilities: &mcp.ClientCapabilities{}})
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{
		Endpoint:             c.endpoint,
		HTTPClient:           c.client,
		MaxRetries:           -1,
		DisableStandaloneSSE: true,
	}, &mcp.ClientSessionOptions{ProtocolVersion: mcpProtocol})
	if err != nil {
		return nil, c.explain(ctx, err)
	}
	c.session = session
	listed, err := session.ListTools(ctx, nil)
	if err != nil {
		return nil, c.explain(ctx, err)
	}
	if c.tools, err = chooseTools(listed.Tools); err != nil {
		return nil, err
	}
	return c.findLibrary(ctx, query)
}

// chooseTools goes by what the server lists, never by its version.
func chooseTools(listed []*mcp.Tool) (toolNames, error) {
	has := map[string]*mcp.Tool{}
	names := make([]string, 0, len(listed))
	for _, tool := range listed {
		has[tool.Name] = tool
		names = append(names, sanitize.Line(tool.Name, 60))
	}
	var tools toolNames
	switch {
	case has["query-docs"] != nil:
		tools = toolNames{docs: "query-docs", libraryArgument: "libraryId", queryArgument: "query"}
	case has["get-library-docs"] != nil:
		tools = toolNames{docs: "get-library-docs", libraryArgument: "context7CompatibleLibraryID", queryArgument: "topic"}
	default:
		return tools, fmt.Errorf("the server has no tool for documents, only %s", strings.Join(names, ", "))
	}
	if resolve := has["resolve-library-id"]; resolve != nil {
		tools.resolve = true
		tools.resolveNeedsQuery = hasProperty(resolve.InputSchema, "query")
	}
	return tools, nil
}

func hasProperty(schema any, name string) bool {
	object, _ := schema.(map[string]any)
	properties, _ := object["properties"].(map[string]any)
	_, has := properties[name]
	return has
}

// maxLibraries bounds how many libraries are tried.
const maxLibraries = 6

// findLibrary asks the known libraries, those to which the server points, and
// in the end those that a search finds, until one answers.
func (c *context7) findLibrary(ctx context.Context, query string) ([]Part, error) {
	queue := slices.Clone(fluxLibraries)
	maySearch := c.tools.resolve
	if c.configured != "" {
		queue, maySearch = []string{c.configured}, false
	}
	var errs []error
	for next := 0; next < maxLibraries && ctx.Err() == nil; next++ {
		if next == len(queue) && maySearch {
			maySearch = false
			found, err := c.resolve(ctx)
			errs = append(errs, err)
			queue = appendNew(queue, found)
		}
		if next == len(queue) {
			break
		}
		answer, err := c.query(ctx, queue[next], query)
		if err == nil {
			c.library = queue[next]
			return answer, nil
		}
		errs = append(errs, err)
		var told answerError
		if errors.As(err, &told) {
			queue = appendNew(queue, fluxIDs(string(told)))
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return nil, firstError(errs)
}

func appendNew(list, more []string) []string {
	for _, item := range more {
		if !slices.Contains(list, item) {
			list = append(list, item)
		}
	}
	return list
}

func firstError(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return errors.New("there is no library about Flux")
}

func (c *context7) resolve(ctx context.Context) ([]string, error) {
	arguments := map[string]any{"libraryName": "Flux"}
	if c.tools.resolveNeedsQuery {
		arguments["query"] = "Flux, the GitOps toolkit for Kubernetes (fluxcd)"
	}
	text, err := c.call(ctx, "resolve-library-id", arguments)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(text, "Available Libraries:") {
		return nil, answerError(text)
	}
	var ids []string
	for line := range strings.Lines(text) {
		if id, found := strings.CutPrefix(strings.TrimSpace(line), "- Context7-compatible library ID: "); found {
			ids = append(ids, fluxIDs(id)...)
		}
	}
	return ids, nil
}

var libraryID = lazyregexp.New(`/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]*[A-Za-z0-9_-]`)

// fluxIDs are the library ids in a text that belong to Flux.
func fluxIDs(text string) []string {
	var ids []string
	for _, id := range libraryID().FindAllString(text, -1) {
		if strings.Contains(strings.ToLower(id), "fluxcd") {
			ids = append(ids, id)
		}
	}
	return ids
}

func (c *context7) query(ctx context.Context, library, query string) ([]Part, error) {
	text, err := c.call(ctx, c.tools.docs, map[string]any{c.tools.libraryArgument: library, c.tools.queryArgument: query})
	if err != nil {
		return nil, err
	}
	parts := parseSnippets(text)
	if len(parts) == 0 {
		return nil, answerError(text)
	}
	return parts, nil
}

// call returns the text of a tool's answer. Context7 does not flag failures:
// whoever reads the text must know a success when he sees one.
func (c *context7) call(ctx context.Context, tool string, arguments map[string]any) (string, error) {
	result, err := c.session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		return "", c.explain(ctx, err)
	}
	var b strings.Builder
	for _, content := range result.Content {
		if text, ok := content.(*mcp.TextContent); ok {
			b.WriteString(text.Text)
		}
	}
	if result.IsError {
		return "", answerError(b.String())
	}
	return b.String(), nil
}

// explain prefers what the HTTP layer saw, which the errors of the SDK lack.
func (c *context7) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if seen := c.transport.failure(); seen != nil {
		return seen
	}
	return requestError(err)
}

// close ends the conversation. It does not wait for a server that is slow to
// say goodbye.
func (c *context7) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session != nil {
		go c.session.Close() //nolint:errcheck // nobody is left to be told
		c.session = nil
	}
}

// answerError is an answer that is no document: a sentence of the server.
type answerError string

func (e answerError) Error() string {
	text := sanitize.Line(string(e), 200)
	if text == "" {
		return "the answer is empty"
	}
	return fmt.Sprintf("the answer is no document: %q", text)
}
