package rules

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	generator "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

const goodConfig = `severities:
  SRC-13: warning
ignore:
  - rules: [KS-07, KS-24]
    paths: ["clusters/staging/**"]
    kinds: [Kustomization]
    names: ["flux-system/app*"]
    reason: staging keeps what is tried out
    expires: 2026-12-31
`

func TestParseConfig(t *testing.T) {
	c, err := ParseConfig([]byte(goodConfig))
	if err != nil {
		t.Fatal(err)
	}
	if c.Severities["SRC-13"] != v1alpha1.SeverityWarning || len(c.Ignore) != 1 || c.Ignore[0].Line != 4 || c.Ignore[0].Expires.Month() != time.December {
		t.Errorf("got %+v", c)
	}
	for _, empty := range []string{"", "# nothing\n", "{}"} {
		if _, err := ParseConfig([]byte(empty)); err != nil {
			t.Errorf("%q: %v", empty, err)
		}
	}
}

func TestParseConfigErrors(t *testing.T) {
	for _, test := range []struct{ name, config, want string }{
		{"field", "severites: {}\n", `.fluxctx.yaml:1: there is no field "severites"; did you mean "severities"?`},
		{"inner field", "ignore:\n  - rule: [KS-07]\n", `.fluxctx.yaml:2: there is no field "rule"; did you mean "rules"?`},
		{"rule", "severities:\n  KS-7: info\n", `.fluxctx.yaml:2: there is no rule "KS-7"; did you mean "KS-07"?`},
		{"severity", "severities:\n  KS-07: warn\n", `.fluxctx.yaml:2: there is no severity "warn"; did you mean "warning"?`},
		{"no reason", "ignore:\n  - rules: [KS-07]\n    reason: \" \"\n", ".fluxctx.yaml:2: an entry of ignore needs a reason"},
		{"no rules", "ignore:\n  - reason: x\n", ".fluxctx.yaml:2: an entry of ignore needs rules"},
		{"expiry", "ignore:\n  - rules: [KS-07]\n    reason: x\n    expires: soon\n", `.fluxctx.yaml:4: expires must be a day such as 2027-01-31, not "soon"`},
		{"pattern", "ignore:\n  - rules: [KS-07]\n    reason: x\n    paths: [\"a[\"]\n", `.fluxctx.yaml:4: "a[" is no pattern`},
		{"list", "ignore: {}\n", ".fluxctx.yaml:1: ignore must be a list"},
		{"mapping", "- a\n", ".fluxctx.yaml:1: a mapping is expected here"},
		{"yaml", "a: [\n", ".fluxctx.yaml: yaml: line 1"},
		{"twice", "ignore: []\nseverities: {}\nignore: []\n", `.fluxctx.yaml:3: "ignore" stands in line 1 already`},
		{"documents", "ignore: []\n---\nignore: []\n", ".fluxctx.yaml:2: one document is expected"},
		{"alias", "severities: &a {KS-07: info}\nignore: *a\n", ".fluxctx.yaml:2: ignore must be a list"},
		{"reason", "ignore:\n  - rules: [KS-07]\n    reason: [x]\n", ".fluxctx.yaml:3: a text is expected here"},
		{"rule is a list", "ignore:\n  - rules: [[KS-07]]\n    reason: x\n", ".fluxctx.yaml:2: a text is expected here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseConfig([]byte(test.config))
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestConfigApplies(t *testing.T) {
	c, err := ParseConfig([]byte(goodConfig))
	if err != nil {
		t.Fatal(err)
	}
	finding := func(rule, file, kind, namespace, name string) v1alpha1.Finding {
		return v1alpha1.Finding{Rule: rule, Severity: v1alpha1.SeverityInfo, File: file, Object: &v1alpha1.ObjectRef{Kind: kind, Namespace: namespace, Name: name}}
	}
	fits := finding("KS-07", "clusters/staging/a/apps.yaml", "Kustomization", "flux-system", "apps")
	for _, test := range []struct {
		name    string
		finding v1alpha1.Finding
		day     string
		ignored bool
	}{
		{"fits", fits, "2026-11-24", true},
		{"on its last day", fits, "2026-12-31", true},
		{"expired", fits, "2027-01-01", false},
		{"another rule", finding("KS-10", fits.File, "Kustomization", "flux-system", "apps"), "2026-11-24", false},
		{"another folder", finding("KS-07", "clusters/production/apps.yaml", "Kustomization", "flux-system", "apps"), "2026-11-24", false},
		{"another kind", finding("KS-24", fits.File, "HelmRelease", "flux-system", "apps"), "2026-11-24", false},
		{"another name", finding("KS-07", fits.File, "Kustomization", "flux-system", "infra"), "2026-11-24", false},
		{"another namespace", finding("KS-07", fits.File, "Kustomization", "team-a", "apps"), "2026-11-24", false},
		{"no object", v1alpha1.Finding{Rule: "KS-07", File: fits.File}, "2026-11-24", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			day, err := time.Parse(time.DateOnly, test.day)
			if err != nil {
				t.Fatal(err)
			}
			result := Result{Findings: []v1alpha1.Finding{test.finding}}
			c.apply(day.Add(12*time.Hour), &result)
			if got := len(result.Ignored) == 1; got != test.ignored || len(result.Findings)+len(result.Ignored) != 1 {
				t.Errorf("ignored is %v, want %v", got, test.ignored)
			}
			if test.ignored && !result.Ignored[0].Until.Equal(c.Ignore[0].Expires) {
				t.Errorf("until is %s", result.Ignored[0].Until)
			}
			if test.ignored && result.Ignored[0].Reason != "staging keeps what is tried out" {
				t.Errorf("reason is %q", result.Ignored[0].Reason)
			}
		})
	}
	result := Result{Findings: []v1alpha1.Finding{{Rule: "SRC-13", Severity: v1alpha1.SeverityInfo}}}
	c.apply(casesNow, &result)
	if result.Findings[0].Severity != v1alpha1.SeverityWarning {
		t.Error("the severity was not replaced")
	}
}

func TestMatchPath(t *testing.T) {
	for _, test := range []struct {
		pattern, file string
		want          bool
	}{
		{"a/*.yaml", "a/b.yaml", true},
		{"a/*.yaml", "a/b/c.yaml", false},
		{"a/**", "a/b/c.yaml", true},
		{"**/c.yaml", "c.yaml", true},
		{"**/c.yaml", "a/b/c.yaml", true},
		{"a/**/c.yaml", "a/c.yaml", true},
		{"/a/b.yaml", "a/b.yaml", true},
		{"a", "a/b.yaml", false},
	} {
		if got := matchPath(test.pattern, test.file); got != test.want {
			t.Errorf("matchPath(%q, %q) = %v", test.pattern, test.file, got)
		}
	}
}

func TestAnnotationSilences(t *testing.T) {
	object := &model.Object{
		ID: model.ID{Kind: "Kustomization", Name: "apps"}, Origin: model.FromRepository, Location: model.Location{File: "apps.yaml", Line: 1},
		Annotations: map[string]string{IgnoreAnnotation: "KS-24, KS-07"},
	}
	index := newIndex(&model.Facts{Objects: []*model.Object{object}})
	result := &Result{}
	for i := range table {
		if id := table[i].ID; id == "KS-07" || id == "KS-10" {
			p := &pass{index: index, rule: &table[i], result: result}
			p.report(finding{object: object, evidence: "x", fix: "x"})
		}
	}
	if len(result.Findings) != 1 || result.Findings[0].Rule != "KS-10" || len(result.Ignored) != 1 || result.Ignored[0].Rule != "KS-07" {
		t.Errorf("findings %v, ignored %v", result.Findings, result.Ignored)
	}
}

// configShape is what ParseConfig reads, for the generator of the schema.
type configShape struct {
	Severities map[string]string `json:"severities,omitempty" jsonschema:"description=Severities that replace those of rules\\, by id."`
	Ignore     []ignoreShape     `json:"ignore,omitempty" jsonschema:"description=Findings that are counted\\, but count for nothing."`
}

type ignoreShape struct {
	Rules   []string `json:"rules" jsonschema:"minItems=1,description=Ids of rules."`
	Paths   []string `json:"paths,omitempty" jsonschema:"description=Patterns for the file: * stands for a part of one name\\, ** for any folders. Without it every file fits."`
	Kinds   []string `json:"kinds,omitempty" jsonschema:"description=Kinds of the object. Without it every kind fits."`
	Names   []string `json:"names,omitempty" jsonschema:"description=Patterns for the name of the object\\, or its namespace and name with a slash between them. Without it every name fits."`
	Reason  string   `json:"reason" jsonschema:"minLength=1,description=Why the findings are no concern here."`
	Expires string   `json:"expires,omitempty" jsonschema:"pattern=^[0-9]{4}-[0-9]{2}-[0-9]{2}$,description=The last day on which the entry counts\\, for example 2027-01-31."`
}

// TestConfigSchemaIsFresh generates the schema from the shape, the rules and the
// severities.
func TestConfigSchemaIsFresh(t *testing.T) {
	schema := (&generator.Reflector{Anonymous: true, DoNotReference: true}).Reflect(&configShape{})
	schema.ID = "https://fluxctx.dev/schemas/fluxctx.yaml.json"
	schema.Title = "Configuration of kubectl fluxctx"
	schema.Description = ConfigFile + " in the root of a repository"
	rule := func() *generator.Schema {
		s := &generator.Schema{Type: "string"}
		for _, id := range ids() {
			s.Enum = append(s.Enum, id)
		}
		return s
	}
	severity := &generator.Schema{Type: "string"}
	for _, name := range severityNames() {
		severity.Enum = append(severity.Enum, name)
	}
	severities, _ := schema.Properties.Get("severities")
	severities.PropertyNames, severities.AdditionalProperties = rule(), severity
	ignore, _ := schema.Properties.Get("ignore")
	rules, _ := ignore.Items.Properties.Get("rules")
	rules.Items = rule()
	want, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile("config.schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(ConfigSchema, want) {
		t.Error("config.schema.json does not match the rules: run go test ./pkg/rules -run Schema -update")
	}
}

// TestConfigSchema holds the schema to what the reader takes and refuses.
func TestConfigSchema(t *testing.T) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(ConfigSchema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(config string) error {
		var value any
		if err := yaml.Unmarshal([]byte(config), &value); err != nil {
			t.Fatal(err)
		}
		return compiled.Validate(value)
	}
	if err := validate(strings.ReplaceAll(goodConfig, "2026-12-31", `"2026-12-31"`)); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"severites: {}\n", "severities: {KS-07: warn}\n", "severities: {KS-7: info}\n", "ignore: [{rules: [KS-07]}]\n", "ignore: [{rules: [], reason: x}]\n"} {
		if validate(bad) == nil {
			t.Errorf("the schema takes %q", bad)
		}
	}
	for _, id := range ids() {
		if err := validate("severities: {" + id + ": info}\n"); err != nil {
			t.Errorf("the schema refuses %s: %v", id, err)
		}
	}
	if slices.Contains(severityNames(), "") {
		t.Error("a severity has no name")
	}
}
