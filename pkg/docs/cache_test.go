package docs

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func testCache(t testing.TB) (*cache, *clock) {
	t.Helper()
	c := newClock()
	return newCache(Options{CacheDir: filepath.Join(t.TempDir(), "docs"), MaxAge: time.Hour, CacheSize: DefaultCacheSize, Now: c.Now}), c
}

func testDocument(text string, at time.Time) *Document {
	return &Document{
		Source: SourceSite, URL: "https://fluxcd.io/flux/", ETag: `"abc"`, Fetched: at,
		Parts: []Part{{Level: 1, Title: "Title", Markdown: text}, {Level: 2, Title: "Empty", Anchor: "empty"}, {Level: 3, Title: "Three", Anchor: "three", URL: "https://example.com/", Markdown: "## no heading\n\nümläut\n"}},
	}
}

func TestCacheKeepsDocuments(t *testing.T) {
	c, clock := testCache(t)
	want := testDocument("text", clock.Now())
	c.write("id", want)
	if got := c.read("id"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if c.read("other id") != nil {
		t.Error("a document was read that was never written")
	}
	info, err := os.Stat(c.path("id"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestFresh(t *testing.T) {
	c, clock := testCache(t)
	for name, test := range map[string]struct {
		age   time.Duration
		since time.Duration // how long ago the session began; 0 means no session
		want  bool
	}{
		"new":                            {0, 0, true},
		"almost old":                     {time.Hour - 1, 0, true},
		"old":                            {time.Hour, 0, false},
		"from the future":                {-time.Minute, 0, false},
		"old, of this session":           {3 * time.Hour, 4 * time.Hour, true},
		"old, from before this session":  {5 * time.Hour, 4 * time.Hour, false},
		"new, from before this session":  {30 * time.Minute, time.Minute, true},
		"at the moment this one started": {3 * time.Hour, 3 * time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			c.freshSince = time.Time{}
			if test.since > 0 {
				c.freshSince = clock.Now().Add(-test.since)
			}
			if got := c.fresh(&Document{Fetched: clock.Now().Add(-test.age)}, time.Time{}); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// A session that went back to an earlier checkpoint asks again for what is older
// than that moment, be it young or its own.
func TestFreshSinceARollback(t *testing.T) {
	c, clock := testCache(t)
	c.freshSince = clock.Now().Add(-5 * time.Hour)
	since := clock.Now().Add(-3 * time.Hour)
	for name, test := range map[string]struct {
		fetched time.Time
		want    bool
	}{
		"before it":     {since.Add(-time.Second), false},
		"at the moment": {since, true},
		"after it":      {since.Add(time.Hour), true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.fresh(&Document{Fetched: test.fetched}, since); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestDamagedEntriesAreDropped(t *testing.T) {
	c, clock := testCache(t)
	document := testDocument(strings.Repeat("some text\n", 50), clock.Now())
	whole := encodeEntry("id", document)
	damage := map[string][]byte{
		"empty":            {},
		"no line":          []byte("{"),
		"no JSON":          []byte("nothing\nof it"),
		"other format":     []byte(strings.Replace(string(whole), `"format":1`, `"format":999`, 1)),
		"other id":         encodeEntry("another id", document),
		"huge size":        []byte(strings.Replace(string(whole), `"size":500`, `"size":999999999999`, 1)),
		"negative size":    []byte(strings.Replace(string(whole), `"size":500`, `"size":-500`, 1)),
		"sizes too small":  []byte(strings.Replace(string(whole), `"size":500`, `"size":400`, 1)),
		"no parts":         encodeEntry("id", &Document{Source: SourceSite}),
		"something behind": append(append([]byte{}, whole...), "more"...),
	}
	for _, at := range []int{1, len(whole) / 3, len(whole) / 2, len(whole) - 1} {
		damage[fmt.Sprintf("cut at %d", at)] = whole[:at]
	}
	for range 20 {
		flipped := append([]byte{}, whole...)
		at := len(whole)/2 + rand.IntN(len(whole)/2)
		flipped[at] ^= 1 << rand.IntN(8)
		damage[fmt.Sprintf("flipped at %d", at)] = flipped
	}
	for name, content := range damage {
		t.Run(name, func(t *testing.T) {
			if err := writeReplacing(c.path("id"), content); err != nil {
				t.Fatal(err)
			}
			if got := c.read("id"); got != nil {
				t.Errorf("it was read as %+v", got)
			}
			if _, err := os.Stat(c.path("id")); !os.IsNotExist(err) {
				t.Errorf("it is still there: %v", err)
			}
		})
	}
	t.Run("and fetched again", func(t *testing.T) {
		server := newNetlify(t, "")
		o, _ := testOptions(t, server.URL)
		Load(t.Context(), o)
		entries, err := filepath.Glob(filepath.Join(o.CacheDir, "*"+entrySuffix))
		if err != nil || len(entries) != 5 {
			t.Fatalf("%d entries, %v", len(entries), err)
		}
		if err := os.WriteFile(entries[0], []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
		pages := server.pages.Load()
		if r := Load(t.Context(), o); len(r.Missing()) != 0 || server.pages.Load() != pages+1 {
			t.Errorf("missing %v, %d pages fetched", r.Missing(), server.pages.Load()-pages)
		}
	})
}

func TestCacheIsBounded(t *testing.T) {
	c, clock := testCache(t)
	for i := range 20 {
		id := strconv.Itoa(i)
		c.write(id, testDocument(strings.Repeat("x", 10_000), clock.Now()))
		at := clock.Now().Add(time.Duration(i) * time.Minute)
		if err := os.Chtimes(c.path(id), at, at); err != nil {
			t.Fatal(err)
		}
	}
	left := filepath.Join(c.dir, "0000"+entrySuffix+tempInfix+"1")
	for path, at := range map[string]time.Time{left: clock.Now().Add(-2 * time.Hour), left + "2": clock.Now(), filepath.Join(c.dir, "not ours"): clock.Now().Add(-2 * time.Hour)} {
		if err := os.WriteFile(path, make([]byte, 1000), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	c.maxSize = 55_000
	c.trim()
	var kept []int
	for i := range 20 {
		if c.read(strconv.Itoa(i)) != nil {
			kept = append(kept, i)
		}
	}
	if want := []int{15, 16, 17, 18, 19}; !reflect.DeepEqual(kept, want) {
		t.Errorf("kept %v, want the newest, %v", kept, want)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Error("what a dead process left is still there")
	}
	for _, path := range []string{left + "2", filepath.Join(c.dir, "not ours")} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s is gone", path)
		}
	}
}

func TestCacheThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{
		"a file is in its place": file,
		"below a file":           filepath.Join(file, "docs"),
		"a device":               "/dev/full",
	} {
		t.Run(name, func(t *testing.T) {
			server := newNetlify(t, "")
			o, _ := testOptions(t, server.URL)
			o.CacheDir = dir
			r := Load(t.Context(), o)
			if s := status(t, r, SourceSite); s.Status != StatusLoaded {
				t.Errorf("fluxcd.io: %+v", s)
			}
			if limits := strings.Join(r.Connectivity.Limits, "\n"); !strings.Contains(limits, "copies could not be kept") {
				t.Errorf("limits: %s", limits)
			}
		})
	}
}

// childEnv makes the test binary play one process of a test.
const childEnv = "FLUXCTX_DOCS_CHILD"

func TestMain(m *testing.M) {
	if job := os.Getenv(childEnv); job != "" {
		if err := child(strings.Split(job, "|")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child plays "write|DIR|N": write N rounds of the same documents, and read
// what others wrote; or "full|DIR": write where there is no room.
func child(job []string) error {
	c := newCache(Options{CacheDir: job[1], MaxAge: time.Hour, CacheSize: 1 << 20, Now: time.Now})
	switch job[0] {
	case "write":
		rounds, err := strconv.Atoi(job[2])
		if err != nil {
			return err
		}
		for round := range rounds {
			for id := range 8 {
				text := strings.Repeat(fmt.Sprintf("%d by %d\n", id, os.Getpid()), 2000+id)
				c.write(strconv.Itoa(id), testDocument(text, time.Now()))
				fmt.Println("written")
				other := strconv.Itoa((id + round) % 8)
				if got := c.read(other); got != nil && !strings.HasPrefix(got.Parts[0].Markdown, other+" by ") {
					return fmt.Errorf("document %s holds %.20q", other, got.Parts[0].Markdown)
				}
			}
			c.trim()
		}
		return c.problem
	case "full":
		if err := limitFileSize(10_000); err != nil {
			return err
		}
		c.write("small", testDocument("text", time.Now()))
		if c.problem != nil || c.read("small") == nil {
			return fmt.Errorf("a small document was not kept: %w", c.problem)
		}
		before := c.read("small")
		c.write("small", testDocument(strings.Repeat("x", 50_000), time.Now()))
		c.write("large", testDocument(strings.Repeat("x", 50_000), time.Now()))
		if c.problem == nil {
			return fmt.Errorf("there was room after all")
		}
		if got := c.read("small"); got == nil || got.Parts[0].Markdown != before.Parts[0].Markdown {
			return fmt.Errorf("the old copy is lost")
		}
		if c.read("large") != nil {
			return fmt.Errorf("half a document is there")
		}
		return nil
	}
	return fmt.Errorf("unknown job %v", job)
}

func process(t *testing.T, job ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), childEnv+"="+strings.Join(job, "|"))
	command.Stderr = os.Stderr
	return command
}

func TestManyProcessesShareTheCache(t *testing.T) {
	dir := t.TempDir()
	var wait sync.WaitGroup
	for i := range 20 {
		command := process(t, "write", dir, "10")
		wait.Go(func() {
			if err := command.Run(); err != nil {
				t.Errorf("process %d: %v", i, err)
			}
		})
	}
	wait.Wait()
	checkCache(t, dir, 8)
}

func TestCacheSurvivesKilledProcesses(t *testing.T) {
	dir := t.TempDir()
	for range 20 {
		command := process(t, "write", dir, "100000")
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(20_000)) * time.Microsecond)
		if err := command.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		command.Wait() // it was killed
	}
	checkCache(t, dir, 1)
}

// checkCache reads all documents: whatever is there is whole.
func checkCache(t *testing.T, dir string, least int) {
	t.Helper()
	c := newCache(Options{CacheDir: dir, Now: time.Now})
	entries, err := filepath.Glob(filepath.Join(dir, "*"+entrySuffix))
	if err != nil {
		t.Fatal(err)
	}
	for id := range 8 {
		if document := c.read(strconv.Itoa(id)); document != nil && !strings.HasPrefix(document.Parts[0].Markdown, fmt.Sprintf("%d by ", id)) {
			t.Errorf("document %d holds %.20q", id, document.Parts[0].Markdown)
		}
	}
	after, err := filepath.Glob(filepath.Join(dir, "*"+entrySuffix))
	if err != nil || len(after) != len(entries) || len(after) < least {
		t.Errorf("%d documents, of which %d were whole: %v", len(entries), len(after), err)
	}
}
