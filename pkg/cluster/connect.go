package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

// Ways in which a server does not answer in time.
var (
	errAuthTimeout    = errors.New("no credential in time")
	errConnectTimeout = errors.New("no answer in time")
	errNotKubernetes  = errors.New("the answer is not that of a Kubernetes API server")
)

// connect asks for the version of the server, which proves that there is one and
// that it is Kubernetes. The time for a credential plugin is not counted against
// the server.
func (c *client) connect(ctx context.Context, opts Options) (version string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	type answer struct {
		version string
		err     error
	}
	answers := make(chan answer, 1)
	// A credential plugin cannot be interrupted, so the request has a goroutine
	// of its own that is left behind when time is up.
	go func() {
		version, err := c.version(ctx)
		answers <- answer{version, err}
	}()

	credential := c.credential
	authTimer := time.NewTimer(opts.AuthTimeout)
	defer authTimer.Stop()
	var connectTimer <-chan time.Time
	plugin := opts.Config.ExecProvider
	if plugin != nil {
		opts.Progress("waiting for the credential plugin " + sanitize.Line(plugin.Command, 200))
	}
	for {
		select {
		case a := <-answers:
			return a.version, a.err
		case <-credential:
			credential = nil
			authTimer.Stop()
			connectTimer = time.After(opts.ConnectTimeout)
		case <-authTimer.C:
			return "", errAuthTimeout
		case <-connectTimer:
			return "", errConnectTimeout
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// version is what GET /version says, for example v1.36.3. A server that forbids
// the question is a Kubernetes API server too: then the version is empty.
func (c *client) version(ctx context.Context) (string, error) {
	body, err := c.get(ctx, "version", nil, acceptJSON)
	if err != nil {
		if status, ok := errors.AsType[*statusError](err); ok && status.reason == "Forbidden" {
			return "", nil
		}
		return "", err
	}
	defer body.Close()
	content, err := io.ReadAll(io.LimitReader(body, maxErrorBody))
	if err != nil {
		return "", err
	}
	var info struct {
		GitVersion string `json:"gitVersion"`
	}
	if err := json.Unmarshal(content, &info); err != nil || info.GitVersion == "" {
		if isHTML("", content) {
			return "", fmt.Errorf("%w: it is an HTML page", errNotKubernetes)
		}
		return "", errNotKubernetes
	}
	return sanitize.Line(info.GitVersion, 100), nil
}

// hadCredential reports whether a request has left.
func (c *client) hadCredential() bool {
	select {
	case <-c.credential:
		return true
	default:
		return false
	}
}

// withoutURL removes the method and address that net/http puts before its
// errors.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
