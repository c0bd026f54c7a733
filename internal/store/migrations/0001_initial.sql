-- Times are microseconds since 1970, UTC. Documents are JSON as TEXT.

CREATE TABLE settings (
	name  TEXT NOT NULL PRIMARY KEY,
	value BLOB NOT NULL
) STRICT;

CREATE TABLE workspaces (
	id      TEXT    NOT NULL PRIMARY KEY,
	name    TEXT    NOT NULL,
	created INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
	id        TEXT    NOT NULL PRIMARY KEY,
	workspace TEXT    NOT NULL REFERENCES workspaces (id),
	name      TEXT    NOT NULL,
	role      TEXT    NOT NULL,
	prefix    TEXT    NOT NULL,
	hash      BLOB    NOT NULL UNIQUE,
	created   INTEGER NOT NULL,
	last_used INTEGER,
	revoked   INTEGER
) STRICT;

CREATE INDEX api_keys_by_workspace ON api_keys (workspace, id);

-- The same id may stand in two workspaces: whether it is taken elsewhere is nobody's business.
CREATE TABLE credentials (
	workspace    TEXT    NOT NULL REFERENCES workspaces (id),
	id           TEXT    NOT NULL,
	connector    TEXT    NOT NULL,
	name         TEXT    NOT NULL,
	scheme       TEXT    NOT NULL,
	fields       TEXT    NOT NULL,
	secret_names TEXT    NOT NULL,
	sealed       BLOB    NOT NULL,
	key_id       INTEGER NOT NULL,
	version      INTEGER NOT NULL,
	created      INTEGER NOT NULL,
	updated      INTEGER NOT NULL,
	PRIMARY KEY (workspace, id)
) STRICT;

CREATE TABLE calls (
	id          INTEGER PRIMARY KEY,
	workspace   TEXT    NOT NULL,
	request_id  TEXT    NOT NULL,
	time        INTEGER NOT NULL,
	api_key     TEXT    NOT NULL,
	connector   TEXT    NOT NULL,
	operation   TEXT    NOT NULL,
	credential  TEXT    NOT NULL,
	code        TEXT    NOT NULL,
	detail      TEXT    NOT NULL,
	cached      TEXT    NOT NULL,
	attempts    INTEGER NOT NULL,
	waited_ms   REAL    NOT NULL,
	upstream_ms REAL    NOT NULL,
	duration_ms REAL    NOT NULL,
	input       TEXT,
	output      TEXT
) STRICT;

CREATE INDEX calls_by_time ON calls (time);

CREATE TABLE idempotency (
	workspace       TEXT    NOT NULL,
	idempotency_key TEXT    NOT NULL,
	request         BLOB    NOT NULL,
	claim           TEXT    NOT NULL,
	start           TEXT    NOT NULL,
	claimed         INTEGER NOT NULL,
	expires         INTEGER NOT NULL,
	response        BLOB,
	PRIMARY KEY (workspace, idempotency_key)
) STRICT;
