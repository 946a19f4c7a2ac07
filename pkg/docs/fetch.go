package docs

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/fluxctx/kubectl-fluxctx/pkg/sanitize"
)

const (
	// maxPage bounds a page after decompression. The largest of the site has
	// 1.1 MB.
	maxPage      = 4 << 20
	maxRedirects = 5
	maxTries     = 3
	// longestHold bounds what a server may ask for with Retry-After.
	longestHold = time.Hour
)

// fetcher asks one host for pages, politely: it says who it is, waits when it
// is told to, and backs off.
type fetcher struct {
	client    *http.Client
	userAgent string
	now       func() time.Time
	holds     *holds

	mu        sync.Mutex
	recalled  bool // the holds of earlier runs
	heldUntil time.Time
	heldBy    error // the answer that asked for it, in this run
}

// response is a page as it came.
type response struct {
	address     *url.URL // after redirects
	etag        string
	notModified bool
	body        []byte
}

// statusError is an answer other than 200 and 304.
type statusError struct {
	code int
	wait time.Duration // Retry-After; 0 when the server did not say
}

func (e statusError) Error() string {
	text := fmt.Sprintf("the server answers %d %s", e.code, http.StatusText(e.code))
	if e.wait > 0 {
		text += fmt.Sprintf(" and asks to wait %v", e.wait)
	}
	return text
}

var (
	errTooLarge  = fmt.Errorf("the page has more than %d MB", maxPage>>20)
	errTruncated = errors.New("the page broke off")
)

func newFetcher(o Options) *fetcher {
	return &fetcher{
		client:    &http.Client{Transport: o.Transport, CheckRedirect: sameHostOnly},
		userAgent: o.UserAgent,
		now:       o.Now,
		holds:     &holds{dir: o.CacheDir},
	}
}

// sameHostOnly follows redirects of moved pages, but not to a login page or to
// whoever else would like to be asked.
func sameHostOnly(request *http.Request, via []*http.Request) error {
	first := via[0].URL
	if request.URL.Host != first.Host || request.URL.Scheme != first.Scheme {
		return fmt.Errorf("it redirects to another site, %s", sanitize.Line(request.URL.Host, 100))
	}
	if len(via) > maxRedirects {
		return fmt.Errorf("it redirects more than %d times", maxRedirects)
	}
	return nil
}

// fetch gets a page, or confirms the copy that has the etag.
func (f *fetcher) fetch(ctx context.Context, address *url.URL, etag string) (*response, error) {
	var lastErr error
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = 100 * time.Millisecond
	page, err := backoff.Retry(ctx, func() (*response, error) {
		if err := f.waitForHold(ctx, address.Host); err != nil {
			return nil, backoff.Permanent(err)
		}
		page, err := f.try(ctx, address, etag)
		if err != nil {
			lastErr = err
			return nil, f.nextStep(ctx, address.Host, err)
		}
		return page, nil
	}, backoff.WithBackOff(pause), backoff.WithMaxTries(maxTries))
	if err != nil {
		if lastErr != nil {
			err = lastErr // rather than that the time for another try is over
		}
		if ctx.Err() != nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
			err = context.Cause(ctx)
		}
		return nil, err
	}
	return page, nil
}

// nextStep tells the retry loop what an error means.
func (f *fetcher) nextStep(ctx context.Context, host string, err error) error {
	var status statusError
	if errors.As(err, &status) {
		switch {
		case status.wait > 0:
			f.hold(host, status)
			if !hasTime(ctx, status.wait) {
				return backoff.Permanent(err)
			}
			return err // the next try waits for the hold
		case status.code >= http.StatusInternalServerError, status.code == http.StatusTooManyRequests:
			return err
		}
		return backoff.Permanent(err)
	}
	if errors.Is(err, errTruncated) || errors.Is(err, io.ErrUnexpectedEOF) || isReset(err) {
		return err
	}
	return backoff.Permanent(err)
}

// hasTime says whether a wait ends before the deadline.
func hasTime(ctx context.Context, wait time.Duration) bool {
	deadline, limited := ctx.Deadline()
	return !limited || time.Until(deadline) > wait
}

// isReset says whether a connection that was made broke. One that could not be
// made is not tried again: names that do not resolve, closed ports and wrong
// certificates stay as they are for the few seconds of a run.
func isReset(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "read" || errors.Is(err, io.EOF)
}

func (f *fetcher) try(ctx context.Context, address *url.URL, etag string) (*response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "text/html")
	request.Header.Set("User-Agent", f.userAgent)
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	answer, err := f.client.Do(request)
	if err != nil {
		return nil, requestError(err)
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotModified && etag != "":
		return &response{notModified: true}, nil
	case answer.StatusCode != http.StatusOK:
		return nil, statusError{answer.StatusCode, f.retryAfter(answer.Header)}
	}
	if media, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); media != "text/html" {
		return nil, fmt.Errorf("the answer is %q, not a page", sanitize.Line(answer.Header.Get("Content-Type"), 100))
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxPage+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errTruncated, err)
	case len(body) > maxPage:
		return nil, errTooLarge
	case !bytes.Contains(body[max(0, len(body)-4096):], []byte("</html>")):
		return nil, errTruncated
	}
	shown := *answer.Request.URL
	shown.User = nil // the credentials of a mirror are nobody else's business
	return &response{address: &shown, etag: answer.Header.Get("ETag"), body: body}, nil
}

// requestError drops the method and address that net/http puts before each
// error: whoever reads the reason knows them.
func requestError(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err
	}
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		return fmt.Errorf("its certificate is not trusted: %w", certificate.Err)
	}
	return err
}

// retryAfter reads both forms of the header: seconds, and a date.
func (f *fetcher) retryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil {
		return min(max(time.Duration(seconds)*time.Second, 0), longestHold)
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(max(date.Sub(f.now()).Round(time.Second), 0), longestHold)
	}
	return 0
}

func (f *fetcher) hold(host string, answer statusError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if until := f.now().Add(answer.wait); until.After(f.heldUntil) {
		f.heldUntil, f.heldBy = until, answer
		f.holds.write(host, until)
	}
}

// waitForHold waits as long as the server asked for, in this run or an earlier
// one, or says that there is no time for it.
func (f *fetcher) waitForHold(ctx context.Context, host string) error {
	f.mu.Lock()
	if !f.recalled {
		f.recalled, f.heldUntil = true, f.holds.read(host)
	}
	until, answer := f.heldUntil, f.heldBy
	f.mu.Unlock()
	wait := until.Sub(f.now())
	if wait <= 0 || wait > longestHold {
		return nil
	}
	if !hasTime(ctx, wait) {
		if answer != nil {
			return answer
		}
		return fmt.Errorf("the server asked to wait until %s", until.Format(time.TimeOnly))
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
