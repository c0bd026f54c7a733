-- The native helpdesk. An organisation is what a workspace has in it; every other table says by "org" whose a row is,
-- and every index begins with it. Times are microseconds since 1970, JSON is text, and a row with "deleted_at" is gone.
--
-- The primary keys of tickets and events hold the organisation in their upper bits: see the Go package for how.
-- What follows is plain SQL but for STRICT; the full-text index has a file of its own.
CREATE TABLE platform_organisations (
	pk         INTEGER PRIMARY KEY,
	workspace  TEXT    NOT NULL UNIQUE REFERENCES workspaces (id),
	uid        TEXT    NOT NULL,
	name       TEXT    NOT NULL,
	settings   TEXT    NOT NULL DEFAULT '{}',
	schedule   TEXT,
	tickets    INTEGER NOT NULL DEFAULT 0,
	events     INTEGER NOT NULL DEFAULT 0,
	clock      INTEGER NOT NULL DEFAULT 0,
	version    INTEGER NOT NULL DEFAULT 1,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE platform_users (
	pk         INTEGER PRIMARY KEY,
	org        INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid        TEXT    NOT NULL,
	version    INTEGER NOT NULL,
	created_by INTEGER,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	deleted_at INTEGER,
	name       TEXT    NOT NULL,
	email      TEXT    NOT NULL DEFAULT '',
	kind       TEXT    NOT NULL,
	caller     TEXT,
	schedule   TEXT
) STRICT;

CREATE UNIQUE INDEX platform_users_by_uid ON platform_users (org, uid);
CREATE UNIQUE INDEX platform_users_by_caller ON platform_users (org, caller) WHERE caller IS NOT NULL;
CREATE UNIQUE INDEX platform_users_by_email ON platform_users (org, email) WHERE email <> '' AND deleted_at IS NULL;

CREATE TABLE platform_teams (
	pk          INTEGER PRIMARY KEY,
	org         INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid         TEXT    NOT NULL,
	version     INTEGER NOT NULL,
	created_by  INTEGER,
	created_at  INTEGER NOT NULL,
	updated_at  INTEGER NOT NULL,
	deleted_at  INTEGER,
	name        TEXT    NOT NULL,
	description TEXT    NOT NULL DEFAULT '',
	schedule    TEXT
) STRICT;

CREATE UNIQUE INDEX platform_teams_by_uid ON platform_teams (org, uid);

CREATE TABLE platform_team_members (
	org       INTEGER NOT NULL REFERENCES platform_organisations (pk),
	team      INTEGER NOT NULL REFERENCES platform_teams (pk),
	member    INTEGER NOT NULL REFERENCES platform_users (pk),
	PRIMARY KEY (org, team, member)
) STRICT;

-- When an organisation, a team or a user is away: holidays and time off.
CREATE TABLE platform_absences (
	pk         INTEGER PRIMARY KEY,
	org        INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid        TEXT    NOT NULL,
	version    INTEGER NOT NULL,
	created_by INTEGER,
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	deleted_at INTEGER,
	owner_type TEXT    NOT NULL,
	owner      INTEGER NOT NULL,
	name       TEXT    NOT NULL,
	starts_at  INTEGER NOT NULL,
	ends_at    INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX platform_absences_by_uid ON platform_absences (org, uid);
CREATE INDEX platform_absences_by_owner ON platform_absences (org, owner_type, owner, ends_at) WHERE deleted_at IS NULL;

-- All short lists that records choose from: statuses, priorities, types, sources. "list" says which one.
CREATE TABLE platform_choices (
	pk            INTEGER PRIMARY KEY,
	org           INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid           TEXT    NOT NULL,
	version       INTEGER NOT NULL,
	created_by    INTEGER,
	created_at    INTEGER NOT NULL,
	updated_at    INTEGER NOT NULL,
	deleted_at    INTEGER,
	list          TEXT    NOT NULL,
	name          TEXT    NOT NULL,
	rank          INTEGER NOT NULL,
	is_default    INTEGER NOT NULL DEFAULT 0,
	is_closed     INTEGER NOT NULL DEFAULT 0,
	configuration TEXT    NOT NULL DEFAULT '{}'
) STRICT;

CREATE UNIQUE INDEX platform_choices_by_uid ON platform_choices (org, uid);
CREATE UNIQUE INDEX platform_choices_by_name ON platform_choices (org, list, name) WHERE deleted_at IS NULL;

CREATE TABLE platform_custom_fields (
	pk          INTEGER PRIMARY KEY,
	org         INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid         TEXT    NOT NULL,
	version     INTEGER NOT NULL,
	created_by  INTEGER,
	created_at  INTEGER NOT NULL,
	updated_at  INTEGER NOT NULL,
	deleted_at  INTEGER,
	entity_type TEXT    NOT NULL,
	name        TEXT    NOT NULL,
	kind        TEXT    NOT NULL,
	settings    TEXT    NOT NULL DEFAULT '{}'
) STRICT;

CREATE UNIQUE INDEX platform_custom_fields_by_uid ON platform_custom_fields (org, uid);
CREATE UNIQUE INDEX platform_custom_fields_by_name ON platform_custom_fields (org, entity_type, name) WHERE deleted_at IS NULL;

CREATE TABLE platform_accounts (
	pk               INTEGER PRIMARY KEY,
	org              INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid              TEXT    NOT NULL,
	version          INTEGER NOT NULL,
	created_by       INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at       INTEGER NOT NULL,
	updated_at       INTEGER NOT NULL,
	deleted_at       INTEGER,
	name             TEXT    NOT NULL,
	primary_domain   TEXT    NOT NULL,
	secondary_domain TEXT    NOT NULL DEFAULT '',
	logo             TEXT    NOT NULL DEFAULT '',
	website          TEXT    NOT NULL DEFAULT '',
	description      TEXT    NOT NULL DEFAULT '',
	industry         TEXT    NOT NULL DEFAULT '',
	source           TEXT    NOT NULL DEFAULT '',
	status           INTEGER REFERENCES platform_choices (pk),
	health           INTEGER REFERENCES platform_choices (pk),
	classification   INTEGER REFERENCES platform_choices (pk),
	owner            INTEGER REFERENCES platform_users (pk),
	employees        INTEGER,
	annual_revenue   REAL,
	billing_address  TEXT    NOT NULL DEFAULT '',
	shipping_address TEXT    NOT NULL DEFAULT '',
	custom_fields    TEXT    NOT NULL DEFAULT '[]'
) STRICT;

CREATE UNIQUE INDEX platform_accounts_by_uid ON platform_accounts (org, uid);
CREATE UNIQUE INDEX platform_accounts_by_domain ON platform_accounts (org, primary_domain) WHERE deleted_at IS NULL;
CREATE INDEX platform_accounts_by_name ON platform_accounts (org, name) WHERE deleted_at IS NULL;
CREATE INDEX platform_accounts_by_owner ON platform_accounts (org, owner) WHERE deleted_at IS NULL;

CREATE TABLE platform_tickets (
	pk             INTEGER PRIMARY KEY,
	org            INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid            TEXT    NOT NULL,
	version        INTEGER NOT NULL,
	created_by     INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at     INTEGER NOT NULL,
	updated_at     INTEGER NOT NULL,
	deleted_at     INTEGER,
	archived_at    INTEGER,
	escalated_at   INTEGER,
	due_at         INTEGER,
	title          TEXT    NOT NULL,
	description    TEXT    NOT NULL DEFAULT '',
	requestor      TEXT    NOT NULL,
	is_private     INTEGER NOT NULL DEFAULT 0,
	team           INTEGER NOT NULL REFERENCES platform_teams (pk),
	account        INTEGER REFERENCES platform_accounts (pk),
	type           INTEGER NOT NULL REFERENCES platform_choices (pk),
	status         INTEGER NOT NULL REFERENCES platform_choices (pk),
	priority       INTEGER NOT NULL REFERENCES platform_choices (pk),
	source         INTEGER NOT NULL REFERENCES platform_choices (pk),
	assignee       INTEGER REFERENCES platform_users (pk),
	custom_fields  TEXT    NOT NULL DEFAULT '[]'
) STRICT;

-- The indexes by which tickets are listed hold "archived_at" too, so that those not archived can be counted without a look
-- at the tickets themselves.
CREATE UNIQUE INDEX platform_tickets_by_uid ON platform_tickets (org, uid);
CREATE INDEX platform_tickets_by_created ON platform_tickets (org, created_at) WHERE deleted_at IS NULL;
CREATE INDEX platform_tickets_by_updated ON platform_tickets (org, updated_at) WHERE deleted_at IS NULL;
CREATE INDEX platform_tickets_by_due ON platform_tickets (org, due_at) WHERE deleted_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX platform_tickets_by_team ON platform_tickets (org, team, pk, archived_at) WHERE deleted_at IS NULL;
CREATE INDEX platform_tickets_by_type ON platform_tickets (org, type, pk, archived_at) WHERE deleted_at IS NULL;
CREATE INDEX platform_tickets_by_status ON platform_tickets (org, status, pk, archived_at) WHERE deleted_at IS NULL;
CREATE INDEX platform_tickets_by_priority ON platform_tickets (org, priority, pk, archived_at) WHERE deleted_at IS NULL;
CREATE INDEX platform_tickets_by_assignee ON platform_tickets (org, assignee, pk, archived_at) WHERE deleted_at IS NULL;
CREATE INDEX platform_tickets_by_requestor ON platform_tickets (org, requestor, pk, archived_at) WHERE deleted_at IS NULL;
CREATE INDEX platform_tickets_by_account ON platform_tickets (org, account, pk, archived_at) WHERE deleted_at IS NULL AND account IS NOT NULL;
CREATE INDEX platform_tickets_archived ON platform_tickets (org) WHERE deleted_at IS NULL AND archived_at IS NOT NULL;

CREATE TABLE platform_escalations (
	pk         INTEGER PRIMARY KEY,
	org        INTEGER NOT NULL REFERENCES platform_organisations (pk),
	ticket     INTEGER NOT NULL REFERENCES platform_tickets (pk),
	created_by INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at INTEGER NOT NULL,
	reason     TEXT    NOT NULL,
	details    TEXT    NOT NULL,
	impact     TEXT    NOT NULL
) STRICT;

CREATE INDEX platform_escalations_by_ticket ON platform_escalations (org, ticket);

-- "seq" numbers the comments of one record from 1; a deleted one keeps its number.
CREATE TABLE platform_comments (
	pk           INTEGER PRIMARY KEY,
	org          INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid          TEXT    NOT NULL,
	version      INTEGER NOT NULL,
	created_by   INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at   INTEGER NOT NULL,
	updated_at   INTEGER NOT NULL,
	deleted_at   INTEGER,
	entity_type  TEXT    NOT NULL,
	entity       INTEGER NOT NULL,
	seq          INTEGER NOT NULL,
	parent       INTEGER REFERENCES platform_comments (pk),
	content      TEXT    NOT NULL,
	html         TEXT    NOT NULL,
	thread       TEXT    NOT NULL DEFAULT '',
	kind         TEXT    NOT NULL,
	visibility   TEXT    NOT NULL,
	is_edited    INTEGER NOT NULL DEFAULT 0,
	is_pinned    INTEGER NOT NULL DEFAULT 0,
	source_email TEXT    NOT NULL DEFAULT '',
	metadata     TEXT    NOT NULL DEFAULT '{}'
) STRICT;

CREATE UNIQUE INDEX platform_comments_by_uid ON platform_comments (org, uid);
CREATE UNIQUE INDEX platform_comments_by_entity ON platform_comments (org, entity_type, entity, seq);
CREATE INDEX platform_comments_by_parent ON platform_comments (org, parent) WHERE deleted_at IS NULL AND parent IS NOT NULL;

CREATE TABLE platform_reactions (
	org        INTEGER NOT NULL REFERENCES platform_organisations (pk),
	comment    INTEGER NOT NULL REFERENCES platform_comments (pk),
	name       TEXT    NOT NULL,
	created_by INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at INTEGER NOT NULL,
	PRIMARY KEY (org, comment, name, created_by)
) STRICT;

CREATE TABLE platform_attachments (
	pk           INTEGER PRIMARY KEY,
	org          INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid          TEXT    NOT NULL,
	version      INTEGER NOT NULL,
	created_by   INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at   INTEGER NOT NULL,
	updated_at   INTEGER NOT NULL,
	deleted_at   INTEGER,
	entity_type  TEXT    NOT NULL,
	entity       INTEGER NOT NULL,
	url          TEXT    NOT NULL,
	name         TEXT    NOT NULL,
	size         INTEGER NOT NULL,
	content_type TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX platform_attachments_by_uid ON platform_attachments (org, uid);
CREATE INDEX platform_attachments_by_entity ON platform_attachments (org, entity_type, entity) WHERE deleted_at IS NULL;

CREATE TABLE platform_attachment_contents (
	attachment INTEGER PRIMARY KEY REFERENCES platform_attachments (pk),
	content    BLOB    NOT NULL
) STRICT;

-- What has happened, in order. It is written with the change itself.
CREATE TABLE platform_events (
	pk          INTEGER PRIMARY KEY,
	org         INTEGER NOT NULL REFERENCES platform_organisations (pk),
	type        TEXT    NOT NULL,
	entity_type TEXT    NOT NULL,
	entity      TEXT    NOT NULL,
	actor       INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at  INTEGER NOT NULL,
	payload     TEXT    NOT NULL
) STRICT;
