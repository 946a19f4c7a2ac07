//go:build !unix

package session

import "io/fs"

const (
	openNonblock = 0
	openNoFollow = 0
)

// Where files have no owner and no mode bits, the folder for temporary files
// belongs to one user.
func ownedByUser(fs.FileInfo) bool { return true }

func worldWritable(fs.FileInfo) bool { return false }
