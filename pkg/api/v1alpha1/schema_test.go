package v1alpha1

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	generator "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var update = flag.Bool("update", false, "write the schemas")

func TestSchemaIsFresh(t *testing.T) {
	reflector := &generator.Reflector{
		Anonymous: true,
		// Fields are only ever added, so that a reader must accept what it
		// does not know.
		AllowAdditionalProperties: true,
		Mapper: func(of reflect.Type) *generator.Schema {
			switch of {
			case reflect.TypeFor[metav1.Time]():
				return &generator.Schema{
					OneOf: []*generator.Schema{{Type: "string", Format: "date-time"}, {Type: "null"}},
				}
			case reflect.TypeFor[Severity]():
				schema := &generator.Schema{Type: "string"}
				for _, severity := range Severities() {
					schema.Enum = append(schema.Enum, severity)
				}
				return schema
			}
			return nil
		},
	}
	if err := reflector.AddGoComments("github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1", "./"); err != nil {
		t.Fatal(err)
	}
	for _, document := range []struct {
		kind, file string
		of         any
		embedded   []byte
	}{
		{Kind, "contextreport", &ContextReport{}, Schema},
		{WhyKind, "whyreport", &WhyReport{}, WhySchema},
	} {
		schema := reflector.Reflect(document.of)
		schema.ID = generator.ID("https://fluxctx.dev/schemas/v1alpha1/" + document.file + ".json")
		schema.Title = document.kind
		want, err := json.MarshalIndent(schema, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, '\n')
		if *update {
			if err := os.WriteFile(document.file+".schema.json", want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if !bytes.Equal(document.embedded, want) {
			t.Errorf("%s.schema.json does not match the types: run go test ./pkg/api/... -run Schema -update", document.file)
		}
	}
}

func TestSchemaAcceptsReports(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("report.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}

	for _, test := range []struct {
		name   string
		report string
		valid  bool
	}{
		{"empty", marshal(t, NewReport()), true},
		{"missing fields", `{"apiVersion":"fluxctx.dev/v1alpha1","kind":"ContextReport"}`, false},
		{"wrong severity", marshal(t, &ContextReport{Findings: []Finding{{Severity: "fatal"}}}), false},
		{"null list", strings.Replace(marshal(t, NewReport()), `"findings":[]`, `"findings":null`, 1), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			instance, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(test.report)))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(instance); (err == nil) != test.valid {
				t.Errorf("valid = %t, want %t: %v", err == nil, test.valid, err)
			}
		})
	}
}

func marshal(t *testing.T, report *ContextReport) string {
	t.Helper()
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
