-- A database as schema version 1 left it. It never changes: opening it must keep what it holds.
PRAGMA application_id = 1346527609;
PRAGMA user_version = 1;

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

INSERT INTO settings (name, value) VALUES ('colour', x'626c7565');

INSERT INTO workspaces (id, name, created) VALUES
	('default', 'Default', 1760000000000000),
	('acme', 'Acme', 1760000001000000);

-- The keys' secrets are 'upgrade-test-admin' and 'upgrade-test-revoked'.
INSERT INTO api_keys (id, workspace, name, role, prefix, hash, created, last_used, revoked) VALUES
	('key_01k72m7x2g0000000000000001', 'acme', 'Server', 'admin', 'upgr', x'145d15e8fe5ea02d7733d5ec3c42827871e9b8e0df5d0ec1d4cdea3f6046f39e', 1760000002000000, 1760000003000000, NULL),
	('key_01k72m7x2g0000000000000002', 'acme', 'Old server', 'builder', 'upgr', x'8b7a8434563363d1ead1f4fa5a5c7036acc18543c9627b93f4ef669aa806945d', 1760000002000000, NULL, 1760000004000000);

INSERT INTO credentials (workspace, id, connector, name, scheme, fields, secret_names, sealed, key_id, version, created, updated) VALUES
	('acme', 'cred_01k72m7x2g0000000000000003', 'outreach', 'Sales', 'oauth2', '{"expires_at":"2025-10-09T10:00:00Z"}', '["access_token","refresh_token"]', x'01deadbeef00112233', 3735928559, 7, 1760000005000000, 1760000006000000);

INSERT INTO calls (id, workspace, request_id, time, api_key, connector, operation, credential, code, detail, cached, attempts, waited_ms, upstream_ms, duration_ms, input, output) VALUES
	(41, 'acme', 'req_1', 1760000007000000, 'key_01k72m7x2g0000000000000001', 'outreach', 'list_prospects', 'cred_01k72m7x2g0000000000000003', '', '', 'miss', 1, 0.0, 120.5, 123.25, NULL, NULL),
	(42, 'acme', 'req_2', 1760000008000000, 'key_01k72m7x2g0000000000000001', 'outreach', 'get_prospect', 'cred_01k72m7x2g0000000000000003', 'upstream_not_found', 'the service answered Not Found', 'miss', 1, 0.0, 80.0, 81.0, '{"id":"7"}', NULL);

INSERT INTO idempotency (workspace, idempotency_key, request, claim, start, claimed, expires, response) VALUES
	('acme', 'order-1', x'01', '01K72M7X2G0000000000000004', '01K72M7X2G0000000000000005', 1760000009000000, 1760086409000000, x'7b226f7574707574223a7b7d7d'),
	('acme', 'order-2', x'02', '01K72M7X2G0000000000000006', '01K72M7X2G0000000000000005', 1760000009000000, 1760086409000000, NULL);
