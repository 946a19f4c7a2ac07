package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/errgroup"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

const (
	// pageSize is what kubectl asks for at a time too.
	pageSize = 500
	// parallel is how many requests are under way at a time. It stays below
	// the seats that the server's priority levels give to one user.
	parallel = 10
	// maxObject bounds the JSON of one object. The API server takes 3 MiB at
	// most in one request, and etcd 1.5 MiB by default.
	maxObject = 16 << 20
)

// listAll reads the objects of all resources side by side.
func (c *client) listAll(ctx context.Context, resources []resource, namespace string) ([]*model.Object, []model.Problem) {
	var group errgroup.Group
	group.SetLimit(parallel)
	lists := make([][]*model.Object, len(resources))
	failures := make([]error, len(resources))
	for i, r := range resources {
		group.Go(func() error {
			lists[i], failures[i] = c.list(ctx, r, namespace)
			return nil
		})
	}
	_ = group.Wait()

	var (
		objects  []*model.Object
		problems []model.Problem
	)
	for i, r := range resources {
		objects = append(objects, lists[i]...)
		if failures[i] != nil {
			problems = append(problems, readProblem(failures[i], r.plural+"."+r.group, "list", r.plural+"."+r.group))
		}
	}
	return objects, problems
}

// path is the address of a resource's list.
func (r resource) path(namespace string) string {
	base := "apis/" + r.group + "/" + r.version
	if namespace != "" && r.namespaced {
		base += "/namespaces/" + url.PathEscape(namespace)
	}
	return base + "/" + r.plural
}

// list reads all objects of a resource, page by page. With an error come the
// objects that were read before it.
func (c *client) list(ctx context.Context, r resource, namespace string) ([]*model.Object, error) {
	var objects []*model.Object
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	for {
		next, err := c.page(ctx, r, namespace, query, func(o *model.Object) { objects = append(objects, o) })
		if status, ok := errors.AsType[*statusError](err); ok && status.code == http.StatusGone && query.Get("continue") != "" {
			// The token has expired. The server offers one that goes on with
			// newer objects; without it the list starts again, in one piece.
			if next, err = status.next, nil; next == "" {
				objects, query = nil, url.Values{}
				continue
			}
		}
		if err != nil || next == "" {
			return objects, err
		}
		query.Set("continue", next)
	}
}

// page reads one page and returns the token of the next.
func (c *client) page(ctx context.Context, r resource, namespace string, query url.Values, add func(*model.Object)) (next string, err error) {
	body, err := c.get(ctx, r.path(namespace), query, acceptJSON)
	if err != nil {
		return "", err
	}
	defer body.Close()
	limited := &limitedReader{Reader: body}
	decoder := jsontext.NewDecoder(limited, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
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
				object, err := decodeObject(value, r)
				if err == nil {
					add(object)
				}
				return err
			})
		default:
			return decoder.SkipValue()
		}
	})
	if err != nil {
		return "", fmt.Errorf("the answer breaks off or is no list: %w", err)
	}
	return next, nil
}

// limitedReader fails when one object does not end.
type limitedReader struct {
	io.Reader
	read int
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.read > maxObject {
		return 0, fmt.Errorf("an object is larger than %d MiB", maxObject>>20)
	}
	n, err := l.Reader.Read(p)
	l.read += n
	return n, err
}
