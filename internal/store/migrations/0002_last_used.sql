ALTER TABLE credentials ADD COLUMN last_used INTEGER;

CREATE INDEX calls_by_workspace ON calls (workspace, id);

CREATE INDEX idempotency_by_expiry ON idempotency (expires);
