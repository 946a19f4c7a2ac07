package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestBuildProgram(t *testing.T) {
	module, err := moduleDir("binaries")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// A small program that comes with Go.
	p := program{name: "etcd", pkg: "cmd/buildid"}
	if err := p.build(t.Context(), module, dir, buildFlags("v1.36.3")); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.partial")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, p := range missing(dir) {
		if p.name == "etcd" {
			t.Error("what was built is still missing")
		}
	}
	if err := (program{name: "kubectl", pkg: "no/such/package"}).build(t.Context(), module, dir, nil); err == nil {
		t.Error("a package that does not exist was built")
	}
}

func TestBuildFlags(t *testing.T) {
	got := strings.Join(buildFlags("v1.36.3"), " ")
	for _, want := range []string{"version.gitVersion=v1.36.3", "version.gitMajor=1", "version.gitMinor=36", "-trimpath"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
}

func TestRequiredVersion(t *testing.T) {
	module, err := moduleDir("binaries")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := requiredVersion(module, "k8s.io/kubernetes"); err != nil || !strings.HasPrefix(got, "v1.") {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := requiredVersion(module, "example.com/absent"); err == nil {
		t.Error("a version of a module that is not required")
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "below", "lock")
	unlock, err := lock(path)
	if err != nil {
		t.Fatal(err)
	}
	second := make(chan error)
	go func() {
		unlock, err := lock(path)
		if err == nil {
			unlock()
		}
		second <- err
	}()
	select {
	case <-second:
		t.Fatal("two owners at a time")
	case <-time.After(100 * time.Millisecond):
	}
	unlock()
	if err := <-second; err != nil {
		t.Error(err)
	}
}
