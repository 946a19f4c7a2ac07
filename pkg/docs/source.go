package docs

import (
	"context"
	"errors"
	"time"
)

// Source delivers documents. Sources are put together in chain.go.
type Source interface {
	// Get returns the document, or why it cannot be had.
	Get(ctx context.Context, want Want) (*Document, error)
}

// Want names one document.
type Want struct {
	// ID is the address of a page under focus.DocsSite, or a query.
	ID string
	// Have is an old copy, which a source may confirm instead of sending the
	// document again.
	Have *Document
	// Since is since when a copy is good without asking; zero means that its
	// age decides.
	Since time.Time
}

// Document is one page, or one answer.
type Document struct {
	// Source is the first origin of the text, one of the Source constants.
	Source string
	// URL is the address from which the page came in the end; empty for an
	// answer.
	URL string
	// ETag is the server's name for this very text.
	ETag string
	// Fetched is when the source sent or confirmed it.
	Fetched time.Time
	// Parts are the text, cut at its headings.
	Parts []Part

	// Copy says that the text was at hand, and Instead why what comes before
	// it in the chain did not deliver it; nil when nothing was tried.
	Copy    bool
	Instead error
}

// Part is what stands under one heading.
type Part struct {
	Level  int
	Title  string
	Anchor string
	// URL is where the part came from when that is not its document.
	URL      string
	Markdown string
}

// notAsked is an error that says why nobody was asked.
type notAsked string

func (reason notAsked) Error() string { return string(reason) }

func wasAsked(err error) bool {
	var reason notAsked
	return err != nil && !errors.As(err, &reason)
}
