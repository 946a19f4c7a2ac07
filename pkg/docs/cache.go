package docs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// cacheFormat changes when the conversion or the layout of an entry does:
	// entries of another format are fetched again.
	cacheFormat = 1
	// maxEntry bounds what is read into memory; the largest page of the site
	// is a tenth of it.
	maxEntry = 4 << 20

	entrySuffix = ".doc"
	tempInfix   = ".tmp-"
)

// cache keeps documents in a folder, a file for each, for all processes of a
// user. Entries are replaced as a whole, so a reader sees an old or a new one
// and a process that dies leaves at most a temporary file. A cache that cannot
// be written is no reason to fail: problem says why.
type cache struct {
	dir        string // empty: nothing is kept
	maxAge     time.Duration
	maxSize    int64
	freshSince time.Time
	now        func() time.Time

	mu      sync.Mutex
	written bool
	problem error
}

func newCache(o Options) *cache {
	return &cache{dir: o.CacheDir, maxAge: o.MaxAge, maxSize: o.CacheSize, freshSince: o.FreshSince, now: o.Now}
}

// entryHead is the first line of an entry; the Markdown of its parts follows,
// one after the other, so that reading needs no unquoting.
type entryHead struct {
	Format  int         `json:"format"`
	ID      string      `json:"id"`
	Source  string      `json:"source"`
	URL     string      `json:"url,omitempty"`
	ETag    string      `json:"etag,omitempty"`
	Fetched time.Time   `json:"fetched"`
	Sum     uint32      `json:"crc32"` // of the Markdown
	Parts   []entryPart `json:"parts"`
}

type entryPart struct {
	Level  int    `json:"level"`
	Title  string `json:"title,omitempty"`
	Anchor string `json:"anchor,omitempty"`
	URL    string `json:"url,omitempty"`
	Size   int    `json:"size"` // bytes
}

// fresh says whether a copy is good without asking: it is young, or this
// session loaded it. One from before since is not.
func (c *cache) fresh(document *Document, since time.Time) bool {
	if !since.IsZero() {
		return !document.Fetched.Before(since)
	}
	if !c.freshSince.IsZero() && !document.Fetched.Before(c.freshSince) {
		return true
	}
	age := c.now().Sub(document.Fetched)
	return age >= 0 && age < c.maxAge
}

// read returns a copy, or nil when there is none that can be used. What cannot
// be read any more is removed.
func (c *cache) read(id string) *Document {
	if c.dir == "" {
		return nil
	}
	path := c.path(id)
	content, err := readRegular(path, maxEntry)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		var document *Document
		if document, err = decodeEntry(id, content); err == nil {
			return document
		}
	}
	os.Remove(path)
	return nil
}

func (c *cache) write(id string, document *Document) {
	if c.dir == "" {
		return
	}
	err := writeReplacing(c.path(id), encodeEntry(id, document))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written = c.written || err == nil
	if err != nil && c.problem == nil {
		c.problem = fmt.Errorf("copies could not be kept: %w", err)
	}
}

func (c *cache) path(id string) string { return filepath.Join(c.dir, fileName(id)+entrySuffix) }

// fileName makes a file name of any text.
func fileName(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}

// trim removes the oldest entries until the folder is within its size, and what
// processes that died left behind. It does nothing in a run that only read.
func (c *cache) trim() {
	c.mu.Lock()
	written := c.written
	c.written = false
	c.mu.Unlock()
	if !written || c.maxSize <= 0 {
		return
	}
	listed, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	type file struct {
		path     string
		size     int64
		modified time.Time
	}
	var files []file
	var total int64
	for _, entry := range listed {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		path := filepath.Join(c.dir, entry.Name())
		switch {
		case strings.HasSuffix(entry.Name(), entrySuffix):
			files = append(files, file{path, info.Size(), info.ModTime()})
			total += info.Size()
		case strings.Contains(entry.Name(), tempInfix) && c.now().Sub(info.ModTime()) > time.Hour:
			os.Remove(path)
		}
	}
	slices.SortFunc(files, func(a, b file) int { return a.modified.Compare(b.modified) })
	for _, oldest := range files {
		if total <= c.maxSize {
			return
		}
		if os.Remove(oldest.path) == nil {
			total -= oldest.size
		}
	}
}

func encodeEntry(id string, document *Document) []byte {
	head := entryHead{
		Format: cacheFormat, ID: id, Source: document.Source,
		URL: document.URL, ETag: document.ETag, Fetched: document.Fetched,
	}
	var body bytes.Buffer
	for _, part := range document.Parts {
		head.Parts = append(head.Parts, entryPart{part.Level, part.Title, part.Anchor, part.URL, len(part.Markdown)})
		body.WriteString(part.Markdown)
	}
	head.Sum = crc32.ChecksumIEEE(body.Bytes())
	line, err := json.Marshal(head)
	if err != nil {
		return nil // times beyond the year 9999; an empty entry is dropped when it is read
	}
	return slices.Concat(line, []byte("\n"), body.Bytes())
}

func decodeEntry(id string, content []byte) (*Document, error) {
	line, rest, found := bytes.Cut(content, []byte("\n"))
	if !found {
		return nil, errors.New("no head")
	}
	var head entryHead
	if err := json.Unmarshal(line, &head); err != nil {
		return nil, fmt.Errorf("head: %w", err)
	}
	if head.Format != cacheFormat || head.ID != id || head.Sum != crc32.ChecksumIEEE(rest) {
		return nil, errors.New("another format, another document, or damaged")
	}
	document := &Document{Source: head.Source, URL: head.URL, ETag: head.ETag, Fetched: head.Fetched}
	body := string(rest)
	for _, p := range head.Parts {
		if p.Size < 0 || p.Size > len(body) {
			return nil, errors.New("damaged head")
		}
		document.Parts = append(document.Parts, Part{p.Level, p.Title, p.Anchor, p.URL, body[:p.Size]})
		body = body[p.Size:]
	}
	if body != "" || len(document.Parts) == 0 {
		return nil, errors.New("damaged head")
	}
	return document, nil
}
