-- The last changes of credentials, in their order and without a gap, so that a look at the end of it tells which to read again. One
-- that is new is nowhere in use yet and does not stand in it, nor does a note that one was used.
CREATE TABLE credential_changes (
	version   INTEGER PRIMARY KEY,
	workspace TEXT NOT NULL,
	id        TEXT NOT NULL
) STRICT;

CREATE TRIGGER credential_changed AFTER UPDATE OF workspace, id, connector, name, scheme, fields, sealed, key_id ON credentials BEGIN
	INSERT INTO credential_changes (workspace, id) VALUES (old.workspace, old.id);
END;

CREATE TRIGGER credential_deleted AFTER DELETE ON credentials BEGIN
	INSERT INTO credential_changes (workspace, id) VALUES (old.workspace, old.id);
END;

CREATE TRIGGER credential_change_forgotten AFTER INSERT ON credential_changes BEGIN
	DELETE FROM credential_changes WHERE version <= new.version - 10000;
END;
