package redis

import "golang.org/x/sync/errgroup"

// reportsAtOnce is how many buckets are reported at a time.
const reportsAtOnce = 8

// report has Redis count what it has not: the places that were given out without it, or all of the window if it may
// have lost them; then also the pauses and lessons that this node knows.
func (l *Limiter) report(all bool) error {
	var books []*book
	l.mu.Lock()
	if all || l.unreported {
		for _, b := range l.books {
			if all || b.given.uncounted() {
				books = append(books, b)
			}
		}
	}
	l.unreported = false
	l.mu.Unlock()
	err := l.merge(books)
	if err != nil {
		l.mu.Lock()
		l.unreported = true
		l.mu.Unlock()
	}
	return err
}

// merge has Redis count what it has not of some buckets.
func (l *Limiter) merge(books []*book) error {
	var group errgroup.Group
	group.SetLimit(reportsAtOnce)
	for _, b := range books {
		group.Go(func() error {
			if err := l.mergeOne(b); err != nil {
				return err
			}
			return l.repeatNotes(b)
		})
	}
	return group.Wait()
}

// mergeOne is one at a time for each bucket: what two tell of the same places would be counted twice.
func (l *Limiter) mergeOne(b *book) error {
	b.merging.Lock()
	defer b.merging.Unlock()
	for range 3 { // at most as often as Redis can lose its memory meanwhile
		done, err := l.mergeOnce(b)
		if done || err != nil {
			return err
		}
	}
	return nil
}

// mergeOnce tells Redis of a bucket's places, and says whether it has all of them now.
func (l *Limiter) mergeOnce(b *book) (done bool, err error) {
	l.mu.Lock()
	given := b.given
	entries, until := given.report(l.now(), b.spec.Window)
	args := make([]any, 0, 4+3*len(entries))
	args = append(args, b.spec.Limit, b.spec.Burst, b.spec.Window.Microseconds(), b.whole)
	limited := b.limited()
	l.mu.Unlock()
	if len(entries) == 0 || !limited {
		return true, nil
	}
	for _, e := range entries {
		args = append(args, e.at, e.n, flag(e.counted))
	}
	answer, err := l.trip("merge", l.scripts.merge, []string{b.state}, args...)
	if err != nil {
		return false, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.given != given {
		return true, nil
	}
	b.whole = number(answer, 1)
	more := given.counted(until, b.whole)
	l.unreported = l.unreported || more
	return !more, nil
}

// repeatNotes tells Redis of a pause and a lesson again. It makes no difference if it knows them.
func (l *Limiter) repeatNotes(b *book) error {
	l.mu.Lock()
	now, paused, reason, learned := l.now(), b.paused, b.reason, b.learned
	l.mu.Unlock()
	if paused > now {
		if err := l.notePause(b.state, paused-now, reason); err != nil {
			return err
		}
	}
	if learned.holds(now) {
		return l.noteLesson(b.state, learned, now)
	}
	return nil
}
