package gitrepo

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// openWithLibrary lists a commit without the git program. It knows fewer forms
// of revisions: names of refs, object names and their beginnings, @{upstream},
// each with ~N or ^ behind it.
func openWithLibrary(ctx context.Context, clone clone, revision string) (*Commit, error) {
	c, err := openLibrary(clone)
	if err != nil {
		return nil, fmt.Errorf("reading the clone without the git program: %w", err)
	}
	found, err := c.revision(revision)
	if err != nil {
		return nil, err
	}
	commit := &Commit{
		Hash: found.hash.String(), Time: found.committed, folders: map[string][]*commitEntry{"": nil},
		objects: &libraryObjects{clone: c},
	}
	files := 0
	err = c.readTree(ctx, found.tree, "", func(name, mode string, hash plumbing.Hash) error {
		name, ok := relativeTo(clone.prefix, name)
		if !ok || name == "" {
			return nil
		}
		if files++; files > maxFiles {
			return errTreeTooLarge
		}
		entry := &commitEntry{hash: hash.String(), size: -1}
		if size, err := c.storage.EncodedObjectSize(hash); err == nil {
			entry.size = size
		}
		switch mode {
		case "120000":
			entry.mode = fs.ModeSymlink
		case "160000":
			entry.mode = fs.ModeDir
			commit.submodules = append(commit.submodules, name)
		}
		commit.add(name, entry)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing the files of %s: %w", commit.Hash, err)
	}
	commit.sort()
	return commit, nil
}

// revision finds the commit that a text names.
func (c *libraryClone) revision(text string) (libraryCommit, error) {
	unknown := &UnknownRevisionError{Revision: text, Shallow: c.shallow}
	name, back := text, 0
	for strings.HasSuffix(name, "^") {
		name = strings.TrimSuffix(name, "^")
		back++
	}
	if before, count, ok := strings.Cut(name, "~"); ok && back == 0 {
		steps, err := strconv.Atoi(count)
		if count != "" && (err != nil || steps < 0 || steps > maxComparedCommits) {
			return libraryCommit{}, unknown
		}
		if name, back = before, steps; count == "" {
			back = 1
		}
	}
	for _, hash := range c.named(name) {
		for range 2 { // an annotated tag names a commit
			if commit, err := c.commit(hash); err == nil {
				for ; back > 0 && len(commit.parents) > 0; back-- {
					if commit, err = c.commit(commit.parents[0]); err != nil {
						return libraryCommit{}, unknown
					}
				}
				if back > 0 {
					return libraryCommit{}, unknown
				}
				return commit, nil
			}
			hash = c.tagTarget(hash)
		}
	}
	return libraryCommit{}, unknown
}

// named lists the objects that a name may mean, in the order of gitrevisions(7).
func (c *libraryClone) named(name string) []plumbing.Hash {
	var found []plumbing.Hash
	if isObjectName(name) {
		return []plumbing.Hash{plumbing.NewHash(name)}
	}
	switch name {
	case "@":
		name = "HEAD"
	case "@{u}", "@{upstream}":
		if head, err := c.storage.Reference(plumbing.HEAD); err == nil {
			name = c.upstreamOf(head.Target()).String()
		}
	}
	for _, pattern := range plumbing.RefRevParseRules {
		if ref, err := storer.ResolveReference(c.storage, plumbing.ReferenceName(fmt.Sprintf(pattern, name))); err == nil {
			found = append(found, ref.Hash())
		}
	}
	even := name[:len(name)&^1]
	prefix, err := hex.DecodeString(even)
	if len(name) < 4 || err != nil {
		return found
	}
	hashes, err := c.storage.HashesWithPrefix(prefix)
	if err != nil {
		return found
	}
	for _, hash := range hashes {
		if strings.HasPrefix(hash.String(), name) {
			found = append(found, hash)
		}
	}
	return found
}

// libraryObjects reads objects with the library, which is not made for several
// goroutines.
type libraryObjects struct {
	mutex sync.Mutex
	clone *libraryClone
}

func (o *libraryObjects) blob(hash string, limit int64) ([]byte, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	name := plumbing.NewHash(hash)
	size, err := o.clone.storage.EncodedObjectSize(name)
	switch {
	case errors.Is(err, plumbing.ErrObjectNotFound):
		return nil, errNoObject
	case err != nil:
		return nil, err
	case size > limit:
		return nil, errTooLarge
	}
	object, err := o.clone.storage.EncodedObject(plumbing.BlobObject, name)
	if err != nil {
		return nil, err
	}
	reader, err := object.Reader()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return io.ReadAll(io.LimitReader(reader, limit))
}

func (o *libraryObjects) close() error { return nil }
