package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"
)

// A segment takes further records while it is small and young: else few calls would make a row each, which would cost every list,
// and a large one would be written anew for each batch. What a segment spans is what its records may outlive their age.
const (
	maxGrownRecords = 16 << 10 // bytes
	maxGrownBodies  = 64 << 10 // bytes, compressed
	maxGrownSpan    = 10 * time.Minute
)

// writeCalls stores batches, whose records get ids in that order, all or none.
func (s *Store) writeCalls(ctx context.Context, batches []*batch) error {
	err := inTransaction(ctx, s.write, func(tx *sql.Tx) error {
		// The transaction ends with ctx. Each statement by itself would have a goroutine watch for that.
		ctx := context.WithoutCancel(ctx)
		count := 0
		for _, b := range batches {
			count += b.count
		}
		var last int64
		if err := tx.QueryRowContext(ctx, `UPDATE call_ids SET last = last + ? RETURNING last`, count).Scan(&last); err != nil {
			return err
		}
		first := last - int64(count) + 1
		for _, b := range batches {
			if err := writeBatch(ctx, tx, b, first); err != nil {
				return err
			}
			first += int64(b.count)
		}
		return nil
	})
	if err != nil {
		return fault("storing call records", err)
	}
	return nil
}

// writeBatch adds a batch to the workspace's last segment, or makes another.
func writeBatch(ctx context.Context, tx *sql.Tx, b *batch, first int64) error {
	records, bodies := b.chunk(first)
	if len(records) < maxGrownRecords && len(bodies) < maxGrownBodies {
		grown, err := growSegment(ctx, tx, b, records, bodies)
		if grown || err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO call_segments (first, workspace, count, oldest, newest, records, bodies) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		first, b.workspace, b.count, b.oldest, b.newest, records, bodies)
	return err
}

func growSegment(ctx context.Context, tx *sql.Tx, b *batch, records, bodies []byte) (grown bool, err error) {
	result, err := tx.ExecContext(ctx, `UPDATE call_segments SET count = count + ?1, oldest = min(oldest, ?2), newest = max(newest, ?3),
			records = CAST(records || ?4 AS BLOB), bodies = CAST(bodies || ?5 AS BLOB)
		WHERE first = (SELECT max(first) FROM call_segments WHERE workspace = ?6)
			AND length(records) <= ?7 AND length(bodies) <= ?8 AND max(newest, ?3) - min(oldest, ?2) <= ?9`,
		b.count, b.oldest, b.newest, records, bodies, b.workspace,
		maxGrownRecords-len(records), maxGrownBodies-len(bodies), maxGrownSpan.Microseconds())
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}

// segmentCalls lists the newest calls of segments, up to limit.
func (s *Store) segmentCalls(ctx context.Context, workspace string, filter *CallFilter, limit int) ([]storedCall, error) {
	before := filter.Before
	if before <= 0 {
		before = math.MaxInt64
	}
	rows, err := s.read.QueryContext(ctx, `SELECT first, records FROM call_segments WHERE workspace = ? AND first < ? ORDER BY first DESC`,
		workspace, before)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list, found []storedCall
	for len(list) < limit && rows.Next() {
		var first int64
		var records sql.RawBytes
		if err := rows.Scan(&first, &records); err != nil {
			return nil, err
		}
		if found, err = pick(found[:0], records, workspace, filter, limit-len(list)); err != nil {
			s.log.ErrorContext(ctx, "call records cannot be read", "workspace", workspace, "first", first, "error", err)
		}
		for _, call := range slices.Backward(found) {
			call.segment = first
			list = append(list, call)
		}
	}
	return list, rows.Err()
}

// loadBodies gives the calls their bodies. Those of a segment that was removed meanwhile stay without.
func (s *Store) loadBodies(ctx context.Context, workspace string, list []storedCall) error {
	for len(list) > 0 {
		segment, n, some := list[0].segment, 0, false
		for ; n < len(list) && list[n].segment == segment; n++ {
			some = some || list[n].input+list[n].output > 0
		}
		if some {
			if err := s.loadSegmentBodies(ctx, workspace, list[:n]); err != nil {
				return err
			}
		}
		list = list[n:]
	}
	return nil
}

func (s *Store) loadSegmentBodies(ctx context.Context, workspace string, calls []storedCall) error {
	var column []byte
	err := s.read.QueryRowContext(ctx, `SELECT bodies FROM call_segments WHERE first = ?`, calls[0].segment).Scan(&column)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := addBodies(calls, column); err != nil {
		s.log.ErrorContext(ctx, "bodies of calls cannot be read", "workspace", workspace, "first", calls[0].segment, "error", err)
	}
	return nil
}
