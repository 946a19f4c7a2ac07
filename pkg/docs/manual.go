package docs

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/focus"
)

// manual reads pages that someone saved by hand, as HTML, where no network
// leads to them.
type manual struct{ dir string }

func newManual(o Options) *manual { return &manual{dir: o.ManualDir} }

func (m *manual) Get(_ context.Context, want Want) (*Document, error) {
	if m.dir == "" {
		return nil, notAsked("there is no folder for pages saved by hand")
	}
	path := m.path(want.ID)
	page, err := readRegular(path, maxPage)
	if err != nil {
		return nil, fmt.Errorf("page saved by hand: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("page saved by hand: %w", err)
	}
	address, err := url.Parse(want.ID)
	if err != nil {
		return nil, fmt.Errorf("page saved by hand: %w", err)
	}
	parts, err := convertPage(page, address)
	if err != nil {
		return nil, fmt.Errorf("page saved by hand: %s: %w", path, err)
	}
	return &Document{Source: SourceManual, URL: want.ID, Fetched: info.ModTime(), Parts: parts, Copy: true}, nil
}

// path is where a page of fluxcd.io is looked for.
func (m *manual) path(id string) string {
	return filepath.Join(m.dir, filepath.FromSlash(filepath.Clean("/"+strings.TrimPrefix(id, focus.DocsSite))), "index.html")
}
