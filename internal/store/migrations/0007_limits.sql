-- What admins have set in place of declared limits: an empty credential is all of the workspace's, an empty operation
-- the connector's own limit. The workspace's version is above every other's after a change, so that one look at the
-- index tells which workspaces have changed since.
CREATE TABLE limit_overrides (
	workspace  TEXT    NOT NULL REFERENCES workspaces (id),
	connector  TEXT    NOT NULL,
	operation  TEXT    NOT NULL,
	throttler  TEXT    NOT NULL,
	credential TEXT    NOT NULL,
	override   TEXT    NOT NULL,
	updated    INTEGER NOT NULL,
	PRIMARY KEY (workspace, connector, operation, throttler, credential)
) STRICT;

ALTER TABLE workspaces ADD COLUMN limits_version INTEGER NOT NULL DEFAULT 0;

CREATE INDEX workspaces_by_limits_version ON workspaces (limits_version) WHERE limits_version > 0;

-- Processes that hold claims on idempotency keys, and when each last said that it lives. "start" of a claim names one.
CREATE TABLE idempotency_owners (
	start TEXT    NOT NULL PRIMARY KEY,
	beat  INTEGER NOT NULL
) STRICT;
