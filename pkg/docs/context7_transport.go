package docs

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// context7Transport gives the key to the configured host and to no other, and
// remembers what the SDK does not pass on: the status of failed requests, and
// how long the server wants to be left alone.
type context7Transport struct {
	inner     http.RoundTripper
	host      string
	key       string
	userAgent string
	now       func() time.Time
	holds     *holds

	mu   sync.Mutex
	seen error
}

func (t *context7Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", t.userAgent)
	if t.key != "" && request.URL.Host == t.host {
		request.Header.Set("Authorization", "Bearer "+t.key)
	}
	inner := t.inner
	if inner == nil {
		inner = http.DefaultTransport
	}
	response, err := inner.RoundTrip(request)
	if err != nil {
		t.remember(requestError(err))
		return nil, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		status := statusError{code: response.StatusCode}
		if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
			status.wait = min(time.Duration(seconds)*time.Second, longestHold)
			t.holds.write(t.host, t.now().Add(status.wait))
		}
		t.remember(status)
	}
	response.Body = limitedBody{io.LimitReader(response.Body, 4*maxAnswer), response.Body}
	return response, nil
}

func (t *context7Transport) remember(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = err
	}
}

func (t *context7Transport) failure() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen
}

// held says until when an earlier run was asked to wait.
func (t *context7Transport) held() error {
	until := t.holds.read(t.host)
	if wait := until.Sub(t.now()); wait > 0 && wait <= longestHold {
		return fmt.Errorf("the server asked to wait until %s", until.Format(time.TimeOnly))
	}
	return nil
}

type limitedBody struct {
	io.Reader
	io.Closer
}

// refuseRedirects keeps the key and the queries with the host that was named.
func refuseRedirects(*http.Request, []*http.Request) error {
	return errors.New("it redirects, which is not followed")
}
