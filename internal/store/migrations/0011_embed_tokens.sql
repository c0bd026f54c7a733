-- Tokens with which pages call the hub. What a token allows is signed into it; here is what must be known of it besides:
-- that it was not revoked, and how many of its calls are spent or set aside by a node that spends them.
CREATE TABLE embed_tokens (
	id        TEXT    NOT NULL PRIMARY KEY,
	workspace TEXT    NOT NULL REFERENCES workspaces (id),
	end_user  TEXT    NOT NULL,
	allows    TEXT    NOT NULL,
	made_by   TEXT    NOT NULL,
	calls     INTEGER NOT NULL,
	spent     INTEGER NOT NULL DEFAULT 0,
	created   INTEGER NOT NULL,
	expires   INTEGER NOT NULL,
	revoked   INTEGER
) STRICT;

CREATE INDEX embed_tokens_by_workspace ON embed_tokens (workspace, id);

CREATE INDEX embed_tokens_by_expiry ON embed_tokens (expires);

-- The origins of tokens that are not revoked, by which preflights are answered: those carry no token.
CREATE TABLE embed_origins (
	origin  TEXT    NOT NULL,
	expires INTEGER NOT NULL,
	token   TEXT    NOT NULL,
	PRIMARY KEY (origin, expires, token)
) STRICT, WITHOUT ROWID;

CREATE INDEX embed_origins_by_token ON embed_origins (token);
