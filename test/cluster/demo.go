package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// demoCommits are the two commits of the scenario after-bad-commit: the revision
// that was captured, the tree in test/fixtures/repos, and the message.
var demoCommits = []struct{ revision, tree, message string }{
	{"02a2c370d732026cc12aa98e2ed0375bc8533137", "captured", "first"},
	{"cf727f8005e3ca85b5757fc96ae76239fb4f26ea", "captured-second-commit", "second: breaks apps"},
}

// demoRemote is the URL of the GitRepository of the scenario.
const demoRemote = "http://127.0.0.1:18080/fleet.git"

// demo runs `kubectl fluxctx` in a clone whose last commit broke the cluster, and
// keeps both until standard input closes, for whoever wants to look further.
func demo(ctx context.Context, stdin io.Reader, plugin string, args []string) error {
	plugin, err := filepath.Abs(plugin)
	if err != nil {
		return err
	}
	source, err := moduleDir(".")
	if err != nil {
		return err
	}
	fixtures := filepath.Join(source, "..", "fixtures")
	clone, err := os.MkdirTemp("", "fluxctx-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(clone)
	replace, err := demoClone(ctx, clone, filepath.Join(fixtures, "repos"))
	if err != nil {
		return err
	}
	c, err := start(ctx, startOptions{
		crds:    "2.9",
		load:    listFlag{filepath.Join(fixtures, "scenarios", "after-bad-commit")},
		replace: replace,
	})
	if err != nil {
		return err
	}
	defer c.stop()

	// kubectl finds its plugins on the PATH.
	environment := append(os.Environ(),
		"KUBECONFIG="+c.kubeconfig,
		"PATH="+filepath.Dir(plugin)+string(os.PathListSeparator)+os.Getenv("PATH"),
	)
	cmd := exec.CommandContext(ctx, c.kubectl, append([]string{"fluxctx"}, args...)...)
	cmd.Dir = clone
	cmd.Env = environment
	cmd.Stdout = os.Stdout
	cmd.Stderr = os.Stderr
	err = cmd.Run()
	fmt.Fprintf(os.Stderr, "\n► to look further: cd %s && export KUBECONFIG=%s\n► Ctrl-D ends the cluster\n", clone, c.kubeconfig)
	_, _ = io.Copy(io.Discard, stdin)
	return err
}

// demoClone makes a clone that is at its upstream's last commit, and returns
// what to replace in the scenario to make it fit.
func demoClone(ctx context.Context, clone, trees string) (replaceFlag, error) {
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", append([]string{"-C", clone, "-c", "user.name=Demo", "-c", "user.email=demo@example.com"}, args...)...)
		cmd.Stderr = os.Stderr
		output, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("git %s: %w", args[0], err)
		}
		return strings.TrimSpace(string(output)), nil
	}
	if _, err := git("init", "--quiet", "--initial-branch=main"); err != nil {
		return nil, err
	}
	var replace replaceFlag
	for _, commit := range demoCommits {
		if err := copyTree(clone, filepath.Join(trees, commit.tree)); err != nil {
			return nil, err
		}
		if _, err := git("add", "."); err != nil {
			return nil, err
		}
		if _, err := git("commit", "--quiet", "--message="+commit.message); err != nil {
			return nil, err
		}
		revision, err := git("rev-parse", "HEAD")
		if err != nil {
			return nil, err
		}
		replace = append(replace, commit.revision, revision)
	}
	for _, args := range [][]string{
		{"remote", "add", "origin", demoRemote},
		{"update-ref", "refs/remotes/origin/main", "HEAD"},
		{"branch", "--quiet", "--set-upstream-to=origin/main"},
	} {
		if _, err := git(args...); err != nil {
			return nil, err
		}
	}
	return replace, nil
}

// copyTree copies files over those of a folder.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}
