-- Who may do what in the native helpdesk. A role is a list of permissions; what a user is given or denied beside his
-- role is in "overrides".
CREATE TABLE platform_roles (
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
	permissions TEXT    NOT NULL DEFAULT '[]',
	is_built_in INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX platform_roles_by_uid ON platform_roles (org, uid);
CREATE UNIQUE INDEX platform_roles_by_name ON platform_roles (org, name) WHERE deleted_at IS NULL;

ALTER TABLE platform_users ADD COLUMN role INTEGER REFERENCES platform_roles (pk);
ALTER TABLE platform_users ADD COLUMN overrides TEXT;
ALTER TABLE platform_users ADD COLUMN deactivated_at INTEGER;

CREATE INDEX platform_users_by_role ON platform_users (org, role) WHERE deleted_at IS NULL AND role IS NOT NULL;
CREATE UNIQUE INDEX platform_teams_by_name ON platform_teams (org, name) WHERE deleted_at IS NULL;
CREATE INDEX platform_team_members_by_member ON platform_team_members (org, member);

-- A holiday is whole days of a calendar, "2026-12-25", wherever its owner is. Then "starts_at" and "ends_at" are when it
-- begins in the first time zone of the world and ends in the last.
ALTER TABLE platform_absences ADD COLUMN first_day TEXT;
ALTER TABLE platform_absences ADD COLUMN last_day TEXT;
