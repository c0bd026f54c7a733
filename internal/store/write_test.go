package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

// noting writes one setting.
func noting(name string) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES (?, ?)`, name, []byte("x"))
		return err
	}
}

func noted(t *testing.T, s *Store, name string) bool {
	t.Helper()
	var n int
	if err := s.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM settings WHERE name = ?`, name).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n == 1
}

func TestWriteUndoesOnlyWhatFailed(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	errOwn := errors.New("own")
	held := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := s.Write(t.Context(), func(context.Context, *sql.Tx) error { <-held; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	results := make([]error, 60)
	for i := range results {
		all.Go(func() {
			results[i] = s.Write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
				if err := noting(fmt.Sprint("n", i))(ctx, tx); err != nil {
					return err
				}
				switch i % 4 {
				case 1:
					return errOwn
				case 2:
					panic("boom")
				case 3:
					return noting(fmt.Sprint("n", i))(ctx, tx) // against the primary key
				}
				return nil
			})
		})
	}
	close(held)
	all.Wait()
	for i, err := range results {
		if failed := i%4 != 0; failed != (err != nil) || noted(t, s, fmt.Sprint("n", i)) == failed {
			t.Errorf("writer %d: %v, written %t", i, err, noted(t, s, fmt.Sprint("n", i)))
		}
		if i%4 == 1 && !errors.Is(err, errOwn) {
			t.Errorf("writer %d: %v, want its own error", i, err)
		}
	}
}

func TestWriterWhoLeavesIsNotWritten(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	begun, held := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		_ = s.Write(t.Context(), func(context.Context, *sql.Tx) error { close(begun); <-held; return nil })
	})
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Write(ctx, noting("left")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
	close(held)
	all.Wait()
	if err := s.Write(t.Context(), noting("stayed")); err != nil {
		t.Fatal(err)
	}
	if noted(t, s, "left") || !noted(t, s, "stayed") {
		t.Error("the writer that left was written, or the one that stayed was not")
	}
}

func TestWriteAfterClose(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.Write(t.Context(), noting("late")), operations.CodeUnavailable)
}

func TestWriteTellsAllWhenTheTransactionFails(t *testing.T) {
	t.Parallel()
	s := openTest(t, t.TempDir())
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			err := s.Write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, `ROLLBACK`)
				return err
			})
			if err == nil {
				t.Error("a writer in a transaction that came to nothing was told that all is well")
			}
		})
	}
	all.Wait()
	if err := s.Write(t.Context(), noting("after")); err != nil || !noted(t, s, "after") {
		t.Errorf("the next writer: %v", err)
	}
}

// BenchmarkWrite compares 64 writers that share transactions with 64 that have one each.
func BenchmarkWrite(b *testing.B) {
	for _, c := range []struct {
		name  string
		write func(*Store) func(context.Context, func(context.Context, *sql.Tx) error) error
	}{
		{"shared", func(s *Store) func(context.Context, func(context.Context, *sql.Tx) error) error { return s.Write }},
		{"alone", func(s *Store) func(context.Context, func(context.Context, *sql.Tx) error) error {
			return func(ctx context.Context, work func(context.Context, *sql.Tx) error) error {
				return inTransaction(ctx, s.write, func(tx *sql.Tx) error { return work(ctx, tx) })
			}
		}},
	} {
		for _, concurrent := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/%d", c.name, concurrent), func(b *testing.B) {
				write := c.write(openTest(b, b.TempDir()))
				next := make(chan int)
				var all sync.WaitGroup
				for range concurrent {
					all.Go(func() {
						for i := range next {
							if err := write(b.Context(), noting(fmt.Sprint(i))); err != nil {
								b.Error(err)
							}
						}
					})
				}
				for i := range b.N {
					next <- i
				}
				close(next)
				all.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
			})
		}
	}
}
