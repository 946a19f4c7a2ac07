package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestNothingIsLeft ends the command in each way that a test may end it, and
// checks that etcd and the API server end too.
func TestNothingIsLeft(t *testing.T) {
	tests := map[string]struct {
		end func(*command) error
		// tidy is true when the command can remove its files.
		tidy bool
	}{
		"standard input closes":  {func(c *command) error { return c.stdin.Close() }, true},
		"it is asked to end":     {func(c *command) error { return c.Process.Signal(syscall.SIGTERM) }, true},
		"it is killed":           {func(c *command) error { return c.Process.Kill() }, false},
		"the API server crashes": {func(c *command) error { return syscall.Kill(c.child("kube-apiserver"), syscall.SIGKILL) }, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := startCommand(t, "--crds=none")
			children := []int{c.child("etcd"), c.child("kube-apiserver")}
			if slices.Contains(children, 0) {
				t.Fatalf("the command has not both children: %v", children)
			}
			if err := test.end(c); err != nil {
				t.Fatal(err)
			}
			_ = c.Wait()
			deadline := time.Now().Add(10 * time.Second)
			for _, pid := range children {
				for runs(pid) {
					if time.Now().After(deadline) {
						t.Fatalf("process %d still runs", pid)
					}
					time.Sleep(20 * time.Millisecond)
				}
			}
			if test.tidy {
				if _, err := os.Stat(c.Kubeconfig); !os.IsNotExist(err) {
					t.Errorf("its files are still there: %v", err)
				}
			}
		})
	}
}

// child returns the process id of a child by its name, 0 if there is none.
func (c *command) child(name string) int {
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		var pid, parent int
		if _, err := fmt.Sscan(entry.Name(), &pid); err != nil {
			continue
		}
		// pid (name) state parent …
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if _, after, found := strings.Cut(string(stat), "("+name+") "); found {
			var state string
			if _, err := fmt.Sscan(after, &state, &parent); err == nil && parent == c.Process.Pid {
				return pid
			}
		}
	}
	return 0
}

// runs reports whether a process exists and is not merely waiting for its
// parent to notice its end.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}
