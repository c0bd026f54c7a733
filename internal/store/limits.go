package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// MaxLimitOverrides bounds how many overrides a workspace may have.
const MaxLimitOverrides = 1000

// LimitPlace is a throttler of a connector, as a workspace or one of its credentials meets it.
type LimitPlace struct {
	Connector  string `json:"connector"`
	Operation  string `json:"operation,omitempty"` // whose limit it is; empty: the connector's
	Throttler  string `json:"throttler"`
	Credential string `json:"credentialId,omitempty"` // empty: all of the workspace's
}

// LimitOverride is what is set in place of what a throttler declares.
type LimitOverride struct {
	LimitPlace
	operations.Override
	Updated time.Time `json:"updated"`
}

// PutLimitOverride stores an override, over one of the same place, and gives it back with its time. Errors: conflict
// for a workspace that is full, not_found for the workspace.
func (s *Store) PutLimitOverride(ctx context.Context, workspace string, o LimitOverride) (LimitOverride, error) {
	o.Updated = moment(micros(s.now()))
	content, err := json.Marshal(o.Override)
	if err != nil {
		return LimitOverride{}, fmt.Errorf("encoding an override: %w", err)
	}
	err = s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := limitsChanged(ctx, tx, workspace); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO limit_overrides
			(workspace, connector, operation, throttler, credential, override, updated) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (workspace, connector, operation, throttler, credential)
			DO UPDATE SET override = excluded.override, updated = excluded.updated`,
			workspace, o.Connector, o.Operation, o.Throttler, o.Credential, string(content), micros(o.Updated))
		if err != nil {
			return err
		}
		return checkOverrides(ctx, tx, workspace)
	})
	if err != nil {
		return LimitOverride{}, fmt.Errorf("storing an override: %w", err)
	}
	return o, nil
}

// checkOverrides refuses what is above the bound.
func checkOverrides(ctx context.Context, tx *sql.Tx, workspace string) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM limit_overrides WHERE workspace = ?`, workspace).Scan(&n)
	if err == nil && n > MaxLimitOverrides {
		return operations.Errorf(operations.CodeConflict, "the workspace has %d overrides, which is the most; remove one", MaxLimitOverrides)
	}
	return err
}

// limitsChanged makes the workspace's version the highest of all.
func limitsChanged(ctx context.Context, tx *sql.Tx, workspace string) error {
	result, err := tx.ExecContext(ctx, `UPDATE workspaces
		SET limits_version = (SELECT coalesce(max(limits_version), 0) + 1 FROM workspaces WHERE limits_version > 0) WHERE id = ?`, workspace)
	if err != nil {
		return err
	}
	if changed, err := result.RowsAffected(); err != nil || changed == 0 {
		return errors.Join(err, noWorkspace())
	}
	return nil
}

// DeleteLimitOverride removes an override. One that is not there is not_found.
func (s *Store) DeleteLimitOverride(ctx context.Context, workspace string, place LimitPlace) error {
	err := s.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM limit_overrides
			WHERE workspace = ? AND connector = ? AND operation = ? AND throttler = ? AND credential = ?`,
			workspace, place.Connector, place.Operation, place.Throttler, place.Credential)
		if err != nil {
			return err
		}
		if removed, err := result.RowsAffected(); err != nil || removed == 0 {
			return errors.Join(err, operations.Errorf(operations.CodeNotFound, "nothing is set in place of that limit"))
		}
		return limitsChanged(ctx, tx, workspace)
	})
	if err != nil {
		return fmt.Errorf("removing an override: %w", err)
	}
	return nil
}

// ListLimitOverrides lists the overrides of a workspace by connector, operation, throttler and credential.
func (s *Store) ListLimitOverrides(ctx context.Context, workspace string) ([]LimitOverride, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT connector, operation, throttler, credential, override, updated
		FROM limit_overrides WHERE workspace = ? ORDER BY connector, operation, throttler, credential`, workspace)
	if err != nil {
		return nil, fault("listing overrides", err)
	}
	list, err := collect(rows, scanLimitOverride)
	if err != nil {
		return nil, fault("listing overrides", err)
	}
	return list, nil
}

func scanLimitOverride(row scanner) (LimitOverride, error) {
	var o LimitOverride
	var content string
	var updated int64
	if err := row.Scan(&o.Connector, &o.Operation, &o.Throttler, &o.Credential, &content, &updated); err != nil {
		return LimitOverride{}, err
	}
	o.Updated = moment(updated)
	if err := json.Unmarshal([]byte(content), &o.Override); err != nil {
		return LimitOverride{}, fmt.Errorf("reading the override of %s: %w", o.Throttler, err)
	}
	return o, nil
}

// LimitsChanged lists the workspaces whose overrides have changed since a version, and the version of each: the
// highest of them is the one to ask with next. 0: all that have ever had any.
func (s *Store) LimitsChanged(ctx context.Context, since int64) (map[string]int64, error) {
	changed := map[string]int64{}
	rows, err := s.read.QueryContext(ctx, `SELECT id, limits_version FROM workspaces WHERE limits_version > 0 AND limits_version > ?`, since)
	if err != nil {
		return nil, fault("looking for changed limits", err)
	}
	_, err = collect(rows, func(row scanner) (struct{}, error) {
		var id string
		var version int64
		err := row.Scan(&id, &version)
		changed[id] = version
		return struct{}{}, err
	})
	if err != nil {
		return nil, fault("looking for changed limits", err)
	}
	return changed, nil
}
