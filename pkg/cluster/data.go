package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// errSecretStays is why the values of Secrets are never known.
var errSecretStays = errors.New("values of Secrets are not read")

// Data returns a function that reads the data of one ConfigMap. Its error is
// fs.ErrNotExist for one that does not exist, and another for whatever cannot be
// told, the values of Secrets among them: those are never read.
func Data(opts Options) (func(context.Context, model.ID) (map[string]string, error), error) {
	opts = opts.withDefaults()
	c, err := newClient(opts.Config)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, id model.ID) (map[string]string, error) {
		if id.Group != "" || id.Kind != "ConfigMap" {
			return nil, errSecretStays
		}
		ctx, cancel := context.WithTimeout(ctx, opts.ConnectTimeout)
		defer cancel()
		data, err := c.data(ctx, id)
		if hasCode(err, http.StatusNotFound) {
			return nil, fmt.Errorf("%s: %w", id, fs.ErrNotExist)
		}
		return data, err
	}, nil
}

// data reads the data of a ConfigMap.
func (c *client) data(ctx context.Context, id model.ID) (map[string]string, error) {
	body, err := c.get(ctx, place{id.Namespace, id.Kind}.path()+"/"+url.PathEscape(id.Name), nil, acceptJSON)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var object struct {
		Data map[string]string `json:"data"`
	}
	value, err := jsontext.NewDecoder(&limitedReader{reader: body}, tolerant).ReadValue()
	if err == nil {
		err = unmarshal(value, &object)
	}
	if err != nil {
		return nil, errKeys
	}
	return object.Data, nil
}
