package acceptance

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
)

// jq checks a JSON document:
//
//	jq FILE QUERY         the query's first result is true
//	! jq FILE QUERY       it is not
//
// FILE may be stdout.
func jq(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: jq FILE QUERY")
	}
	var document any
	if err := json.Unmarshal([]byte(ts.ReadFile(args[0])), &document); err != nil {
		ts.Fatalf("%s is not JSON: %v", args[0], err)
	}
	query, err := gojq.Parse(args[1])
	ts.Check(err)
	result, _ := query.Run(document).Next()
	if err, ok := result.(error); ok {
		ts.Fatalf("jq %s: %v", args[1], err)
	}
	if truth := result == true; truth == neg {
		ts.Fatalf("jq %s is %v", args[1], result)
	}
}

// exit runs a command and fails unless it ends with the exit code:
//
//	exit CODE COMMAND [ARG...]
func exit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND [ARG...]")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		ended, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = ended.ExitCode()
	}
	if want := args[0]; strconv.Itoa(code) != want {
		ts.Fatalf("exit code %d, want %s", code, want)
	}
}

// valid checks a document against a JSON Schema, by default that of the report:
//
//	valid FILE [SCHEMA]
func valid(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: valid FILE [SCHEMA]")
	}
	text := v1alpha1.Schema
	if len(args) == 2 {
		text = []byte(ts.ReadFile(args[1]))
	}
	ts.Check(validate([]byte(ts.ReadFile(args[0])), text))
}

func validate(document, schema []byte) error {
	resource, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("schema.json", resource); err != nil {
		return err
	}
	compiled, err := compiler.Compile("schema.json")
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}

// checkReport checks each report that a script prints with -o json against the
// schema of its kind. Any other output is in order.
func checkReport(document []byte) error {
	var identity struct {
		Kind string `json:"kind"`
	}
	if json.Unmarshal(document, &identity) != nil {
		return nil
	}
	switch identity.Kind {
	case v1alpha1.Kind:
		return validate(document, v1alpha1.Schema)
	case v1alpha1.WhyKind:
		return validate(document, v1alpha1.WhySchema)
	}
	return nil
}

// sessionFile copies the one session file of the temporary folder to FILE, sets
// SESSION to its path, and fails when there are more, when its mode is not 0600, or when temporary
// files were left behind.
func sessionFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: session FILE")
	}
	folder := ts.Getenv("TMPDIR")
	entries, err := os.ReadDir(folder)
	ts.Check(err)
	var found []string
	for _, entry := range entries {
		switch name := entry.Name(); {
		case strings.HasPrefix(name, "flux-temp-"):
			ts.Fatalf("%s was left behind", name)
		case strings.HasPrefix(name, "flux-context-"):
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		ts.Fatalf("want one session file, got %q", found)
	}
	path := filepath.Join(folder, found[0])
	info, err := os.Lstat(path)
	ts.Check(err)
	if info.Mode() != 0o600 {
		ts.Fatalf("%s has mode %v", found[0], info.Mode())
	}
	content, err := os.ReadFile(path)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content, 0o600))
	ts.Setenv("SESSION", path)
}
