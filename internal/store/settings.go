package store

import (
	"context"
)

// KeepSetting stores value under name unless something is there already, and gives what is there afterwards.
func (s *Store) KeepSetting(ctx context.Context, name string, value []byte) ([]byte, error) {
	_, err := s.write.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, value)
	if err != nil {
		return nil, fault("storing a setting", err)
	}
	var kept []byte
	if err := s.read.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = ?`, name).Scan(&kept); err != nil {
		return nil, fault("reading a setting", err)
	}
	return kept, nil
}
