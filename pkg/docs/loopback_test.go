package docs

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
)

// loopbackOnly is a transport that connects to this machine and fails the test
// when anything else is asked for. Names are resolved, by the test's own
// resolver, to this machine or not at all.
func loopbackOnly(t testing.TB) *http.Transport {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	dialer := &net.Dialer{}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			t.Errorf("a connection to %s was asked for", address)
			return nil, errors.New("forbidden by the test")
		}
		return dialer.DialContext(ctx, network, address)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// forbidden is a transport that fails the test when it is used at all.
type forbidden struct{ t testing.TB }

func (f forbidden) RoundTrip(request *http.Request) (*http.Response, error) {
	f.t.Errorf("a request was made: %s", request.URL)
	return nil, errors.New("forbidden by the test")
}
