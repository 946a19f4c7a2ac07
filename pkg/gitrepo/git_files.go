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

// gitFiles knows the files of the scanned folder as Git sees them. The nil value
// is for a folder outside Git, where every file counts as tracked.
//
// It is filled while it is read: what Git tracks is known after a few
// milliseconds, and is all that most questions need; which of the other files it
// ignores takes git status. A question waits for as much as it needs.
type gitFiles struct {
	// tracked is closed when the tracked files are known, complete when the
	// untracked ones are. The maps are written before.
	tracked  chan struct{}
	complete chan struct{}
	// unknown is set when Git cannot say what it tracks: then every file
	// counts, as outside Git.
	unknown bool

	trackedFiles   fileSet
	untrackedFiles fileSet
}

func newGitFiles() *gitFiles {
	return &gitFiles{tracked: make(chan struct{}), complete: make(chan struct{})}
}

// state looks a file up; path is relative to the scanned folder, with forward
// slashes and the bytes of the file system.
func (f *gitFiles) state(path string) fileState {
	if f == nil {
		return fileTracked
	}
	<-f.tracked
	if f.unknown || f.trackedFiles.names[path] {
		return fileTracked
	}
	<-f.complete
	if f.untrackedFiles.names[path] {
		return fileUntracked
	}
	return fileIgnored
}

// holds reports whether a folder below the scanned one has files that are
// tracked, or untracked and not ignored. A walk need not enter the others.
func (f *gitFiles) holds(folder string) bool {
	if f == nil {
		return true
	}
	<-f.tracked
	if f.unknown || folder == "" || f.trackedFiles.folders[folder] {
		return true
	}
	<-f.complete
	return f.untrackedFiles.folders[folder]
}

// setTracked answers the first question; nil means that Git cannot say.
func (f *gitFiles) setTracked(files *fileSet) {
	if files == nil {
		f.unknown = true
	} else {
		f.trackedFiles = *files
	}
	close(f.tracked)
}

// setUntracked answers the rest; it comes after setTracked, once.
func (f *gitFiles) setUntracked(files fileSet) {
	f.untrackedFiles = files
	close(f.complete)
}

// fileSet is a set of files and of all folders above them.
type fileSet struct {
	names   map[string]bool
	folders map[string]bool
}

func newFileSet(capacity int) *fileSet {
	return &fileSet{names: make(map[string]bool, capacity), folders: map[string]bool{}}
}

func (s *fileSet) add(path string) {
	s.names[path] = true
	for i := strings.LastIndexByte(path, '/'); i >= 0; i = strings.LastIndexByte(path, '/') {
		path = path[:i]
		if s.folders[path] {
			return
		}
		s.folders[path] = true
	}
}
