-- Records of calls, many of a workspace to a row, in the form of the Go package. Rows of "calls" are read for as long as they are
-- kept, and none is added.
CREATE TABLE call_segments (
	first     INTEGER PRIMARY KEY, -- the id of its first record
	workspace TEXT    NOT NULL,
	count     INTEGER NOT NULL,
	oldest    INTEGER NOT NULL,
	newest    INTEGER NOT NULL,
	records   BLOB    NOT NULL,
	bodies    BLOB    NOT NULL -- the last column, so that it is read only where it is asked for
) STRICT;

CREATE INDEX call_segments_by_workspace ON call_segments (workspace);

-- The id of the last record. It is never given again, not even once all records are gone.
CREATE TABLE call_ids (last INTEGER NOT NULL) STRICT;
INSERT INTO call_ids (last) SELECT coalesce(max(id), 0) FROM calls;
