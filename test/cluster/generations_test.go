package main

import (
	"fmt"
	"testing"
)

func TestGenerations(t *testing.T) {
	tests := map[string]struct {
		generation int64
		observed   []int64 // of the status, then of its conditions
		lowest     int64
		loaded     int64 // the generation on the server
		want       []int64
	}{
		"none observed":             {5, nil, 0, 1, nil},
		"current":                   {7, []int64{7, 7}, 1, 1, []int64{1, 1}},
		"current, replaced":         {7, []int64{7, 7}, 1, 4, []int64{4, 4}},
		"never succeeded":           {1, []int64{-1, 1}, 1, 1, []int64{-1, 1}},
		"stale":                     {2, []int64{1, 1}, 2, 3, []int64{2, 2}},
		"condition ahead of status": {9, []int64{3, 9, 5}, 3, 3, []int64{1, 3, 2}},
		"no generation written":     {0, []int64{4, 4}, 1, 1, []int64{1, 1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status := map[string]any{}
			var conditions []any
			for i, value := range test.observed {
				if i == 0 {
					status["observedGeneration"] = value
				} else {
					conditions = append(conditions, map[string]any{"observedGeneration": value})
				}
			}
			status["conditions"] = conditions
			g := newGenerations(test.generation, status)
			if g.lowest() != test.lowest {
				t.Errorf("lowest generation is %d, want %d", g.lowest(), test.lowest)
			}
			g.move(status, test.loaded)
			var got []int64
			mapAll(status, func(value int64) { got = append(got, value) })
			if fmt.Sprint(got) != fmt.Sprint(test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func mapAll(status map[string]any, do func(int64)) {
	if value, ok := status["observedGeneration"].(int64); ok {
		do(value)
	}
	for _, condition := range status["conditions"].([]any) {
		do(condition.(map[string]any)["observedGeneration"].(int64))
	}
}
