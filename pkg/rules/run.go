package rules

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// Options change what Run reports.
type Options struct {
	// Config is the project's own word on rules; nil means none.
	Config *Config
}

// Result is the outcome of all rules over one set of facts.
type Result struct {
	// Findings come most severe first.
	Findings []v1alpha1.Finding
	// Undecided are cases in which a rule could not be sure. They are no
	// findings; they say how much was not judged and why.
	Undecided []Undecided
	// Ignored are findings that the configuration or an annotation silences.
	Ignored []Ignored
	// Upgrade is the way to the newest Flux, nil when the project has it, or when
	// something else was asked for.
	Upgrade *v1alpha1.Upgrade
	// Misnamed are ids in annotations that no rule has, so that they silence
	// nothing.
	Misnamed []Misnamed
}

// Misnamed is an id in the annotation of a document that no rule has.
type Misnamed struct {
	model.Location
	ID string
	// Nearest is the id that is most like it; empty when none is.
	Nearest string
}

// Undecided is one case that a rule left open.
type Undecided struct {
	Rule   string
	Object model.ID
	model.Location
	// Reason is one sentence, lower case, without a full stop.
	Reason string
}

// Ignored is a silenced finding with the reason that was given for it.
type Ignored struct {
	v1alpha1.Finding
	Reason string
	// Until is the last day on which the finding is silenced; zero for ever.
	Until time.Time
}

// Run applies every rule that the focus of the facts admits.
func Run(facts *model.Facts, opts Options) Result {
	index := newIndex(facts)
	result := index.applyRules()
	if len(facts.Focus) == 0 || slices.Contains(facts.Focus, "migration") {
		result.Upgrade = index.upgradeAdvice()
	}
	result.Misnamed = index.misnamed()
	opts.Config.apply(facts.Now, &result)
	slices.SortStableFunc(result.Findings, compare)
	// One place that several clusters build gives one finding for all.
	result.Findings = slices.CompactFunc(result.Findings, func(a, b v1alpha1.Finding) bool { return compare(a, b) == 0 })
	slices.SortStableFunc(result.Ignored, func(a, b Ignored) int { return compare(a.Finding, b.Finding) })
	return result
}

// applyRules applies the rules side by side: of a large project they take as long
// as everything else that is concluded. The order of what they report is that of
// the table.
func (x *index) applyRules() (all Result) {
	results := make([]Result, len(table))
	var (
		workers sync.WaitGroup
		next    atomic.Int64
	)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(table)); i = next.Add(1) - 1 {
				rule := &table[i]
				inFocus := rule.inFocus(x.Focus)
				if (len(x.Focus) > 0 || rule.OnlyInFocus) && !inFocus {
					continue
				}
				rule.check(&pass{index: x, rule: rule, inFocus: inFocus, result: &results[i]})
			}
		})
	}
	workers.Wait()
	for _, result := range results {
		all.Findings = append(all.Findings, result.Findings...)
		all.Undecided = append(all.Undecided, result.Undecided...)
		all.Ignored = append(all.Ignored, result.Ignored...)
	}
	return all
}

func (r *Rule) inFocus(asked []string) bool {
	return slices.ContainsFunc(r.Focus, func(topic string) bool { return slices.Contains(asked, topic) })
}

// compare orders findings: most severe first, then by rule, place and object.
func compare(a, b v1alpha1.Finding) int {
	return cmp.Or(
		b.Severity.Rank()-a.Severity.Rank(),
		strings.Compare(a.Rule, b.Rule),
		strings.Compare(a.File, b.File),
		a.Line-b.Line,
		strings.Compare(refString(a.Object), refString(b.Object)),
		strings.Compare(a.Evidence, b.Evidence),
	)
}

func refString(ref *v1alpha1.ObjectRef) string {
	if ref == nil {
		return ""
	}
	return model.ID{Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name}.String()
}

// pass is one rule at work.
type pass struct {
	*index
	rule    *Rule
	inFocus bool
	result  *Result
}

// finding is what a check reports; the rule supplies the rest.
type finding struct {
	// severity replaces that of the rule.
	severity v1alpha1.Severity
	// object is the Flux object concerned; id names another kind of object.
	object *model.Object
	id     model.ID
	// field is the path below the object that holds the value, for its line.
	field string
	// at is the place, when it is not that of the object.
	at model.Location
	// evidence names what was seen, fix the exact thing to do.
	evidence string
	fix      string
}

func (p *pass) report(f finding) {
	out := v1alpha1.Finding{
		Rule:     p.rule.ID,
		Severity: f.severity,
		Title:    p.rule.Title,
		Evidence: f.evidence,
		Fix:      f.fix,
		Doc:      p.rule.Page,
		Focus:    p.rule.Focus,
	}
	if out.Severity == "" {
		out.Severity = p.rule.Severity
		if p.inFocus && p.rule.InFocus != "" {
			out.Severity = p.rule.InFocus
		}
	}
	if f.object != nil {
		f.id = f.object.ID
		if f.at.File == "" {
			f.at = p.place(f.object, f.field)
		}
	}
	if f.id.Name != "" {
		out.Object = &v1alpha1.ObjectRef{Kind: f.id.Kind, Namespace: f.id.Namespace, Name: f.id.Name}
	}
	out.File, out.Line = f.at.File, f.at.Line
	runs := f.object != nil && live(f.object)
	if out.Severity.Rank() > v1alpha1.SeverityWarning.Rank() && !p.rule.Anywhere && !runs && !p.applied(out.File) {
		out.Severity = v1alpha1.SeverityWarning
	}
	if p.silencedBy(f, out.Rule) {
		p.result.Ignored = append(p.result.Ignored, Ignored{Finding: out, Reason: "annotation " + IgnoreAnnotation})
		return
	}
	p.result.Findings = append(p.result.Findings, out)
}

// undecided notes a case that the facts do not settle.
func (p *pass) undecided(object *model.Object, reason string) {
	p.result.Undecided = append(p.result.Undecided, Undecided{
		Rule: p.rule.ID, Object: object.ID, Location: object.Location, Reason: reason,
	})
}
