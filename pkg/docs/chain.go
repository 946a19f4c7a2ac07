package docs

import (
	"context"
)

// assemble puts the sources in order. This is the whole policy:
//
//   - Nothing is asked of the network offline or in CI; Context7 can be left
//     out alone.
//   - A copy in the cache comes first while it is fresh. When it is not, its
//     source is asked, and the old copy is better than none.
//   - A page that is still missing may have been saved by hand.
//
// The built-in reference is there in any case; Loader adds it to what the chain
// delivers.
func assemble(o Options, cache *cache, context7, site, byHand Source) (queries, pages Source) {
	online := func(s Source) Source {
		return unless(o.Offline, "the network was not to be used (--offline)",
			unless(o.InCI, "documents are not asked for in CI", s))
	}
	queries = unless(o.NoContext7, "it was left out (--no-context7)",
		unless(o.Context7URL == "", "it has no address",
			cached(cache, o.Context7URL+" "+o.Context7Library, online(prompt(context7)))))
	pages = either(
		cached(cache, o.SiteURL, online(unless(o.SiteURL == "", "it has no address", prompt(site)))),
		byHand)
	return queries, pages
}

// sourceFunc is a Source made of a function.
type sourceFunc func(ctx context.Context, want Want) (*Document, error)

func (f sourceFunc) Get(ctx context.Context, want Want) (*Document, error) { return f(ctx, want) }

// unless leaves a source out, with a reason.
func unless(out bool, reason string, s Source) Source {
	if !out {
		return s
	}
	return sourceFunc(func(context.Context, Want) (*Document, error) { return nil, notAsked(reason) })
}

// either asks the second source for what the first one does not deliver.
func either(first, second Source) Source {
	return sourceFunc(func(ctx context.Context, want Want) (*Document, error) {
		document, err := first.Get(ctx, want)
		if err == nil {
			return document, nil
		}
		document, secondErr := second.Get(ctx, want)
		if secondErr != nil {
			return nil, err // the second one is a last resort: the first error says more
		}
		document.Instead = err
		return document, nil
	})
}

// cached answers from the cache while it can, and keeps what the source says.
// What came from another origin, a mirror for example, is another document.
func cached(c *cache, origin string, s Source) Source {
	return sourceFunc(func(ctx context.Context, want Want) (*Document, error) {
		id := fileName(origin) + " " + want.ID
		copied := c.read(id)
		if copied != nil {
			copied.Copy = true
			if c.fresh(copied, want.Since) {
				return copied, nil
			}
			want.Have = copied
		}
		document, err := s.Get(ctx, want)
		switch {
		case err == nil:
			c.write(id, document)
			return document, nil
		case copied != nil:
			copied.Instead = err
			return copied, nil
		}
		return nil, err
	})
}

// prompt does not wait for a source that overlooks the end of its time.
func prompt(s Source) Source {
	return sourceFunc(func(ctx context.Context, want Want) (*Document, error) {
		type answer struct {
			document *Document
			err      error
		}
		answers := make(chan answer, 1)
		go func() {
			document, err := s.Get(ctx, want)
			answers <- answer{document, err}
		}()
		select {
		case a := <-answers:
			return a.document, a.err
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	})
}
