-- Connectors that workspaces have imported. The version is the workspace's own count of changes, so that it never
-- comes back, and a look at one number tells whether anything has changed.
CREATE TABLE connectors (
	workspace TEXT    NOT NULL REFERENCES workspaces (id),
	name      TEXT    NOT NULL,
	title     TEXT    NOT NULL,
	docs      TEXT    NOT NULL,
	base_url  TEXT    NOT NULL,
	document  BLOB    NOT NULL,
	overlay   BLOB    NOT NULL,
	version   INTEGER NOT NULL,
	created   INTEGER NOT NULL,
	updated   INTEGER NOT NULL,
	PRIMARY KEY (workspace, name)
) STRICT;

ALTER TABLE workspaces ADD COLUMN connectors_version INTEGER NOT NULL DEFAULT 0;
