package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

const (
	// pageSize is what kubectl asks for at a time too.
	pageSize = 500
	// maxObject bounds the JSON of one object. The API server takes 3 MiB at
	// most in one request, and etcd 1.5 MiB by default.
	maxObject = 16 << 20
)

// list reads all objects of a resource. With an error come the objects that
// were read before it. The version of the resource changes when only another one
// can be read.
func (c *client) list(ctx context.Context, r *resource, namespace, selector string) ([]*model.Object, error) {
	query := url.Values{}
	if selector != "" {
		query.Set("labelSelector", selector)
	}
	limit := pageSize
	for {
		var objects []*model.Object
		err := c.chain(ctx, r.path(namespace, ""), query, limit, func(value jsontext.Value) error {
			o, err := decodeObject(value, *r)
			if err == nil {
				objects = append(objects, o)
			}
			return err
		})
		switch {
		case hasCode(err, http.StatusGone) && limit > 0:
			// The list changes faster than it can be read page by page.
			limit = 0
		case err == nil, !otherVersionMayWork(err, *r), !r.nextVersion():
			return distinct(objects), err
		}
	}
}

// distinct removes objects that came twice, as they may when a list goes on with
// a new token or a page is read again; the later one is newer.
func distinct(objects []*model.Object) []*model.Object {
	at := make(map[model.ID]int, len(objects))
	kept := objects[:0]
	for _, o := range objects {
		if i, seen := at[o.ID]; seen {
			kept[i] = o
			continue
		}
		at[o.ID] = len(kept)
		kept = append(kept, o)
	}
	return kept
}

// otherVersionMayWork is true when the server cannot convert to the version
// that was asked for, since the version in which objects are stored needs no
// conversion, and when nobody knew which versions it serves.
func otherVersionMayWork(err error, r resource) bool {
	status, ok := errors.AsType[*statusError](err)
	return ok && (status.code >= 500 && strings.Contains(status.message, "conversion") || status.code == http.StatusNotFound && r.guessed)
}

// nextVersion moves on to a served version that was not tried.
func (r *resource) nextVersion() bool {
	r.tried = append(r.tried, r.version)
	for _, version := range r.served {
		if !slices.Contains(r.tried, version) {
			r.version = version
			return true
		}
	}
	return false
}

// chain reads a list page by page, or in one piece when the limit is 0. The items
// come in the server's order, a page that breaks off comes twice; do must not
// keep their memory.
func (c *client) chain(ctx context.Context, path string, query url.Values, limit int, do func(jsontext.Value) error) error {
	query = cloneQuery(query)
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	broken := 0
	for {
		next, err := c.page(ctx, path, query, do)
		if status, ok := errors.AsType[*statusError](err); ok && status.code == http.StatusGone && status.next != "" {
			// The token has expired. The server's new one goes on with the
			// objects as they are now.
			next, err = status.next, nil
		}
		if is[*brokenPage](err) && ctx.Err() == nil && broken < 2 {
			broken++
			continue
		}
		if err != nil || next == "" {
			return err
		}
		query.Set("continue", next)
	}
}

// brokenPage is an answer that ends too early or is no list.
type brokenPage struct{ error }

func (e *brokenPage) Unwrap() error { return e.error }

func (e *brokenPage) Error() string { return "the list breaks off: " + e.error.Error() }

func cloneQuery(query url.Values) url.Values {
	clone := url.Values{}
	for key, values := range query {
		clone[key] = slices.Clone(values)
	}
	return clone
}

// page reads one page and returns the token of the next.
func (c *client) page(ctx context.Context, path string, query url.Values, do func(jsontext.Value) error) (next string, err error) {
	body, err := c.get(ctx, path, query, acceptJSON)
	if err != nil {
		return "", err
	}
	defer body.Close()
	limited := &limitedReader{reader: body}
	decoder := jsontext.NewDecoder(limited, tolerant)
	if decoder.PeekKind() != '{' {
		return "", &brokenPage{errNotObject}
	}
	err = eachMember(decoder, func(name string) error {
		switch name {
		case "metadata":
			var meta struct {
				Continue string `json:"continue"`
			}
			err := decodeNext(decoder, &meta)
			next = meta.Continue
			return err
		case "items":
			return eachElement(decoder, func() error {
				limited.read = 0
				value, err := decoder.ReadValue()
				if err != nil {
					return err
				}
				return do(value)
			})
		}
		return decoder.SkipValue()
	})
	if err != nil {
		return "", &brokenPage{err}
	}
	return next, nil
}

// limitedReader fails when one object does not end.
type limitedReader struct {
	reader io.Reader
	read   int
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.read > maxObject {
		return 0, fmt.Errorf("an object is larger than %d MiB", maxObject>>20)
	}
	n, err := l.reader.Read(p)
	l.read += n
	return n, err
}
