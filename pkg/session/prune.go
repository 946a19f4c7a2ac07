package session

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Limits say how many sessions are kept, and for how long after they were last
// written; zero means without limit.
type Limits struct {
	MaxAge   time.Duration
	MaxCount int
}

// DefaultLimits hold the archive at a few megabytes.
func DefaultLimits() Limits { return Limits{MaxAge: 30 * 24 * time.Hour, MaxCount: 50} }

// beyond returns the entries, newest first, that the limits leave no room for.
func (l Limits) beyond(entries []Entry, now time.Time) []Entry {
	var out []Entry
	kept := 0
	for _, entry := range entries {
		switch {
		case l.MaxAge > 0 && now.Sub(entry.Updated) > l.MaxAge, l.MaxCount > 0 && kept >= l.MaxCount:
			out = append(out, entry)
		default:
			kept++
		}
	}
	return out
}

// Prune removes the archived sessions beyond the limits and returns their ids.
// It goes by their names and when they were written; what is in them does not
// count.
func (a *Archive) Prune(limits Limits, now time.Time) (removed []string, err error) {
	entries, err := a.dated()
	for _, entry := range limits.beyond(entries, now) {
		if removeErr := a.remove(entry.SessionID); removeErr != nil {
			err = errors.Join(err, removeErr)
			continue
		}
		removed = append(removed, entry.SessionID)
	}
	return removed, err
}

// Prune removes this user's session files beyond the limits from a folder, and
// returns their ids. It leaves sessions alone that a process works on, and
// removes what processes that were killed left behind.
func Prune(dir string, limits Limits, now time.Time) (removed []string, err error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	defer f.close()
	entries, err := List(dir)
	for _, entry := range limits.beyond(entries, now) {
		switch removeErr := f.removeSession(entry.SessionID); {
		case removeErr == nil:
			removed = append(removed, entry.SessionID)
		case !errors.Is(removeErr, ErrInUse):
			err = errors.Join(err, removeErr)
		}
	}
	return removed, errors.Join(err, f.sweep())
}

// removeSession takes the session first, so that nobody resumes it meanwhile.
func (f *folder) removeSession(id string) error {
	held, err := acquire(f, id)
	if err != nil {
		return err
	}
	defer held.release()
	if _, err := f.stat(stateFile(id)); err != nil {
		return err
	}
	if err := f.root.Remove(stateFile(id)); err != nil {
		return fmt.Errorf("session file: %w", err)
	}
	return removeTemp(f, held.name)
}

// sweep removes temporary files of this user whose session nobody works on.
func (f *folder) sweep() error {
	names, err := f.names(tempPrefix)
	if err != nil {
		return err
	}
	swept := map[string]bool{}
	for _, name := range names {
		dash := strings.LastIndexByte(name, '-')
		if dash < len(tempPrefix) {
			continue
		}
		id := name[len(tempPrefix):dash]
		if swept[id] || checkID(id) != nil {
			continue
		}
		swept[id] = true
		if _, err := f.stat(name); err != nil {
			continue // not ours
		}
		held, err := acquire(f, id)
		if err != nil {
			continue // in use, or not ours
		}
		err = removeTemp(f, held.name)
		held.release()
		if err != nil {
			return err
		}
	}
	return nil
}
