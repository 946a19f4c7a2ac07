package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// userAgent names the program in the server's audit log.
const userAgent = "kubectl-fluxctx"

// client sends GET requests, and nothing else, to one API server.
type client struct {
	http *http.Client
	base *url.URL
	// credential is closed when the first request has whatever proves who the
	// user is, and is about to leave.
	credential chan struct{}
}

// newClient prepares a client and opens no connection. The error is about the
// configuration, for example a certificate file that cannot be read.
func newClient(config *rest.Config) (*client, error) {
	config = rest.CopyConfig(config)
	config.UserAgent = userAgent
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, err
	}
	// Compression spares a network. Where there is none it costs the server more
	// than all the rest of a list.
	if host := base.Hostname(); host == "localhost" || net.ParseIP(host).IsLoopback() {
		config.DisableCompression = true
	}
	c := &client{base: base, credential: make(chan struct{})}
	// This wrapper is the innermost: client-go puts those of the credential
	// plugins around it.
	var once sync.Once
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			once.Do(func() { close(c.credential) })
			return next.RoundTrip(request)
		})
	})
	c.http, err = rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	// Credentials are added to every request, so none may lead elsewhere.
	c.http.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		if next.URL.Host != base.Host || next.URL.Scheme != base.Scheme || len(via) >= maxRedirects {
			return http.ErrUseLastResponse
		}
		return nil
	}
	// The timeouts of this package hold instead; this one would also cut long
	// lists.
	c.http.Timeout = 0
	return c, nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// server is the address for reports; a kubeconfig may hold credentials in it.
func (c *client) server() string { return sanitize.Line(c.base.Redacted(), 500) }

// maxRedirects is how often the server may send a request on within itself.
const maxRedirects = 5

// What the requests accept.
const (
	acceptJSON  = "application/json"
	acceptTable = "application/json;as=Table;v=v1;g=meta.k8s.io"
)

// maxErrorBody bounds what is read of an answer that is no success.
const maxErrorBody = 64 << 10

// statusError is an answer of the server that is no success.
type statusError struct {
	code    int
	reason  metav1.StatusReason
	message string
	// next continues a list whose token has expired, at the price of
	// consistency; empty when the server offers none.
	next string
	// html is true when the answer is a page for people.
	html bool
}

func (e *statusError) Error() string {
	if e.message == "" {
		return fmt.Sprintf("the server answered %d %s", e.code, http.StatusText(e.code))
	}
	return e.message
}

// hasCode reports whether an error is an answer with this HTTP status.
func hasCode(err error, code int) bool {
	status, ok := errors.AsType[*statusError](err)
	return ok && status.code == code
}

// get sends one request. The caller closes the body. An answer that is no
// success is a *statusError. When the server is too busy (429, 503 with a
// Retry-After), the request is sent again as the server says.
func (c *client) get(ctx context.Context, path string, query url.Values, accept string) (io.ReadCloser, error) {
	for attempt := 1; ; attempt++ {
		response, err := c.send(ctx, path, query, accept)
		if err != nil {
			return nil, err
		}
		if response.StatusCode == http.StatusOK {
			return response.Body, nil
		}
		delay, again := retryAfter(response)
		err = readStatus(response)
		if !again || attempt == maxAttempts {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(delay):
		}
	}
}

// maxAttempts is how often a request is sent to a server that is too busy.
const maxAttempts = 4

func (c *client) send(ctx context.Context, path string, query url.Values, accept string) (*http.Response, error) {
	target := c.base.JoinPath(path)
	target.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", accept)
	return c.http.Do(request)
}

// retryAfter says whether the server asks to come back, and when: at most 10
// seconds later, since somebody waits.
func retryAfter(response *http.Response) (time.Duration, bool) {
	if response.StatusCode != http.StatusTooManyRequests && response.StatusCode != http.StatusServiceUnavailable {
		return 0, false
	}
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0, false
	}
	return time.Duration(min(seconds, 10)) * time.Second, true
}

// readStatus turns an answer into a *statusError and closes its body.
func readStatus(response *http.Response) error {
	defer response.Body.Close()
	e := &statusError{code: response.StatusCode}
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
	var status metav1.Status
	switch {
	case json.Unmarshal(body, &status) == nil && status.Kind == "Status":
		e.reason, e.message, e.next = status.Reason, sanitize.Line(status.Message, 0), status.Continue
	case isHTML(response.Header.Get("Content-Type"), body):
		e.html = true
	default:
		e.message = sanitize.Line(string(body), 500)
	}
	return e
}

func isHTML(contentType string, body []byte) bool {
	return strings.HasPrefix(contentType, "text/html") || strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 64)])), "<")
}
