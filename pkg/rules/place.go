package rules

import (
	"cmp"
	"strings"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// place is where the repository writes a field of an object: the line of the
// field, of its nearest parent that is written, or of the document.
func (x *index) place(object *model.Object, field string) model.Location {
	at := object.Location
	lines := object.Lines
	if written := x.written[at]; written != nil {
		lines = written.Lines
	}
	if line := lines.Of(field); line > 0 {
		at.Line = line
	}
	return at
}

// nameLine is the line of metadata.name of a document, or its first.
func nameLine(document model.Document) model.Location {
	at := document.Location
	if document.NameLine > 0 {
		at.Line = document.NameLine
	}
	return at
}

func compareLocations(a, b model.Location) int {
	return cmp.Or(strings.Compare(a.File, b.File), a.Document-b.Document)
}

// ownerPlace is where the owner of a build writes a field.
func (x *index) ownerPlace(build *model.Build, field string) model.Location {
	if object := x.written[build.Location]; object != nil {
		return x.place(object, field)
	}
	return build.Location
}

// manifestPlace is the line of a field of a manifest.
func manifestPlace(manifest *model.Manifest, field string) model.Location {
	at := manifest.Location
	if line := manifest.Lines.Of(field); line > 0 {
		at.Line = line
	}
	return at
}
