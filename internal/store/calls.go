package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
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

func (s *Store) insertCalls(ctx context.Context, records []execute.Record) error {
	err := inTransaction(ctx, s.write, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx,
			`INSERT INTO calls (`+callColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for _, r := range records {
			_, err := insert.ExecContext(ctx, r.Workspace, r.RequestID, micros(r.Time), r.Key, r.Connector, r.Operation,
				r.Credential, string(r.Code), r.Detail, string(r.Cached), r.Attempts, r.WaitedMs, r.UpstreamMs, r.DurationMs,
				document(r.Input), document(r.Output))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fault("storing call records", err)
	}
	return nil
}

func document(body json.RawMessage) sql.Null[string] {
	return sql.Null[string]{V: string(body), Valid: len(body) > 0}
}

// Bounds of what is kept of one call, in bytes.
const (
	maxRecordedBody = 32 << 10
	maxRecordedText = 2 << 10
)

// keepable cuts a record down to what is stored, with strings of its own: the caller's may lie in a buffer that is
// used again for another request.
func keepable(r execute.Record) execute.Record {
	r.RequestID, r.Workspace, r.Key = ownText(r.RequestID), ownText(r.Workspace), ownText(r.Key)
	r.Connector, r.Operation, r.Credential = ownText(r.Connector), ownText(r.Operation), ownText(r.Credential)
	r.Code, r.Detail = operations.Code(ownText(string(r.Code))), ownText(r.Detail)
	r.Input, r.Output = ownBody(r.Input), ownBody(r.Output)
	return r
}

func ownText(s string) string {
	if len(s) <= maxRecordedText {
		return strings.Clone(s)
	}
	return strings.ToValidUTF8(s[:maxRecordedText], "") + "…"
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
		const old = `SELECT id FROM calls WHERE time < ? LIMIT ?`
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
	return s.pruneChunks(ctx, `SELECT id FROM calls WHERE id <= ? LIMIT ?`, newestToGo)
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
