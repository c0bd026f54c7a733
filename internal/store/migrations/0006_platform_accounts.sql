-- Accounts and contacts: what belongs to an account, how accounts stand to each other, and the people there.
-- An account's industry and source are choices, as its status is.
ALTER TABLE platform_accounts DROP COLUMN industry;
ALTER TABLE platform_accounts DROP COLUMN source;
ALTER TABLE platform_accounts ADD COLUMN industry INTEGER REFERENCES platform_choices (pk);
ALTER TABLE platform_accounts ADD COLUMN source INTEGER REFERENCES platform_choices (pk);

DROP INDEX platform_accounts_by_owner;
CREATE INDEX platform_accounts_by_owner ON platform_accounts (org, owner, uid) WHERE deleted_at IS NULL;
CREATE INDEX platform_accounts_by_status ON platform_accounts (org, status, uid) WHERE deleted_at IS NULL;
CREATE INDEX platform_accounts_by_health ON platform_accounts (org, health, uid) WHERE deleted_at IS NULL;
CREATE INDEX platform_accounts_by_classification ON platform_accounts (org, classification, uid) WHERE deleted_at IS NULL;
CREATE INDEX platform_accounts_by_industry ON platform_accounts (org, industry, uid) WHERE deleted_at IS NULL;
CREATE INDEX platform_accounts_by_source ON platform_accounts (org, source, uid) WHERE deleted_at IS NULL;
CREATE INDEX platform_accounts_by_updated ON platform_accounts (org, updated_at) WHERE deleted_at IS NULL;

-- "duration" is in minutes; "participants" is a JSON array of the ids of users and contacts.
CREATE TABLE platform_account_activities (
	pk           INTEGER PRIMARY KEY,
	org          INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid          TEXT    NOT NULL,
	version      INTEGER NOT NULL,
	created_by   INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at   INTEGER NOT NULL,
	updated_at   INTEGER NOT NULL,
	deleted_at   INTEGER,
	account      INTEGER NOT NULL REFERENCES platform_accounts (pk),
	occurred_at  INTEGER NOT NULL,
	type         INTEGER NOT NULL REFERENCES platform_choices (pk),
	status       INTEGER NOT NULL REFERENCES platform_choices (pk),
	duration     INTEGER NOT NULL,
	location     TEXT    NOT NULL,
	participants TEXT    NOT NULL DEFAULT '[]'
) STRICT;

CREATE UNIQUE INDEX platform_account_activities_by_uid ON platform_account_activities (org, uid);
CREATE INDEX platform_account_activities_by_account ON platform_account_activities (org, account, occurred_at) WHERE deleted_at IS NULL;

CREATE TABLE platform_account_notes (
	pk         INTEGER PRIMARY KEY,
	org        INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid        TEXT    NOT NULL,
	version    INTEGER NOT NULL,
	created_by INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	deleted_at INTEGER,
	account    INTEGER NOT NULL REFERENCES platform_accounts (pk),
	content    TEXT    NOT NULL,
	type       INTEGER REFERENCES platform_choices (pk),
	visibility TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX platform_account_notes_by_uid ON platform_account_notes (org, uid);
CREATE INDEX platform_account_notes_by_account ON platform_account_notes (org, account, uid) WHERE deleted_at IS NULL;

CREATE TABLE platform_account_tasks (
	pk          INTEGER PRIMARY KEY,
	org         INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid         TEXT    NOT NULL,
	version     INTEGER NOT NULL,
	created_by  INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at  INTEGER NOT NULL,
	updated_at  INTEGER NOT NULL,
	deleted_at  INTEGER,
	account     INTEGER NOT NULL REFERENCES platform_accounts (pk),
	title       TEXT    NOT NULL,
	description TEXT    NOT NULL DEFAULT '',
	assignee    INTEGER NOT NULL REFERENCES platform_users (pk),
	type        INTEGER REFERENCES platform_choices (pk),
	status      INTEGER REFERENCES platform_choices (pk),
	priority    INTEGER REFERENCES platform_choices (pk),
	activity    INTEGER REFERENCES platform_account_activities (pk)
) STRICT;

CREATE UNIQUE INDEX platform_account_tasks_by_uid ON platform_account_tasks (org, uid);
CREATE INDEX platform_account_tasks_by_account ON platform_account_tasks (org, account, uid) WHERE deleted_at IS NULL;
CREATE INDEX platform_account_tasks_by_activity ON platform_account_tasks (org, activity) WHERE deleted_at IS NULL AND activity IS NOT NULL;

-- "inverse" is how a relationship of the type reads from the other account: a type whose inverse is this one, or itself.
CREATE TABLE platform_relationship_types (
	pk         INTEGER PRIMARY KEY,
	org        INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid        TEXT    NOT NULL,
	version    INTEGER NOT NULL,
	created_by INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	deleted_at INTEGER,
	name       TEXT    NOT NULL,
	inverse    INTEGER REFERENCES platform_relationship_types (pk)
) STRICT;

CREATE UNIQUE INDEX platform_relationship_types_by_uid ON platform_relationship_types (org, uid);
CREATE UNIQUE INDEX platform_relationship_types_by_name ON platform_relationship_types (org, name) WHERE deleted_at IS NULL;

CREATE TABLE platform_account_relationships (
	pk         INTEGER PRIMARY KEY,
	org        INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid        TEXT    NOT NULL,
	version    INTEGER NOT NULL,
	created_by INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	deleted_at INTEGER,
	account    INTEGER NOT NULL REFERENCES platform_accounts (pk),
	related    INTEGER NOT NULL REFERENCES platform_accounts (pk),
	type       INTEGER NOT NULL REFERENCES platform_relationship_types (pk)
) STRICT;

CREATE UNIQUE INDEX platform_account_relationships_by_uid ON platform_account_relationships (org, uid);
CREATE UNIQUE INDEX platform_account_relationships_by_account ON platform_account_relationships (org, account, related, type)
	WHERE deleted_at IS NULL;
CREATE INDEX platform_account_relationships_by_related ON platform_account_relationships (org, related) WHERE deleted_at IS NULL;
CREATE INDEX platform_account_relationships_by_type ON platform_account_relationships (org, type) WHERE deleted_at IS NULL;

CREATE TABLE platform_contacts (
	pk            INTEGER PRIMARY KEY,
	org           INTEGER NOT NULL REFERENCES platform_organisations (pk),
	uid           TEXT    NOT NULL,
	version       INTEGER NOT NULL,
	created_by    INTEGER NOT NULL REFERENCES platform_users (pk),
	created_at    INTEGER NOT NULL,
	updated_at    INTEGER NOT NULL,
	deleted_at    INTEGER,
	first_name    TEXT    NOT NULL,
	last_name     TEXT    NOT NULL DEFAULT '',
	email         TEXT    NOT NULL,
	phone         TEXT    NOT NULL DEFAULT '',
	type          INTEGER REFERENCES platform_choices (pk),
	custom_fields TEXT    NOT NULL DEFAULT '[]'
) STRICT;

CREATE UNIQUE INDEX platform_contacts_by_uid ON platform_contacts (org, uid);
CREATE UNIQUE INDEX platform_contacts_by_email ON platform_contacts (org, email) WHERE deleted_at IS NULL;
CREATE INDEX platform_contacts_by_name ON platform_contacts (org, first_name) WHERE deleted_at IS NULL;
CREATE INDEX platform_contacts_by_type ON platform_contacts (org, type, uid) WHERE deleted_at IS NULL AND type IS NOT NULL;
CREATE INDEX platform_contacts_by_updated ON platform_contacts (org, updated_at) WHERE deleted_at IS NULL;

-- The accounts of a contact, in the order in which they were given.
CREATE TABLE platform_contact_accounts (
	org     INTEGER NOT NULL REFERENCES platform_organisations (pk),
	contact INTEGER NOT NULL REFERENCES platform_contacts (pk),
	account INTEGER NOT NULL REFERENCES platform_accounts (pk),
	rank    INTEGER NOT NULL,
	PRIMARY KEY (org, contact, account)
) STRICT;

CREATE INDEX platform_contact_accounts_by_account ON platform_contact_accounts (org, account);

-- SQLite only: the full-text index over accounts and contacts. What its row ids are the Go package says. It keeps no
-- copy of the text, and finds words by how they begin.
CREATE VIRTUAL TABLE platform_names USING fts5 (
	title, body, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);
