package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
)

// rowCalls lists calls that an earlier version stored, each in a row. They are older than all segments.
func (s *Store) rowCalls(ctx context.Context, workspace string, filter *CallFilter, limit int) ([]Call, error) {
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
	rows, err := s.read.QueryContext(ctx, `SELECT id, workspace, request_id, time, api_key, connector, operation, credential, code, detail,
			cached, attempts, waited_ms, upstream_ms, duration_ms, input, output
		FROM calls WHERE `+strings.Join(where, " AND ")+` ORDER BY id DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanCall)
}

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
