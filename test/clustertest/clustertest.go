// Package clustertest gives tests a real Kubernetes API server. It runs the
// command of the module test/cluster, which has dependencies that are not for
// this module, and speaks with it through its standard streams.
package clustertest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Options say what a cluster has. The zero value has the CRDs of Flux 2.9 and no
// objects.
type Options struct {
	// CRDs names sets of CRDs: 2.9, 2.10, flux-operator, flagger, none. The
	// default is 2.9.
	CRDs []string
	// Load are files and folders with objects and their statuses, for example
	// those below test/fixtures/scenarios.
	Load []string
	// Replace are texts to replace in those files, for example the captured
	// revision by that of the test's repository.
	Replace map[string]string
	// AuditLog is the file that gets a line of JSON (audit.k8s.io/v1 Event) for
	// each request; empty for none.
	AuditLog string
}

// Cluster is a running cluster.
type Cluster struct {
	// Kubeconfig is the path of a kubeconfig with the contexts admin, which is
	// the current one, and nobody, a user without any right.
	Kubeconfig string
	// Server is the URL of the API server.
	Server string
	// Kubectl is the path of a kubectl of the server's version.
	Kubectl string
	// AuditLog is that of the options, as an absolute path.
	AuditLog string

	cmd   *exec.Cmd
	stdin io.Closer
}

// skipVariable lets a developer who changes something else run the tests
// without the minutes that the first build of a cluster takes. CI sets CI, and
// then it has no effect.
const skipVariable = "FLUXCTX_NO_CLUSTER"

// Start starts a cluster that ends with the test. A test that cannot have one
// fails. The first cluster on a machine takes minutes, since etcd and
// kube-apiserver are built; run `go run -C test/cluster . build` before to keep
// that out of the time limit of go test.
func Start(t testing.TB, options Options) *Cluster {
	t.Helper()
	SkipIfUnwanted(t)
	c, err := New(options)
	if err != nil {
		t.Fatalf("start a cluster: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Errorf("stop the cluster: %v", err)
		}
	})
	return c
}

// Unwanted is true when a developer asked for tests without a cluster with
// FLUXCTX_NO_CLUSTER=1, never in CI.
func Unwanted() bool { return os.Getenv(skipVariable) == "1" && os.Getenv("CI") == "" }

// SkipIfUnwanted skips a test when clusters are unwanted.
func SkipIfUnwanted(t testing.TB) {
	t.Helper()
	if Unwanted() {
		t.Skipf("%s is set", skipVariable)
	}
}

// New starts a cluster for several tests, for example from TestMain. The caller
// stops it; if the test process dies, the cluster stops by itself.
func New(options Options) (*Cluster, error) {
	args := []string{"start"}
	if len(options.CRDs) > 0 {
		args = append(args, "--crds="+strings.Join(options.CRDs, ","))
	}
	if options.AuditLog != "" {
		path, err := filepath.Abs(options.AuditLog)
		if err != nil {
			return nil, err
		}
		args = append(args, "--audit-log="+path)
	}
	for _, path := range options.Load {
		path, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		args = append(args, "--load="+path)
	}
	cmd, err := command(append(args, replaceFlags(options.Replace)...)...)
	if err != nil {
		return nil, err
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &Cluster{cmd: cmd, stdin: stdin}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, c)
	}
	if err != nil {
		_ = c.Stop()
		return nil, errors.New("it did not become ready; its messages on standard error say why")
	}
	return c, nil
}

// Stop ends the cluster and waits until its processes are gone.
func (c *Cluster) Stop() error {
	c.stdin.Close()
	return c.cmd.Wait()
}

// Load loads more objects, or replaces those that exist. replace may be nil.
func (c *Cluster) Load(t testing.TB, replace map[string]string, paths ...string) {
	t.Helper()
	args := append([]string{"load", "--kubeconfig=" + c.Kubeconfig}, replaceFlags(replace)...)
	for _, path := range paths {
		path, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	cmd, err := command(args...)
	if err == nil {
		err = cmd.Run()
	}
	if err != nil {
		t.Fatalf("load %s: %v", strings.Join(paths, " "), err)
	}
}

// command prepares the command of the module test/cluster. `go run` keeps what
// it built in the build cache.
func command(args ...string) (*exec.Cmd, error) {
	output, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("find this module: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(output)))
	cmd := exec.Command("go", append([]string{"run", "-C", filepath.Join(root, "test", "cluster"), "."}, args...)...)
	cmd.Stderr = os.Stderr
	return cmd, nil
}

func replaceFlags(replace map[string]string) []string {
	var flags []string
	for before, after := range replace {
		flags = append(flags, "--replace="+before+"="+after)
	}
	return flags
}
