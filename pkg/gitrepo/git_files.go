package gitrepo

import "strings"

// fileState says how Git sees one file.
type fileState uint8

const (
	// fileIgnored files are ignored, lie in another repository, or are
	// unknown to Git for another reason.
	fileIgnored fileState = iota
	// fileUntracked files are neither tracked nor ignored.
	fileUntracked
	// fileTracked files are in the index.
	fileTracked
)

// gitFiles knows the files of the scanned folder as Git sees them. The nil
// value is for a folder outside Git, where every file counts as tracked.
type gitFiles struct {
	states  map[string]fileState
	folders map[string]bool
}

func newGitFiles(capacity int) *gitFiles {
	return &gitFiles{states: make(map[string]fileState, capacity), folders: map[string]bool{"": true}}
}

// state looks a file up; path is relative to the scanned folder, with forward
// slashes and the bytes of the file system.
func (f *gitFiles) state(path string) fileState {
	if f == nil {
		return fileTracked
	}
	return f.states[path]
}

// holds reports whether a folder below the scanned one has files that are
// tracked, or untracked and not ignored. A walk need not enter the others.
func (f *gitFiles) holds(folder string) bool {
	return f == nil || f.folders[folder]
}

func (f *gitFiles) add(path string, state fileState) {
	if f.states[path] < state {
		f.states[path] = state
	}
	for i := strings.LastIndexByte(path, '/'); i >= 0; i = strings.LastIndexByte(path, '/') {
		path = path[:i]
		if f.folders[path] {
			return
		}
		f.folders[path] = true
	}
}
