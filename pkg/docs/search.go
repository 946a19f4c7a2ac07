package docs

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// The usual parameters of BM25: how fast repetition stops to count, and how
// much long sections are held back.
const (
	bm25K = 1.2
	bm25B = 0.75
	// titleWeight is how many times a word of a heading counts, pageWeight
	// one of the title of its page.
	titleWeight = 4
	pageWeight  = 1
)

// Index finds sections by words.
type Index struct {
	sections []Section
	lengths  []float64 // of sections, in terms, divided by the average
	shards   []shard
}

// shard is the index of a run of sections; shards are made side by side.
type shard struct {
	terms    map[string]int32
	postings [][]posting // by term
}

type posting struct {
	section int32
	count   float32
}

// Hit is a section that was found. Scores compare within one search.
type Hit struct {
	Section
	Score float64
	// Excerpt is the line of the section with most of the words.
	Excerpt string
}

// NewIndex reads all sections; it keeps them and must be the only one to.
func NewIndex(sections []Section) *Index {
	x := &Index{sections: sections, lengths: make([]float64, len(sections)), shards: make([]shard, runtime.GOMAXPROCS(0))}
	var indexing sync.WaitGroup
	for i := range x.shards {
		from, to := i*len(sections)/len(x.shards), (i+1)*len(sections)/len(x.shards)
		indexing.Go(func() { x.shards[i] = x.index(from, to) })
	}
	indexing.Wait()
	total := 0.0
	for _, length := range x.lengths {
		total += length
	}
	average := max(total/float64(max(len(sections), 1)), 1)
	for i := range x.lengths {
		x.lengths[i] /= average
	}
	return x
}

// index reads the sections of one shard and notes their lengths.
func (x *Index) index(from, to int) shard {
	s := shard{terms: make(map[string]int32, 1<<13)}
	for i := from; i < to; i++ {
		section := int32(i)
		add := func(weight float32) func([]byte) {
			return func(term []byte) {
				x.lengths[i]++
				id, known := s.terms[string(term)]
				if !known {
					id = int32(len(s.postings))
					s.terms[string(term)] = id
					s.postings = append(s.postings, []posting{{section, weight}})
					return
				}
				list := s.postings[id]
				if last := &list[len(list)-1]; last.section == section {
					last.count += weight
				} else {
					s.postings[id] = append(list, posting{section, weight})
				}
			}
		}
		tokens(x.sections[i].Title, add(titleWeight))
		tokens(x.sections[i].Page, add(pageWeight))
		tokens(x.sections[i].Markdown, add(1))
	}
	return s
}

// Search returns the n best sections, the best first; sections that are as
// good stay in their order, which is that of the topics.
func (x *Index) Search(words string, n int) []Hit {
	query := terms(words)
	scores := x.scores(query)
	found := best(scores, n)
	hits := make([]Hit, len(found))
	for i, at := range found {
		hits[i] = Hit{Section: x.sections[at], Score: scores[at], Excerpt: excerpt(x.sections[at].Markdown, query)}
	}
	return hits
}

// terms lists the terms of a query, each once.
func terms(words string) []string {
	var query []string
	tokens(words, func(term []byte) { query = appendNew(query, []string{string(term)}) })
	return query
}

// scores says of each section how much it says about the terms.
func (x *Index) scores(query []string) []float64 {
	scores := make([]float64, len(x.sections))
	for _, term := range query {
		var lists [][]posting
		sections := 0
		for _, s := range x.shards {
			if id, known := s.terms[term]; known {
				lists = append(lists, s.postings[id])
				sections += len(s.postings[id])
			}
		}
		rarity := math.Log(1 + (float64(len(x.sections)-sections)+0.5)/(float64(sections)+0.5))
		for _, list := range lists {
			for _, p := range list {
				count := float64(p.count)
				scores[p.section] += rarity * count * (bm25K + 1) / (count + bm25K*(1-bm25B+bm25B*x.lengths[p.section]))
			}
		}
	}
	return scores
}

// best lists the n highest scores above 0, the highest first; of equal ones the
// first. It sorts none but those that it keeps: the summary asks for three
// sections of thousands, once for each finding.
func best(scores []float64, n int) []int {
	var found []int
	for i, score := range scores {
		if score <= 0 || len(found) == n && (n == 0 || score <= scores[found[n-1]]) {
			continue
		}
		at, _ := slices.BinarySearchFunc(found, score, func(kept int, score float64) int {
			if scores[kept] >= score {
				return -1
			}
			return 1
		})
		found = slices.Insert(found, at, i)
		found = found[:min(n, len(found))]
	}
	return found
}

// maxExcerpt is in bytes.
const maxExcerpt = 160

func excerpt(markdown string, query []string) string {
	best, most := "", 0
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		seen := map[string]bool{}
		tokens(line, func(term []byte) {
			if slices.Contains(query, string(term)) {
				seen[string(term)] = true
			}
		})
		if len(seen) > most {
			best, most = line, len(seen)
		}
	}
	if len(best) > maxExcerpt {
		best = strings.ToValidUTF8(best[:maxExcerpt], "") + "…"
	}
	return best
}
