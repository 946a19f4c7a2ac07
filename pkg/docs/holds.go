package docs

import (
	"os"
	"path/filepath"
	"time"
)

// holds remembers between runs until when a host does not want to be asked:
// a command that is run again and again would otherwise not heed Retry-After.
type holds struct{ dir string }

func (h *holds) path(host string) string {
	return filepath.Join(h.dir, "hold-"+fileName(host))
}

// read returns the zero time when the host may be asked.
func (h *holds) read(host string) time.Time {
	if h.dir == "" {
		return time.Time{}
	}
	content, err := readRegular(h.path(host), 100)
	if err != nil {
		return time.Time{}
	}
	until, err := time.Parse(time.RFC3339, string(content))
	if err != nil {
		os.Remove(h.path(host))
		return time.Time{}
	}
	return until
}

func (h *holds) write(host string, until time.Time) {
	if h.dir != "" {
		writeReplacing(h.path(host), []byte(until.UTC().Format(time.RFC3339))) //nolint:errcheck // then it is forgotten
	}
}
