package rules

import "slices"

// table holds every rule, sorted by id. A new rule is a new file and a line
// here.
var table = []Rule{
	dep01,
	hr01,
	img03,
	ks03,
	ks04,
	ks05,
	ks07,
	sch03,
	sch04,
	sec01,
	src08,
}

// All returns the rules, sorted by id.
func All() []Rule { return slices.Clone(table) }

// Lookup finds a rule by its id.
func Lookup(id string) (Rule, bool) {
	i := slices.IndexFunc(table, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return table[i], true
}
