package cluster

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// tableNames lists the names of objects without the objects: the server sends
// the columns that kubectl get shows, and includeObject=None keeps even the
// metadata back, which may repeat a whole Secret in an annotation.
func (c *client) tableNames(ctx context.Context, path string) ([]string, error) {
	var list []string
	query := url.Values{"includeObject": {"None"}, "limit": {strconv.Itoa(pageSize)}}
	for {
		next, err := c.tablePage(ctx, path, query, &list)
		if err != nil || next == "" {
			return list, err
		}
		query.Set("continue", next)
	}
}

var errNotTable = errors.New("the server cannot answer with a table")

func (c *client) tablePage(ctx context.Context, path string, query url.Values, list *[]string) (next string, err error) {
	body, err := c.get(ctx, path, query, acceptTable)
	if err != nil {
		return "", err
	}
	defer body.Close()
	var table struct {
		Kind     string `json:"kind"`
		Metadata struct {
			Continue string `json:"continue"`
		} `json:"metadata"`
		Columns []struct {
			Name   string `json:"name"`
			Format string `json:"format"`
		} `json:"columnDefinitions"`
		Rows []struct {
			Cells []jsontext.Value `json:"cells"`
		} `json:"rows"`
	}
	if err := json.UnmarshalRead(&limitedReader{reader: body}, &table, tolerant); err != nil {
		return "", err
	}
	if table.Kind != "Table" {
		return "", errNotTable
	}
	column := -1
	for i, c := range table.Columns {
		if c.Format == "name" || column < 0 && c.Name == "Name" {
			column = i
		}
	}
	for _, row := range table.Rows {
		var text string
		if column < 0 || column >= len(row.Cells) || json.Unmarshal(row.Cells[column], &text) != nil {
			return "", errNotTable
		}
		*list = append(*list, name(text))
	}
	return table.Metadata.Continue, nil
}
