package gitrepo

import "sync"

// budget counts what the whole tree may have. Each method reports whether there
// is room for one more and, when there is not, whether it is the first to say
// so.
type budget struct {
	mutex                   sync.Mutex
	files, documents        int
	bytes                   int64
	noFiles, noDocs, noSize bool

	// heavy is held while a document is read that takes much memory.
	heavy sync.Mutex
}

func (b *budget) file() (first, ok bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.files++
	return spend(b.files <= maxFiles, &b.noFiles)
}

func (b *budget) document() (first, ok bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.documents++
	return spend(b.documents <= maxTreeDocuments, &b.noDocs)
}

func (b *budget) content(size int) (first, ok bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.bytes += int64(size)
	return spend(b.bytes <= maxTreeSize, &b.noSize)
}

func spend(room bool, said *bool) (first, ok bool) {
	first = !room && !*said
	*said = *said || !room
	return first, room
}

// exceeded is true when something was refused.
func (b *budget) exceeded() bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.noFiles || b.noDocs || b.noSize
}
