package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// program is one program of a cluster.
type program struct {
	name string
	pkg  string // the package that it is built from, in the module binaries
}

var programs = []program{
	{"etcd", "go.etcd.io/etcd/server/v3"},
	{"kubectl", "k8s.io/kubernetes/cmd/kubectl"},
	{"kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"},
}

// build makes sure that all programs are built and returns their folder. The
// folder is part of the user's cache and named after the versions and
// everything else that goes into the programs, so that a change of any of it
// builds anew and nothing else does.
func build(ctx context.Context) (string, error) {
	module, err := moduleDir("binaries")
	if err != nil {
		return "", err
	}
	kubernetes, err := requiredVersion(module, "k8s.io/kubernetes")
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	flags := buildFlags(kubernetes)
	hash := sha256.New()
	for _, file := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(module, file))
		if err != nil {
			return "", err
		}
		hash.Write(content)
	}
	fmt.Fprint(hash, runtime.GOOS, runtime.GOARCH, flags)
	dir := filepath.Join(cache, "fluxctx-test", "kubernetes-"+kubernetes+"-"+hex.EncodeToString(hash.Sum(nil))[:12])
	if len(missing(dir)) == 0 {
		return dir, nil
	}

	// Tests of several packages start at the same time: one builds, the others
	// wait for it.
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for _, program := range missing(dir) {
		if err := program.build(ctx, module, dir, flags); err != nil {
			return "", fmt.Errorf("build %s: %w", program.name, err)
		}
	}
	return dir, nil
}

// buildFlags are the flags that make programs as a Kubernetes release has them:
// without the version flags the server calls itself v0.0.0.
func buildFlags(kubernetes string) []string {
	version := strings.Split(strings.TrimPrefix(kubernetes, "v"), ".")
	ldflags := []string{"-s", "-w"}
	for _, set := range []string{
		"gitMajor=" + version[0],
		"gitMinor=" + version[1],
		"gitVersion=" + kubernetes,
		"gitTreeState=clean",
		"gitCommit=",
	} {
		ldflags = append(ldflags, "-X k8s.io/component-base/version."+set)
	}
	return []string{"-trimpath", "-buildvcs=false", "-ldflags", strings.Join(ldflags, " ")}
}

// missing lists the programs that are not in the folder.
func missing(dir string) []program {
	return slices.DeleteFunc(slices.Clone(programs), func(p program) bool {
		_, err := os.Stat(filepath.Join(dir, p.name))
		return err == nil
	})
}

// build compiles a program of the module into a folder.
func (p program) build(ctx context.Context, module, dir string, flags []string) error {
	begin := time.Now()
	progress("building %s, which may take minutes", p.name)
	// The name appears only when the program is complete.
	partial := filepath.Join(dir, p.name+".partial")
	cmd := exec.CommandContext(ctx, "go", slices.Concat([]string{"build", "-o", partial}, flags, []string{p.pkg})...)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			progress("still building %s, %s so far", p.name, time.Since(begin).Round(time.Second))
		case err := <-done:
			if err != nil {
				return err
			}
			progress("built %s in %s", p.name, since(begin))
			return os.Rename(partial, filepath.Join(dir, p.name))
		}
	}
}

// lock takes the lock of a file, waiting for whoever has it. The kernel frees
// it when its owner dies.
func lock(path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		progress("waiting for another process that builds the same programs")
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { file.Close() }, nil
}

// moduleDir returns the folder of one of the modules beside this source file.
// The command is only ever run from a checkout (go run, go test), so the place
// of its source is known.
func moduleDir(name string) (string, error) {
	_, file, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(file), name)
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		return "", fmt.Errorf("the source of this command is not at %s; build it in a checkout and without -trimpath", filepath.Dir(file))
	}
	return dir, nil
}

// requiredVersion reads a version from the go.mod of a module.
func requiredVersion(module, path string) (string, error) {
	content, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == path && strings.HasPrefix(fields[1], "v") {
			return fields[1], nil
		}
	}
	return "", fmt.Errorf("%s/go.mod does not require %s", module, path)
}
