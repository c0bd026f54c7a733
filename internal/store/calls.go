package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations/execute"
)

// Call is a recorded call. IDs grow with time.
type Call struct {
	ID int64 `json:"id"`
	execute.Record
}

// CallFilter picks calls. Empty fields let everything through.
type CallFilter struct {
	Connector string
	Operation string
	Code      string // an error code, or CodeOK for calls that went well
	Limit     int    // default 50, at most 1,000
	Before    int64  // only calls with a smaller id: the last one of the page before
}

// CodeOK is the CallFilter.Code of calls that went well.
const CodeOK = "ok"

const (
	defaultCalls = 50
	maxCalls     = 1000
)

// ListCalls lists the workspace's recorded calls, newest first. For the next page, set Before to the last call's id;
// a page shorter than the limit is the last.
func (s *Store) ListCalls(ctx context.Context, workspace string, filter CallFilter) ([]Call, error) {
	where := []string{"workspace = ?"}
	args := []any{workspace}
	add := func(condition string, value any) {
		where = append(where, condition)
		args = append(args, value)
	}
	if filter.Connector != "" {
		add("connector = ?", filter.Connector)
	}
	if filter.Operation != "" {
		add("operation = ?", filter.Operation)
	}
	if filter.Code == CodeOK {
		add("code = ?", "")
	} else if filter.Code != "" {
		add("code = ?", filter.Code)
	}
	if filter.Before > 0 {
		add("id < ?", filter.Before)
	}
	limit := filter.Limit
	if limit <= 0 {
		limit = defaultCalls
	}
	rows, err := s.read.QueryContext(ctx, `SELECT id, `+callColumns+` FROM calls WHERE `+strings.Join(where, " AND ")+
		` ORDER BY id DESC LIMIT ?`, append(args, min(limit, maxCalls))...)
	if err != nil {
		return nil, fault("listing calls", err)
	}
	list, err := collect(rows, scanCall)
	if err != nil {
		return nil, fault("listing calls", err)
	}
	return list, nil
}

const callColumns = `workspace, request_id, time, api_key, connector, operation, credential, code, detail, cached,
	attempts, waited_ms, upstream_ms, duration_ms, input, output`

func scanCall(row scanner) (Call, error) {
	var c Call
	var at int64
	var input, output sql.Null[string]
	err := row.Scan(&c.ID, &c.Workspace, &c.RequestID, &at, &c.Key, &c.Connector, &c.Operation, &c.Credential, &c.Code,
		&c.Detail, &c.Cached, &c.Attempts, &c.WaitedMs, &c.UpstreamMs, &c.DurationMs, &input, &output)
	c.Time = moment(at)
	if input.Valid {
		c.Input = json.RawMessage(input.V)
	}
	if output.Valid {
		c.Output = json.RawMessage(output.V)
	}
	return c, err
}

// rowsAtOnce is how many records one statement inserts. The driver finds each parameter by looking through all, so more
// at once cost more.
const rowsAtOnce = 4

func (s *Store) insertCalls(ctx context.Context, records []execute.Record) error {
	err := inTransaction(ctx, s.write, func(tx *sql.Tx) error {
		// The transaction ends with ctx. Each statement by itself would have a goroutine watch for that.
		ctx := context.WithoutCancel(ctx)
		many := len(records) / rowsAtOnce * rowsAtOnce
		if err := insertRows(ctx, tx, records[:many], rowsAtOnce); err != nil {
			return err
		}
		return insertRows(ctx, tx, records[many:], 1)
	})
	if err != nil {
		return fault("storing call records", err)
	}
	return nil
}

// insertRows inserts records, so many at a time.
func insertRows(ctx context.Context, tx *sql.Tx, records []execute.Record, atOnce int) error {
	if len(records) == 0 {
		return nil
	}
	const row = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	insert, err := tx.PrepareContext(ctx, `INSERT INTO calls (`+callColumns+`) VALUES `+row+strings.Repeat(`,`+row, atOnce-1))
	if err != nil {
		return err
	}
	defer insert.Close()
	var values []any
	for some := range slices.Chunk(records, atOnce) {
		values = values[:0]
		for i := range some {
			r := &some[i]
			values = append(values, r.Workspace, r.RequestID, micros(r.Time), r.Key, r.Connector, r.Operation,
				r.Credential, string(r.Code), r.Detail, string(r.Cached), r.Attempts, r.WaitedMs, r.UpstreamMs, r.DurationMs,
				document(r.Input), document(r.Output))
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	return nil
}

// document is a body as a column has it: NULL if there is none.
func document(body json.RawMessage) any {
	if len(body) == 0 {
		return nil
	}
	return string(body)
}

// Bounds of what is kept of one call, in bytes.
const (
	maxRecordedBody = 32 << 10
	maxRecordedText = 2 << 10
)

// keepable cuts a record down to what is stored, with strings of its own: the caller's may lie in a buffer that is
// used again for another request.
func keepable(r execute.Record) execute.Record {
	own(&r.RequestID, &r.Workspace, &r.Key, &r.Connector, &r.Operation, &r.Credential, (*string)(&r.Code), &r.Detail)
	r.Input, r.Output = ownBody(r.Input), ownBody(r.Output)
	return r
}

// own gives texts a place of their own, which they share, and cuts those that are too long.
func own(texts ...*string) {
	var place strings.Builder
	size := 0
	for _, text := range texts {
		if len(*text) > maxRecordedText {
			*text = strings.ToValidUTF8((*text)[:maxRecordedText], "") + "…"
		}
		size += len(*text)
	}
	place.Grow(size)
	for _, text := range texts {
		place.WriteString(*text)
	}
	all := place.String()
	for _, text := range texts {
		*text, all = all[:len(*text)], all[len(*text):]
	}
}

func ownBody(body json.RawMessage) json.RawMessage {
	if len(body) > maxRecordedBody {
		return fmt.Appendf(nil, `{"omitted":"%d bytes"}`, len(body))
	}
	return body
}

// pruneChunk is how many rows are removed at once, so that other writers need not wait long.
const pruneChunk = 500

// pruneCalls removes the records that are older than maxAge and all but the newest maxRows. Zero or less is no bound.
func (s *Store) pruneCalls(ctx context.Context, maxAge time.Duration, maxRows int) error {
	if maxAge > 0 {
		// By the order in which they were stored, which is that of their times but for the length of a call: an index of
		// the times would cost every record.
		const old = `SELECT id FROM (SELECT id, time FROM calls ORDER BY id LIMIT ?2) AS oldest WHERE time < ?1`
		if err := s.pruneChunks(ctx, old, micros(s.now().Add(-maxAge))); err != nil {
			return err
		}
	}
	if maxRows <= 0 {
		return nil
	}
	var newestToGo int64
	err := s.read.QueryRowContext(ctx, `SELECT coalesce(min(id), 0) FROM (SELECT id FROM calls ORDER BY id DESC LIMIT 1 OFFSET ?) AS surplus`,
		maxRows).Scan(&newestToGo)
	if err != nil {
		return fault("counting call records", err)
	}
	return s.pruneChunks(ctx, `SELECT id FROM calls WHERE id <= ?1 LIMIT ?2`, newestToGo)
}

func (s *Store) pruneChunks(ctx context.Context, pick string, bound int64) error {
	for {
		result, err := s.write.ExecContext(ctx, `DELETE FROM calls WHERE id IN (`+pick+`)`, bound, pruneChunk)
		if err != nil {
			return fault("removing old call records", err)
		}
		removed, err := result.RowsAffected()
		if err != nil {
			return fault("removing old call records", err)
		}
		if removed < pruneChunk {
			return nil
		}
	}
}
