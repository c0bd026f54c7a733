-- Tickets that are private, or were escalated, are few among all.
CREATE INDEX platform_tickets_private ON platform_tickets (org, pk, archived_at) WHERE deleted_at IS NULL AND is_private = 1;
CREATE INDEX platform_tickets_escalated ON platform_tickets (org, pk, archived_at) WHERE deleted_at IS NULL AND escalated_at IS NOT NULL;

-- The contacts of an account are in the index itself, which else would be passed over for one that holds them all.
DROP INDEX platform_contact_accounts_by_account;
CREATE INDEX platform_contact_accounts_by_account ON platform_contact_accounts (org, account, contact);

-- SQLite only: names are found by a beginning of any length at once, where "prefix" has that length; for others, all words
-- that begin so have to be brought together. An index without the text cannot make another of itself.
DROP TABLE platform_names;
CREATE VIRTUAL TABLE platform_names USING fts5 (
	title, body, content = '', contentless_delete = 1, prefix = '1 2 3 4 5 6 7 8', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO platform_names (rowid, title, body)
	SELECT ((org << 1) << 46) | pk, name, primary_domain || char(10) || secondary_domain || char(10) || website || char(10) || description
	FROM platform_accounts WHERE deleted_at IS NULL;
INSERT INTO platform_names (rowid, title, body)
	SELECT ((org << 1 | 1) << 46) | pk, first_name || ' ' || last_name, email || char(10) || phone
	FROM platform_contacts WHERE deleted_at IS NULL;
