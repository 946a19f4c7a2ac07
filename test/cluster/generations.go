package main

import "slices"

// generations are the generation of an object and those that its status says
// were observed, in rising order. A server counts the generations of an object
// from 1, so the numbers move when it is loaded; what was current stays current
// and what was stale stays stale.
type generations struct {
	values  []int64
	current int // index of the object's own generation; -1 when none was observed
}

// generationFields are the fields of a status that hold a generation: of Flux
// and Kubernetes objects alike, and of HelmReleases.
var generationFields = []string{"observedGeneration", "lastAttemptedGeneration"}

// newGenerations collects the generations of an object. One that has none is
// taken to be observed.
func newGenerations(generation int64, status map[string]any) generations {
	var g generations
	mapGenerations(status, func(value int64) int64 {
		g.values = append(g.values, value)
		return value
	})
	if len(g.values) == 0 {
		return generations{current: -1}
	}
	if generation == 0 {
		generation = slices.Max(g.values)
	}
	g.values = append(g.values, generation)
	slices.Sort(g.values)
	g.values = slices.Compact(g.values)
	g.current = slices.Index(g.values, generation)
	return g
}

// lowest is the lowest generation with which an object can have all the older
// ones that its status names.
func (g generations) lowest() int64 { return int64(g.current) + 1 }

// move changes a status to what it would say if the object had this generation.
func (g generations) move(status map[string]any, generation int64) {
	mapGenerations(status, func(value int64) int64 {
		return generation + int64(slices.Index(g.values, value)-g.current)
	})
}

// mapGenerations replaces the generations of a status and its conditions. Flux
// writes -1 before the first success; that is no generation.
func mapGenerations(status map[string]any, replace func(int64) int64) {
	parts := []map[string]any{status}
	conditions, _ := status["conditions"].([]any)
	for _, condition := range conditions {
		if fields, ok := condition.(map[string]any); ok {
			parts = append(parts, fields)
		}
	}
	for _, part := range parts {
		for _, field := range generationFields {
			if value, ok := part[field].(int64); ok && value > 0 {
				part[field] = replace(value)
			}
		}
	}
}
