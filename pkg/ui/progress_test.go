package ui

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// buffer is a writer that the spinner's goroutine may use too.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer // not embedded: its other methods take no lock
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func watched(out *buffer) Terminal {
	t := Detect(out, func(string) string { return "" }, ColorNever)
	t.Interactive = true
	return t
}

func TestProgressShowsAfterTheDelayAndClears(t *testing.T) {
	var out buffer
	p := watched(&out).NewProgress(&out)
	p.Set("cluster", "connecting")
	p.Set("repository", "scanning")
	if got := out.String(); got != "" {
		t.Errorf("printed before the delay: %q", got)
	}
	deadline := time.Now().Add(10 * time.Second)
	for !strings.Contains(out.String(), "cluster: connecting • repository: scanning") {
		if time.Now().After(deadline) {
			t.Fatalf("nothing shown: %q", out.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.Set("cluster", "")
	p.Stop()
	p.Stop()
	text := out.String()
	last := text[strings.LastIndex(text, "\r")+1:]
	if strings.TrimSpace(strings.ReplaceAll(last, "\x1b[K", "")) != "" {
		t.Errorf("the line was not cleared: %q", last)
	}
	if strings.Contains(text, "\n") {
		t.Errorf("more than one line: %q", text)
	}
}

func TestProgressIsQuietForFastWorkAndPipes(t *testing.T) {
	var out buffer
	p := watched(&out).NewProgress(&out)
	p.Set("cluster", "connecting")
	p.Stop()
	time.Sleep(2 * progressDelay)
	if got := out.String(); got != "" {
		t.Errorf("fast work printed %q", got)
	}

	pipe := Detect(&out, func(string) string { return "" }, ColorNever).NewProgress(&out)
	pipe.Set("cluster", "connecting")
	pipe.Stop()
	if pipe != nil {
		t.Error("a pipe has a progress line")
	}
}
