//go:build unix

package gitrepo

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

const releaseHead = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: bomb\nspec:\n"

// aliasBomb makes a list of ten aliases of a list of ten aliases, and so on: 10
// to the power of the levels when it is written out.
func aliasBomb(indent string, levels int) string {
	var b strings.Builder
	b.WriteString(indent + "a0: &a0 [" + strings.Repeat("lol, ", 9) + "lol]\n")
	for i := 1; i < levels; i++ {
		fmt.Fprintf(&b, "%sa%d: &a%[2]d [%s]\n", indent, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9)+fmt.Sprintf("*a%d", i-1))
	}
	return b.String()
}

// mergeBomb makes a mapping that merges a mapping twice, which does the same.
func mergeBomb(indent string, levels int) string {
	var b strings.Builder
	for i := 1; i < levels; i++ {
		fmt.Fprintf(&b, "%sa%d: &a%[2]d\n%[1]s  <<: [*a%[3]d, *a%[3]d]\n%[1]s  k%[2]d: v\n", indent, i, i-1)
	}
	return b.String()
}

// TestHostileTrees scans trees that are made to break a scanner. Each leaves a
// problem or a parse error that names the file, or what is wrong about an entry,
// and the good file beside it is found, within seconds and bounded memory.
func TestHostileTrees(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string
		// make adds what is no plain file.
		make func(t *testing.T, root string)
		// problems are code and beginning of the message, failures the files and
		// lines that do not parse.
		problems []string
		failures []string
		// missing are entries of kustomizations that lead to nothing.
		missing []string
	}{
		{name: "alias bomb in a document that nobody decodes", files: map[string]string{"x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\ndata:\n" + aliasBomb("  ", 12)}, problems: []string{"DocumentTooLarge x.yaml:1: ConfigMap bomb: its aliases stand for more than 1000000 values"}},
		{
			name: "alias bomb in the spec of a release", files: map[string]string{"x.yaml": releaseHead + "  values:\n" + aliasBomb("    ", 12)},
			problems: []string{"DocumentTooLarge x.yaml:1: HelmRelease bomb"},
		},
		{
			name: "alias bomb of merges", files: map[string]string{"x.yaml": releaseHead + "  values:\n    a0: &a0 {k: v}\n" + mergeBomb("    ", 40)},
			problems: []string{"DocumentTooLarge x.yaml:1: HelmRelease bomb"},
		},
		{name: "merges where a name is looked for", files: map[string]string{"x.yaml": "a0: &a0 {k: v}\n" + mergeBomb("", 40) + "apiVersion: v1\nkind: ConfigMap\nmetadata: *a39\n"}, problems: []string{"DocumentTooLarge x.yaml:1: ConfigMap"}},
		{
			name: "alias of itself", files: map[string]string{"x.yaml": releaseHead + "  values: &a\n    inner: *a\n"},
			problems: []string{"DocumentTooLarge x.yaml:1: HelmRelease bomb"},
		},
		{
			name: "deep flow", files: map[string]string{"x.yaml": good + "data: " + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + "\n"},
			failures: []string{"x.yaml:1"},
		},
		{name: "deep block", files: map[string]string{"x.yaml": func() string {
			var b strings.Builder
			for i := range 3000 {
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}()}},
		{name: "deep JSON", files: map[string]string{"x.json": `{"apiVersion": "v1", "kind": "ConfigMap", "a": ` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + "}"}, failures: []string{"x.json:1"}},
		{
			name: "a map of a million entries", files: map[string]string{"x.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: m}\nspec:\n  values:\n" + func() string {
				var b strings.Builder
				for i := range 1_000_000 {
					fmt.Fprintf(&b, "    k%d: v\n", i)
				}
				return b.String()
			}()},
			problems: []string{"DocumentTooLarge x.yaml:1"},
		},
		{
			name: "a million documents", files: map[string]string{"x.yaml": strings.Repeat("apiVersion: v1\nkind: A\n---\n", 1_000_000)},
			problems: []string{"FileTooLarge x.yaml: more than 50000 documents"},
		},
		{
			name: "a line of four gigabytes", make: func(t *testing.T, root string) {
				file, err := os.Create(filepath.Join(root, "x.yaml"))
				if err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				if err := file.Truncate(4 << 30); err != nil {
					t.Skip("the file system has no sparse files: ", err)
				}
			},
			problems: []string{"FileTooLarge x.yaml: larger than 32 MiB"},
		},
		{name: "a line of thirty megabytes", files: map[string]string{"x.yaml": good + "data:\n  a: " + strings.Repeat("x", 30<<20) + "\n"}},
		{name: "nothing but zeros", files: map[string]string{"x.yaml": strings.Repeat("\x00", 1<<20)}, failures: []string{"x.yaml:1"}},
		{
			name: "pipes and sockets", make: func(t *testing.T, root string) {
				if err := syscall.Mkfifo(filepath.Join(root, "pipe.yaml"), 0o644); err != nil {
					t.Fatal(err)
				}
				if err := syscall.Mkfifo(filepath.Join(root, "kustomization.yaml"), 0o644); err != nil {
					t.Fatal(err)
				}
				t.Chdir(root) // the path of a socket must be short
				socket, err := net.Listen("unix", "socket.yaml")
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { socket.Close() })
			},
			problems: []string{"NotAFile kustomization.yaml: no regular file", "NotAFile pipe.yaml: no regular file", "NotAFile socket.yaml: no regular file"},
		},
		{
			name: "devices", make: func(t *testing.T, root string) {
				if err := syscall.Mknod(filepath.Join(root, "zero.yaml"), syscall.S_IFCHR|0o666, 1<<8|5); err != nil {
					t.Skip("devices cannot be made here: ", err)
				}
			},
			problems: []string{"NotAFile zero.yaml: no regular file"},
		},
		{
			name: "links", make: func(t *testing.T, root string) {
				for name, target := range map[string]string{
					"loop.yaml": "loop.yaml", "up": "..", "etc": "/etc", "device.yaml": "/dev/zero", "dangling.yaml": "gone",
				} {
					if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
						t.Fatal(err)
					}
				}
			},
		},
		{
			name: "unreadable", files: map[string]string{"locked/x.yaml": good, "x.yaml": good}, make: func(t *testing.T, root string) {
				if os.Geteuid() == 0 {
					t.Skip("root may read everything")
				}
				for _, name := range []string{"locked", "x.yaml"} {
					if err := os.Chmod(filepath.Join(root, name), 0); err != nil {
						t.Fatal(err)
					}
				}
				t.Cleanup(func() { _ = os.Chmod(filepath.Join(root, "locked"), 0o755) })
			},
			problems: []string{"FileUnreadable x.yaml: permission denied", "FolderUnreadable locked: permission denied"},
		},
		{name: "names", files: map[string]string{"a\nb.yaml": "a: [\n", "\x1b[31m.yaml": "a: [\n", "\u202e.yaml": "a: [\n", "\xff.yaml": "a: [\n"}, failures: []string{
			`\x1b[31m.yaml:1`, `a\nb.yaml:1`, `\u202e.yaml:1`, `\xff.yaml:1`,
		}},
		{
			name: "entries that climb out", files: map[string]string{
				".git/HEAD": "ref: refs/heads/main\n", ".git/objects/x": "", ".git/refs/x": "", ".git/config": "[core]\n\trepositoryformatversion = 0\n",
				"kustomization.yaml": "resources:\n  - ../../../../etc/passwd\n  - /etc/passwd\n  - good.yaml\n",
				"ks.yaml":            fluxKustomization("out", "../../../../etc"),
			},
			missing: []string{"kustomization.yaml:2 ../../../../etc/passwd", "kustomization.yaml:3 /etc/passwd"},
		},
		{
			name: "kustomizations that include each other", files: map[string]string{
				"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../c]\n", "c/kustomization.yaml": "resources: [../a]\n",
				"ks.yaml": fluxKustomization("a", "./a"),
			},
			problems: []string{"KustomizeCycle a/kustomization.yaml: the kustomization includes itself"},
		},
		{
			name: "kustomizations that double at each level", files: func() map[string]string {
				files := map[string]string{"k0/kustomization.yaml": "resources: [a.yaml]\n", "k0/a.yaml": good, "ks.yaml": fluxKustomization("k", "./k40")}
				for i := 1; i <= 40; i++ {
					files[fmt.Sprintf("k%d/kustomization.yaml", i)] = fmt.Sprintf("resources: [../k%d, ../k%[1]d]\n", i-1)
				}
				return files
			}(),
			problems: []string{"GraphTooLarge k18/kustomization.yaml: with it, the Flux objects of the tree build too many files"},
		},
		{
			name: "kustomizations in each other", files: func() map[string]string {
				files := map[string]string{"ks.yaml": fluxKustomization("k", "./k300")}
				for i := 1; i <= 300; i++ {
					files[fmt.Sprintf("k%d/kustomization.yaml", i)] = fmt.Sprintf("resources: [../k%d]\n", i-1)
				}
				return files
			}(),
			problems: []string{"KustomizeTooDeep k100/kustomization.yaml: too many kustomizations inside each other"},
			missing:  []string{"k1/kustomization.yaml:1 ../k0"},
		},
		{
			name: "folders in each other", files: map[string]string{strings.Repeat("d/", 150) + "x.yaml": good},
			problems: []string{"FolderTooDeep " + strings.Repeat("d/", 100) + "d: folders below a depth of 100 are not read"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"good.yaml": good}
			for name, content := range test.files {
				files[name] = content
			}
			root := writeTree(t, files)
			if test.make != nil {
				test.make(t, root)
			}
			repo, problems := scanBounded(t, root)
			if !slices.ContainsFunc(repo.Documents, func(d model.Document) bool { return d.File == "good.yaml" && d.Name == "good" }) {
				t.Error("the good file is not found")
			}
			var got []string
			for _, p := range problems {
				if strings.HasPrefix(p.Code, "Git") {
					continue
				}
				got = append(got, p.Code+" "+p.Message)
				if strings.ContainsAny(p.Message, "\x1b\n") || p.Hint == "" {
					t.Errorf("problem %+v", p)
				}
			}
			if !slices.EqualFunc(got, test.problems, strings.HasPrefix) {
				t.Errorf("problems\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.problems, "\n"))
			}
			var failures, missing []string
			for _, e := range repo.ParseErrors {
				failures = append(failures, e.String())
			}
			if !slices.Equal(failures, test.failures) {
				t.Errorf("failures %q, want %q: %+v", failures, test.failures, repo.ParseErrors)
			}
			for _, k := range repo.Kustomizations {
				for _, e := range k.Missing {
					missing = append(missing, fmt.Sprintf("%s:%d %s", k.File, e.Line, e.Entry))
				}
			}
			if !slices.Equal(missing, test.missing) {
				t.Errorf("missing %q, want %q", missing, test.missing)
			}
			if text, err := json.Marshal(repo.Documents); err != nil || strings.Contains(string(text), "root:") || strings.Contains(string(text), `"passwd`) {
				t.Error("a file outside of the tree was read", err)
			}
		})
	}
}

// scanBounded scans a tree and fails when that takes long or much memory.
func scanBounded(t *testing.T, root string) (*model.Repository, []model.Problem) {
	t.Helper()
	runtime.GC()
	var before, peak runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		var now runtime.MemStats
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
				if runtime.ReadMemStats(&now); now.HeapAlloc > peak.HeapAlloc {
					peak = now
				}
			}
		}
	}()
	begin := time.Now()
	repo, problems, err := Scan(t.Context(), Options{Root: root})
	took := time.Since(begin)
	close(done)
	<-watched
	if err != nil {
		t.Fatal(err)
	}
	// Both are far above what it takes, for slow machines and lazy collectors.
	if took > 30*time.Second {
		t.Errorf("took %s", took)
	}
	if peak.HeapAlloc > before.HeapAlloc+600<<20 {
		t.Errorf("took %d MB of memory", (peak.HeapAlloc-before.HeapAlloc)>>20)
	}
	t.Logf("%s, %d MB", took.Round(time.Millisecond), (max(peak.HeapAlloc, before.HeapAlloc)-before.HeapAlloc)>>20)
	return repo, problems
}
