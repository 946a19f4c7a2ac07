package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// maxWholeBytes bounds what is kept of one rendering as a whole, in bytes; of
// one that takes more, each build is kept for itself only.
const maxWholeBytes = 16 << 20

// maxWholeBuilds bounds the builds of a rendering that is kept as a whole: what
// it depends on is compared each time.
const maxWholeBuilds = 2_000

// whole is a rendering as the cache keeps it: all builds of a tree together, so
// that nothing has to be put together for a tree that has not changed.
type whole struct {
	// Files and Folders are all that the builds read of the tree.
	Files   []seenSum
	Folders []seenSum
	Builds  []model.RenderedBuild
	// Problems are those that the rendering told.
	Problems []model.Problem
}

// seenSum is the hash of a file's content or of a folder's names.
type seenSum struct {
	Path string
	Sum  []byte
}

// wholeKey is the name of the entry for the whole rendering: a hash of all that
// it depends on but for the tree. It is empty when the rendering is not kept.
func (s *scheduler) wholeKey() string {
	if s.opts.Cache == nil || len(s.repo.Builds) > maxWholeBuilds {
		return ""
	}
	type pair struct{ Key, Value string }
	type object struct {
		ID         model.ID
		APIVersion string
		Location   model.Location
		Metadata   []pair
		Spec       []byte
		Patch      bool
	}
	patches := s.patches()
	var objects []object
	for _, o := range s.repo.Objects {
		named := object{ID: o.ID, APIVersion: o.APIVersion, Location: o.Location, Spec: o.RawSpec, Patch: patches[o.Location]}
		for _, of := range []map[string]string{o.Labels, o.Annotations} {
			for _, key := range sortedKeys(of) {
				named.Metadata = append(named.Metadata, pair{key, of[key]})
			}
			named.Metadata = append(named.Metadata, pair{})
		}
		objects = append(objects, named)
	}
	content, err := pack(struct {
		Format, Version string
		Strict, Asks    bool
		Objects         []object
		Builds          []model.Build
	}{cacheFormat, s.opts.Cache.version, s.opts.strict(), s.opts.Lookup != nil, objects, s.repo.Builds}, 0)
	if err != nil {
		return ""
	}
	hash := sha256.Sum256(content)
	return "tree-" + hex.EncodeToString(hash[:])
}

// loadWhole returns the rendering that is kept under a key if the tree is as it
// was.
func (c *Cache) loadWhole(t *tree, key string) *whole {
	content := c.readEntry(key)
	if content == nil {
		return nil
	}
	var kept whole
	if err := unpack(content, &kept); err != nil {
		return nil
	}
	if !t.unchanged(kept.Files) {
		return nil
	}
	for _, seen := range kept.Folders {
		found := t.folder(seen.Path)
		if found == nil != (len(seen.Sum) == 0) {
			return nil
		}
		if hash := listingSum(found); found != nil && !bytes.Equal(hash[:], seen.Sum) {
			return nil
		}
	}
	for i := range kept.Builds {
		build := &kept.Builds[i]
		build.Cached = build.State == model.BuildRendered || build.State == model.BuildFailed
	}
	return &kept
}

// unchanged is true when all files have the content that they had.
func (t *tree) unchanged(files []seenSum) bool {
	var (
		wait    sync.WaitGroup
		next    atomic.Int64
		changed atomic.Bool
	)
	for range min(runtime.GOMAXPROCS(0), maxWorkers) {
		wait.Go(func() {
			for !changed.Load() {
				at := next.Add(1) - 1
				if at >= int64(len(files)) {
					return
				}
				if hash, err := t.hash(files[at].Path); err != nil || !bytes.Equal(hash[:], files[at].Sum) {
					changed.Store(true)
				}
			}
		})
	}
	wait.Wait()
	return !changed.Load()
}

// storeWhole keeps a rendering that is complete and owes nothing to a cluster.
func (s *scheduler) storeWhole(key string, rendering *model.Rendering, problems []model.Problem) {
	if key == "" || s.asked.Load() || s.ctx.Err() != nil || slices.ContainsFunc(s.jobs, func(j *job) bool { return j.abandoned }) {
		return
	}
	kept := whole{Builds: rendering.Builds, Problems: problems}
	kept.Files, kept.Folders = s.builder.tree.seen()
	if content, err := pack(kept, maxWholeBytes); err == nil {
		s.opts.Cache.writeEntry(key, content)
	}
}
