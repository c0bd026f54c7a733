package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// How much is removed at once, so that other writers need not wait long.
const (
	pruneSegments = 20
	pruneRows     = 500
)

// pruneCalls removes the records that are older than maxAge and all but the newest maxRows. Zero or less is no bound. A segment
// goes once all of it may.
func (s *Store) pruneCalls(ctx context.Context, maxAge time.Duration, maxRows int) error {
	if maxAge > 0 {
		if err := s.pruneByAge(ctx, micros(s.now().Add(-maxAge))); err != nil {
			return err
		}
	}
	if maxRows <= 0 {
		return nil
	}
	return s.pruneByCount(ctx, maxRows)
}

// pruneByAge goes by the order in which records were stored, which is that of their times but for the length of a call: an index
// of the times would cost every record.
func (s *Store) pruneByAge(ctx context.Context, before int64) error {
	err := s.pruneChunks(ctx, `DELETE FROM call_segments WHERE first IN (
		SELECT first FROM (SELECT first, newest FROM call_segments ORDER BY first LIMIT ?2) AS oldest WHERE newest < ?1)`, before, pruneSegments)
	if err != nil {
		return err
	}
	return s.pruneChunks(ctx, `DELETE FROM calls WHERE id IN (
		SELECT id FROM (SELECT id, time FROM calls ORDER BY id LIMIT ?2) AS oldest WHERE time < ?1)`, before, pruneRows)
}

func (s *Store) pruneByCount(ctx context.Context, most int) error {
	var segment, kept int64
	err := s.read.QueryRowContext(ctx, `SELECT first, kept FROM (SELECT first, sum(count) OVER (ORDER BY first DESC) AS kept FROM call_segments) AS newest
		WHERE kept >= ? ORDER BY first DESC LIMIT 1`, most).Scan(&segment, &kept)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fault("counting call records", err)
	}
	if err == nil {
		err = s.pruneChunks(ctx, `DELETE FROM call_segments WHERE first IN (SELECT first FROM call_segments WHERE first < ?1 ORDER BY first LIMIT ?2)`,
			segment, pruneSegments)
		if err != nil {
			return err
		}
	}
	var row int64
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(min(id), 0) FROM (SELECT id FROM calls ORDER BY id DESC
		LIMIT 1 OFFSET max(0, ? - (SELECT coalesce(sum(count), 0) FROM call_segments))) AS surplus`, most).Scan(&row)
	if err != nil {
		return fault("counting call records", err)
	}
	return s.pruneChunks(ctx, `DELETE FROM calls WHERE id IN (SELECT id FROM calls WHERE id <= ?1 LIMIT ?2)`, row, pruneRows)
}

// pruneChunks repeats a statement until it removes less than it may at once.
func (s *Store) pruneChunks(ctx context.Context, statement string, bound int64, atOnce int) error {
	for {
		result, err := s.write.ExecContext(ctx, statement, bound, atOnce)
		if err != nil {
			return fault("removing old call records", err)
		}
		removed, err := result.RowsAffected()
		if err != nil {
			return fault("removing old call records", err)
		}
		if removed < int64(atOnce) {
			return nil
		}
	}
}
