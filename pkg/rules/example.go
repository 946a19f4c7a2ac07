package rules

import (
	_ "embed"
	"sync"

	"golang.org/x/tools/txtar"
)

// examplesFile holds one example of each rule, taken from its test data.
//
//go:embed examples.txtar
var examplesFile []byte

var examples = sync.OnceValue(func() map[string]string {
	list := map[string]string{}
	for _, file := range txtar.Parse(examplesFile).Files {
		list[file.Name] = string(file.Data)
	}
	return list
})

// Example is the smallest part of a repository or a cluster in which the rule
// finds something: YAML, with a comment in the line that is reported.
func (r *Rule) Example() string { return examples()[r.ID] }
