package render

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
)

var errFileTooLarge = errors.New("the file is too large to build with")

// tree is the file tree that builds read, with what is known of it already. As
// in the artifacts that source-controller makes, there are folders and regular
// files in it and nothing else: no symbolic link is followed. Paths are
// relative to the root, which is "".
type tree struct {
	files fs.FS

	mutex   sync.Mutex
	folders map[string]folder
	sums    map[string]sum
	kept    map[string][]byte
	size    int
}

// folder tells for each name in it whether it is a folder itself; nil when
// there is no such folder.
type folder map[string]bool

type sum = [sha256.Size]byte

// entryKind says what stands at a path.
type entryKind byte

const (
	absent   entryKind = 'a'
	isFile   entryKind = 'f'
	isFolder entryKind = 'd'
)

func newTree(files fs.FS) *tree {
	return &tree{files: files, folders: map[string]folder{}, sums: map[string]sum{}, kept: map[string][]byte{}}
}

// kind says what stands at a path.
func (t *tree) kind(name string) entryKind {
	if name == "" {
		return isFolder
	}
	parent, base := split(name)
	isDir, ok := t.folder(parent)[base]
	switch {
	case !ok:
		return absent
	case isDir:
		return isFolder
	}
	return isFile
}

// folder lists what is in a folder.
func (t *tree) folder(name string) folder {
	t.mutex.Lock()
	known, ok := t.folders[name]
	t.mutex.Unlock()
	if ok {
		return known
	}
	var found folder
	if t.kind(name) == isFolder {
		found = folder{}
		entries, err := fs.ReadDir(t.files, slashed(name))
		if err == nil {
			for _, entry := range entries {
				if entry.IsDir() || entry.Type().IsRegular() {
					found[entry.Name()] = entry.IsDir()
				}
			}
		}
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.folders[name] = found
	return found
}

// read returns the content of a file and its hash. The content must not be
// changed.
func (t *tree) read(name string) ([]byte, sum, error) {
	t.mutex.Lock()
	content, ok := t.kept[name]
	known := t.sums[name]
	t.mutex.Unlock()
	if ok {
		return content, known, nil
	}
	if t.kind(name) != isFile {
		return nil, sum{}, fmt.Errorf("open /%s: %w", name, fs.ErrNotExist)
	}
	content, err := t.load(name)
	if err != nil {
		return nil, sum{}, err
	}
	hash := sha256.Sum256(content)
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.sums[name] = hash
	if len(content) <= maxKeptFile {
		if t.size+len(content) > maxKept {
			clear(t.kept)
			t.size = 0
		}
		t.kept[name] = content
		t.size += len(content)
	}
	return content, hash, nil
}

func (t *tree) load(name string) ([]byte, error) {
	file, err := t.files.Open(slashed(name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("open /%s: %w", name, fs.ErrInvalid)
	}
	if info.Size() > maxFileSize {
		return nil, fmt.Errorf("/%s: %w", name, errFileTooLarge)
	}
	content := make([]byte, 0, info.Size()+1)
	for {
		n, err := file.Read(content[len(content):cap(content)])
		content = content[:len(content)+n]
		if errors.Is(err, io.EOF) {
			return content, nil
		}
		if err != nil {
			return nil, err
		}
		if len(content) > maxFileSize {
			return nil, fmt.Errorf("/%s: %w", name, errFileTooLarge)
		}
		if len(content) == cap(content) {
			content = append(content, 0)[:len(content)]
		}
	}
}

// hash returns the hash of a file's content, without the content where it is
// known.
func (t *tree) hash(name string) (sum, error) {
	t.mutex.Lock()
	known, ok := t.sums[name]
	t.mutex.Unlock()
	if ok {
		return known, nil
	}
	_, hash, err := t.read(name)
	return hash, err
}

// seen lists the files that were read and the folders that were listed, with
// their hashes. That of a folder which is not there is empty.
func (t *tree) seen() (files, folders []seenSum) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, name := range sortedKeys(t.sums) {
		hash := t.sums[name]
		files = append(files, seenSum{name, hash[:]})
	}
	for _, name := range sortedKeys(t.folders) {
		listing := seenSum{Path: name}
		if found := t.folders[name]; found != nil {
			hash := listingSum(found)
			listing.Sum = hash[:]
		}
		folders = append(folders, listing)
	}
	return files, folders
}

// inTree turns a path of a spec or of kustomize into one of the tree: what
// climbs out is stopped at the root.
func inTree(name string) string {
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

// slashed is a path of the tree as package fs writes it.
func slashed(name string) string {
	if name == "" {
		return "."
	}
	return name
}

func split(name string) (parent, base string) {
	parent, base = path.Split(name)
	return strings.TrimSuffix(parent, "/"), base
}
