package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/go-json-experiment/json"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Cache keeps what builds gave, with what they read: a build of which all of
// that is unchanged is not run again. It holds no values of Secrets.
type Cache struct {
	root *os.Root
	// version is that of the program: another one may build otherwise.
	version string
	wrote   atomic.Bool
}

// The limits of the cache; the oldest entries make room for new ones.
const (
	maxCacheEntries = 20_000
	maxCacheBytes   = 256 << 20
	// cacheFormat changes with what entries look like.
	cacheFormat = "1"
)

// OpenCache opens the cache in a folder, which is made when it does not exist.
// Close it after use.
func OpenCache(folder, version string) (*Cache, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the folder for rendered objects: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("cannot open the folder for rendered objects: %w", err)
	}
	return &Cache{root: root, version: version}, nil
}

// Close makes room for later entries and closes the cache.
func (c *Cache) Close() error {
	if c == nil {
		return nil
	}
	if c.wrote.Load() {
		c.trim()
	}
	return c.root.Close()
}

// entry is one file of the cache.
type entry struct {
	Seen   []seenPath
	Result *result
}

// seenPath is an observation as the cache keeps it.
type seenPath struct {
	Path    string
	Kind    entryKind
	Content []byte `json:",omitempty"`
	Listing []byte `json:",omitempty"`
}

// cacheKey is the name of a job's entry: a hash of all that its build depends on
// but for the tree.
func (s *scheduler) cacheKey(j *job, dir string, ignored []string, vars *variables) string {
	if s.opts.Cache == nil {
		return ""
	}
	type namedVariable struct {
		Name, Value string
		Known       bool
		Step        model.Step
	}
	var named []namedVariable
	for _, name := range sortedKeys(vars.named) {
		v := vars.named[name]
		named = append(named, namedVariable{name, v.value, v.known, v.step})
	}
	hash := sha256.New()
	err := stdjson.NewEncoder(hash).Encode([]any{
		cacheFormat, s.opts.Cache.version, j.owner.id, j.owner.apiVersion, j.owner.location, j.owner.body, j.owner.places,
		dir, ignored, named, vars.unknown, vars.always, vars.strict,
	})
	if err != nil {
		return ""
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// through returns what is kept under a key if all that it depends on is as it
// was, else what build gives.
func (c *Cache) through(v *view, key string, build func() *result) *result {
	if c == nil || key == "" {
		return build()
	}
	if kept := c.load(v.tree, v.ignored, key); kept != nil {
		kept.cached = true
		return kept
	}
	built := build()
	if v.ctx.Err() == nil && built.State != model.BuildSkipped {
		c.store(key, v, built)
	}
	return built
}

func (c *Cache) load(t *tree, ignored map[string]bool, key string) *result {
	var kept entry
	if content := c.readEntry(key); json.Unmarshal(content, &kept) != nil || kept.Result == nil {
		return nil
	}
	for _, seen := range kept.Seen {
		kind := t.kind(seen.Path)
		if kind == isFile && ignored[seen.Path] {
			kind = absent
		}
		if kind != seen.Kind {
			return nil
		}
		if len(seen.Content) > 0 {
			if hash, err := t.hash(seen.Path); err != nil || !bytes.Equal(hash[:], seen.Content) {
				return nil
			}
		}
		if len(seen.Listing) > 0 {
			if hash := listingSum(t.folder(seen.Path)); !bytes.Equal(hash[:], seen.Listing) {
				return nil
			}
		}
	}
	return kept.Result
}

// store keeps a result. Failing to is no loss.
func (c *Cache) store(key string, v *view, built *result) {
	kept := entry{Result: built}
	for _, path := range sortedKeys(v.seen) {
		seen := v.seen[path]
		at := seenPath{Path: path, Kind: seen.kind}
		if seen.content != (sum{}) {
			at.Content = seen.content[:]
		}
		if seen.listing != (sum{}) {
			at.Listing = seen.listing[:]
		}
		kept.Seen = append(kept.Seen, at)
	}
	content, err := json.Marshal(kept, json.FormatNilSliceAsNull(true), json.FormatNilMapAsNull(true))
	if err != nil {
		return
	}
	c.writeEntry(key, content)
}

// readEntry returns the content of an entry; nil when there is none, or not as
// it was written.
func (c *Cache) readEntry(key string) []byte {
	content, err := c.root.ReadFile(key)
	if err != nil {
		return nil
	}
	sum, content, ok := bytes.Cut(content, []byte("\n"))
	if actual := sha256.Sum256(content); !ok || string(sum) != hex.EncodeToString(actual[:]) {
		return nil
	}
	return content
}

func (c *Cache) writeEntry(key string, content []byte) {
	hash := sha256.Sum256(content)
	content = slices.Concat([]byte(hex.EncodeToString(hash[:])+"\n"), content)
	// A name of its own, so that two processes do not write one file.
	temporary := fmt.Sprintf("%s.%d", key, os.Getpid())
	if err := c.root.WriteFile(temporary, content, 0o600); err != nil {
		_ = c.root.Remove(temporary)
		return
	}
	if err := c.root.Rename(temporary, key); err != nil {
		_ = c.root.Remove(temporary)
		return
	}
	c.wrote.Store(true)
}

// trim removes the oldest entries beyond the limits, and what interrupted
// processes left.
func (c *Cache) trim() {
	folder, err := fs.ReadDir(c.root.FS(), ".")
	if err != nil {
		return
	}
	var entries []fs.FileInfo
	size := int64(0)
	for _, found := range folder {
		if info, err := found.Info(); err == nil && info.Mode().IsRegular() {
			entries = append(entries, info)
			size += info.Size()
		}
	}
	slices.SortFunc(entries, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for i, info := range entries {
		leftOver := strings.Contains(info.Name(), ".")
		if len(entries)-i <= maxCacheEntries && size <= maxCacheBytes && !leftOver {
			continue
		}
		if leftOver && info.Name() == filepath.Base(info.Name()) && strings.HasSuffix(info.Name(), fmt.Sprintf(".%d", os.Getpid())) {
			continue
		}
		if err := c.root.Remove(info.Name()); err == nil || errors.Is(err, fs.ErrNotExist) {
			size -= info.Size()
		}
	}
}
