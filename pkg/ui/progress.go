package ui

import (
	"io"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressDelay is how long work may last before anybody is told: most runs
// end earlier and show nothing.
const progressDelay = 300 * time.Millisecond

// Progress shows on one line what several parts of the work are at. The nil
// value shows nothing.
type Progress struct {
	terminal Terminal
	out      io.Writer
	start    *time.Timer

	mu      sync.Mutex
	parts   []progressPart
	shown   string // the last description
	bar     *progressbar.ProgressBar
	stopped bool
}

type progressPart struct{ name, state string }

// NewProgress returns a line for out, which t describes, or nil where nobody
// watches.
func (t Terminal) NewProgress(out io.Writer) *Progress {
	if !t.Interactive {
		return nil
	}
	p := &Progress{terminal: t, out: out}
	p.start = time.AfterFunc(progressDelay, p.show)
	return p
}

// Set says what a part is at; an empty state means that it is done.
func (p *Progress) Set(name, state string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set(name, state)
	if p.bar != nil && !p.stopped {
		p.bar.Describe(p.description())
	}
}

func (p *Progress) set(name, state string) {
	for i, part := range p.parts {
		if part.name != name {
			continue
		}
		if state == "" {
			p.parts = append(p.parts[:i], p.parts[i+1:]...)
			return
		}
		p.parts[i].state = state
		return
	}
	if state != "" {
		p.parts = append(p.parts, progressPart{name, state})
	}
}

// Stop clears the line. It may be called twice.
func (p *Progress) Stop() {
	if p == nil {
		return
	}
	p.start.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil && !p.stopped {
		_ = p.bar.Finish() // clears the line; nobody can be told that it did not
	}
	p.stopped = true
}

func (p *Progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	frames := []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}
	if p.terminal.Symbols == asciiSymbols {
		frames = []string{"|", "/", "-", "\\"}
	}
	p.bar = progressbar.NewOptions(-1,
		progressbar.OptionSetWriter(p.out),
		progressbar.OptionSpinnerCustom(frames),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionSetDescription(p.description()),
		progressbar.OptionClearOnFinish(),
		// Erasing the line also erases the ^C that the terminal writes behind it.
		progressbar.OptionUseANSICodes(true),
	)
	_ = p.bar.RenderBlank() // starts the spinner
}

// description fits on one line, so that clearing it clears everything. Between
// two parts it stays what it was.
func (p *Progress) description() string {
	if len(p.parts) == 0 {
		return p.shown
	}
	var states []string
	for _, part := range p.parts {
		states = append(states, part.name+": "+part.state)
	}
	const spinnerAndClock = 12
	p.shown = p.terminal.Shorten(strings.Join(states, " "+p.terminal.Symbols.Bullet+" "), p.terminal.Width-spinnerAndClock)
	return p.shown
}
