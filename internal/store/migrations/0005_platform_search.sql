-- SQLite only: the full-text index over tickets and their comments. Its row ids are those of the Go package's documents,
-- which ascend with the ticket, so that the newest hits come first without any sorting. It keeps no copy of the text.
CREATE VIRTUAL TABLE platform_search USING fts5 (
	title, body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
