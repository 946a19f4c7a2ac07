package cmdutil

import (
	"path/filepath"

	"github.com/adrg/xdg"
)

// The folders of this user, after the XDG Base Directory Specification and its
// counterparts on macOS and Windows.

// CacheDir holds what can be fetched again.
func CacheDir() string { return filepath.Join(xdg.CacheHome, "fluxctx") }

// ArchiveDir holds the sessions that outlive the temporary folder.
func ArchiveDir() string { return filepath.Join(xdg.StateHome, "fluxctx", "sessions") }

// ManualDocsDir is where people put pages that could not be loaded.
func ManualDocsDir() string { return filepath.Join(xdg.DataHome, "fluxctx", "docs") }
