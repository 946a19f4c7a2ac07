package docs

import "time"

// The sources of sections.
const (
	SourceContext7 = "context7"
	SourceSite     = "fluxcd.io"
	SourceManual   = "manual"
	SourceCluster  = "cluster"
	SourceBuiltin  = "built-in"
)

// Section is what stands under one heading of a document.
type Section struct {
	// Topics are the focuses that the section is about.
	Topics []string
	// Page is the title of the document, Title the heading, Level the rank of
	// the heading: 1 for the title of a page, 2 for its chapters.
	Page  string
	Title string
	Level int
	// URL is where to read the section, its anchor included; for a section of
	// the built-in reference it is the first of its links.
	URL    string
	Anchor string
	// Source is one of the Source constants.
	Source string
	// Fetched is when the text left its source; zero for built-in text.
	Fetched time.Time
	// Cached says that the text was in the cache, Stale that it is an old
	// copy because its source failed.
	Cached bool
	Stale  bool
	// Since is the first Flux release with what the section describes, for
	// example "Flux 2.7"; Areas, Capabilities and Links are ids of the focus
	// table and pages to read. Only built-in sections have the four.
	Since        string
	Areas        []string
	Capabilities []string
	Links        []string
	// Markdown is the text under the heading, without the heading.
	Markdown string
}
