-- Mappings of workspaces. A version never changes; the row of the mapping shows the newest, with what lists show of it.
CREATE TABLE mappings (
	workspace TEXT    NOT NULL REFERENCES workspaces (id),
	id        TEXT    NOT NULL,
	name      TEXT    NOT NULL,
	source    TEXT    NOT NULL,
	target    TEXT    NOT NULL,
	version   INTEGER NOT NULL,
	bytes     INTEGER NOT NULL DEFAULT 0, -- of all its versions
	made_by   TEXT    NOT NULL,
	created   INTEGER NOT NULL,
	updated   INTEGER NOT NULL,
	PRIMARY KEY (workspace, id)
) STRICT;

CREATE TABLE mapping_versions (
	workspace TEXT    NOT NULL,
	mapping   TEXT    NOT NULL,
	version   INTEGER NOT NULL,
	document  TEXT    NOT NULL,
	made_by   TEXT    NOT NULL,
	created   INTEGER NOT NULL,
	PRIMARY KEY (workspace, mapping, version),
	FOREIGN KEY (workspace, mapping) REFERENCES mappings (workspace, id) ON DELETE CASCADE
) STRICT;
