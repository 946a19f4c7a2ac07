package focus

import "strings"

// Nearest returns the candidate that is most like word, for "did you mean",
// and "" when none is close: more than a third of the letters would have to
// change and neither is a prefix of the other. Case does not count.
func Nearest(word string, candidates []string) string {
	word = strings.ToLower(word)
	best, bestDistance := "", len(word)/3+2
	for _, candidate := range candidates {
		lower := strings.ToLower(candidate)
		if word != "" && (strings.HasPrefix(lower, word) || strings.HasPrefix(word, lower)) {
			return candidate
		}
		if d := Distance(word, lower); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// Distance is the Levenshtein distance in bytes.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
