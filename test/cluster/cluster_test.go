package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// TestMain lets the test binary stand in for the command, so that tests drive
// it as others do: as a process.
func TestMain(m *testing.M) {
	if os.Getenv("CLUSTER_TEST_RUN_COMMAND") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

// command is a running `cluster start`.
type command struct {
	*exec.Cmd
	ready
	stdin io.Closer
}

func startCommand(t *testing.T, args ...string) *command {
	t.Helper()
	c := &command{Cmd: exec.Command(os.Args[0], append([]string{"start"}, args...)...)}
	// A command that is killed cannot remove its files; the test does.
	c.Env = append(os.Environ(), "CLUSTER_TEST_RUN_COMMAND=1", "TMPDIR="+t.TempDir())
	c.Stderr = os.Stderr
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.stdin = stdin
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.stdin.Close()
		_ = c.Wait() // of those that a test has waited for, this is an error
	})
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the command is not ready: %v", err)
	}
	if err := json.Unmarshal(line, &c.ready); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return c
}

// scenarios are the folders of test/fixtures/scenarios, in an order in which one
// can follow the other in the same cluster: the last leaves an object that hangs
// in its deletion.
var scenarios = []string{"clean", "steady", "after-bad-commit", "nested", "resourcesets", "controller-down"}

// TestScenarios loads every scenario and reads it back.
func TestScenarios(t *testing.T) {
	const fixtures = "../fixtures/scenarios"
	folders, err := filepath.Glob(fixtures + "/*/installation.yaml")
	if err != nil || len(folders) != len(scenarios) {
		t.Fatalf("the test knows %d scenarios, there are %d; %v", len(scenarios), len(folders), err)
	}
	c := startCommand(t, "--crds=2.9,flux-operator")
	config, err := clientConfig(c.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	for _, scenario := range scenarios {
		t.Run(scenario, func(t *testing.T) {
			begin := time.Now()
			written, loaded := readFixture(t, fixtures+"/"+scenario), readFixture(t, fixtures+"/"+scenario)
			if err := load(t.Context(), config, loaded); err != nil {
				t.Fatal(err)
			}
			live := readBack(t, config, written)

			shifts := map[time.Duration]bool{}
			var newest time.Time
			moved := func(written, got string) bool {
				before, err1 := time.Parse(time.RFC3339, written)
				after, err2 := time.Parse(time.RFC3339, got)
				if err1 != nil || err2 != nil {
					return false
				}
				shifts[after.Sub(before)] = true
				if after.After(newest) {
					newest = after
				}
				return true
			}
			statuses := 0
			for _, object := range written {
				name := object.GetKind() + "/" + object.GetNamespace() + "/" + object.GetName()
				got := live[name]
				if (object.GetDeletionTimestamp() == nil) != (got.GetDeletionTimestamp() == nil) {
					t.Errorf("%s: written deletion %v, got %v", name, object.GetDeletionTimestamp(), got.GetDeletionTimestamp())
				}
				checkGenerations(t, name, object, got)
				if object.Object["status"] != nil {
					statuses++
				}
				want, have := compared(object), compared(got)
				for _, difference := range differences(want, have, "", moved) {
					t.Errorf("%s: %s", name, difference)
				}
			}
			if statuses == 0 {
				t.Error("no object of the scenario has a status")
			}
			if len(shifts) != 1 {
				t.Errorf("times moved by different amounts: %v", slices.Collect(maps.Keys(shifts)))
			}
			if age := time.Since(newest); age < 0 || newest.Before(begin.Add(-time.Second)) {
				t.Errorf("the newest time is %s old", age)
			}
			checkEvents(t, live)
		})
	}
}

func readFixture(t *testing.T, path string) []*unstructured.Unstructured {
	t.Helper()
	objects, err := readObjects([]string{path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// readBack gets objects from the cluster, by Kind/namespace/name.
func readBack(t *testing.T, config *rest.Config, objects []*unstructured.Unstructured) map[string]*unstructured.Unstructured {
	t.Helper()
	served, err := servedKinds(discovery.NewDiscoveryClientForConfigOrDie(config))
	if err != nil {
		t.Fatal(err)
	}
	client := dynamic.NewForConfigOrDie(config)
	live := map[string]*unstructured.Unstructured{}
	for _, object := range objects {
		kind := served[object.GroupVersionKind()]
		got, err := client.Resource(kind.GroupVersionResource).Namespace(object.GetNamespace()).Get(t.Context(), object.GetName(), metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		live[object.GetKind()+"/"+object.GetNamespace()+"/"+object.GetName()] = got
	}
	return live
}

// differences lists what is written and not read back. The server may add
// fields. moved, if not nil, accepts strings that are not equal.
func differences(written, got any, path string, moved func(written, got string) bool) []string {
	switch written := written.(type) {
	case nil:
		return nil
	case map[string]any:
		fields, ok := got.(map[string]any)
		if !ok && len(written) > 0 {
			return []string{path + " is missing"}
		}
		var all []string
		for key, value := range written {
			all = append(all, differences(value, fields[key], path+"."+key, moved)...)
		}
		return all
	case []any:
		items, _ := got.([]any)
		if len(items) != len(written) {
			return []string{fmt.Sprintf("%s has %d items, want %d", path, len(items), len(written))}
		}
		var all []string
		for i, value := range written {
			all = append(all, differences(value, items[i], fmt.Sprintf("%s[%d]", path, i), moved)...)
		}
		return all
	case string:
		text, _ := got.(string)
		if moved != nil && moved(written, text) || written == text {
			return nil
		}
	case int64, float64, bool:
		if written == got {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s is %v, want %v", path, got, written)}
}

// checkGenerations checks that what was observed, stale or never observed is
// still so, in the status and in each of its conditions.
func checkGenerations(t *testing.T, name string, written, got *unstructured.Unstructured) {
	t.Helper()
	relation := func(object *unstructured.Unstructured, fields map[string]any) string {
		observed, ok := fields["observedGeneration"].(int64)
		switch {
		case !ok:
			return "none"
		case observed <= 0:
			return fmt.Sprint(observed)
		case observed < object.GetGeneration():
			return "stale"
		case observed == object.GetGeneration():
			return "current"
		}
		return "from the future"
	}
	writtenParts, gotParts := statusParts(written), statusParts(got)
	for i, part := range writtenParts {
		if want, have := relation(written, part), relation(got, gotParts[i]); want != have {
			t.Errorf("%s: observed generation of part %d is %s, want %s", name, i, have, want)
		}
	}
}

// statusParts are the status and its conditions.
func statusParts(object *unstructured.Unstructured) []map[string]any {
	status, _ := object.Object["status"].(map[string]any)
	parts := []map[string]any{status}
	conditions, _ := status["conditions"].([]any)
	for _, condition := range conditions {
		parts = append(parts, condition.(map[string]any))
	}
	return parts
}

// compared copies an object without what a server sets, and without what
// checkGenerations and checkEvents compare.
func compared(object *unstructured.Unstructured) map[string]any {
	object = object.DeepCopy()
	for _, field := range []string{"uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "generation"} {
		unstructured.RemoveNestedField(object.Object, "metadata", field)
	}
	for _, field := range []string{"uid", "resourceVersion"} {
		unstructured.RemoveNestedField(object.Object, "involvedObject", field)
	}
	for _, part := range statusParts(object) {
		delete(part, "observedGeneration")
		delete(part, "lastAttemptedGeneration")
	}
	return object.Object
}

// checkEvents checks that an event names the uid of the object that is there, or
// none.
func checkEvents(t *testing.T, live map[string]*unstructured.Unstructured) {
	t.Helper()
	for name, event := range live {
		if event.GetKind() != "Event" {
			continue
		}
		about, _ := event.Object["involvedObject"].(map[string]any)
		object := live[fmt.Sprintf("%s/%s/%s", about["kind"], about["namespace"], about["name"])]
		var want any
		if object != nil {
			want = string(object.GetUID())
		}
		if about["uid"] != want {
			t.Errorf("%s: about uid %v, want %v", name, about["uid"], want)
		}
	}
}

// TestStartLoads checks that what start loads is there when it says ready, with
// the texts that it was told to replace.
func TestStartLoads(t *testing.T) {
	const fixture = "../fixtures/scenarios/controller-down"
	c := startCommand(t, "--load="+fixture, "--replace=http://127.0.0.1:18080/=https://example.com/")
	config, err := clientConfig(c.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	written := readFixture(t, fixture)
	for name, got := range readBack(t, config, written) {
		if url, _, _ := unstructured.NestedString(got.Object, "spec", "url"); strings.Contains(url, ":18080") {
			t.Errorf("%s: %s", name, url)
		}
	}
	// What exists is replaced, whatever state it is in.
	if err := load(t.Context(), config, readFixture(t, fixture)); err != nil {
		t.Fatal(err)
	}
	live := readBack(t, config, written)
	for _, object := range written {
		name := object.GetKind() + "/" + object.GetNamespace() + "/" + object.GetName()
		checkGenerations(t, name, object, live[name])
	}
}

func TestArguments(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string
	}{
		"no command":       {nil, "help requested"},
		"unknown command":  {[]string{"destroy"}, "help requested"},
		"unknown CRDs":     {[]string{"start", "--crds=2.1"}, "want 2.9, 2.10, flux-operator, flagger or none"},
		"missing file":     {[]string{"start", "--load=missing.yaml"}, "no such file"},
		"half a pair":      {[]string{"start", "--replace=x"}, "want OLD=NEW"},
		"extra argument":   {[]string{"start", "more"}, "takes no arguments"},
		"demo of what":     {[]string{"demo"}, "needs the path"},
		"load where":       {[]string{"load", "file.yaml"}, "needs --kubeconfig"},
		"folder of no use": {[]string{"start", "--load=binaries"}, "no YAML files"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context(), test.args, strings.NewReader(""), io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
