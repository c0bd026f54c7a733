package platform

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

// This file holds all that is SQLite's own. Everything else is SQL that other databases read as well.

func openBun(reader *sql.DB) *bun.DB { return bun.NewDB(reader, sqlitedialect.New()) }

// unindexed keeps the planner from looking a column up by its index: the condition is only checked. Without statistics
// SQLite takes all indexes for equally good, and the list knows better. See https://www.sqlite.org/optoverview.html.
func unindexed(column string) string { return "+" + column }

// document is the place of a text in the full-text index. Documents ascend with the ticket, and in it with the comment,
// so that hits come newest first just as they lie there.
type document int64

const (
	commentBits = 16
	maxComments = 1<<commentBits - 1 // of one ticket
)

func documentOf(ticket, seq int64) document { return document(ticket<<commentBits | seq) }

func (d document) ticket() int64 { return int64(d) >> commentBits }

// index puts a text into the full-text index, in place of what the document was before.
func (s *session) index(ctx context.Context, d document, title, body string) error {
	_, err := s.conn.ExecContext(ctx, `INSERT OR REPLACE INTO platform_search (rowid, title, body) VALUES (?, ?, ?)`, int64(d), title, body)
	if err != nil {
		return fmt.Errorf("indexing a text: %w", err)
	}
	return nil
}

// unindex takes a document out of the full-text index.
func (s *session) unindex(ctx context.Context, d document) error {
	if _, err := s.conn.ExecContext(ctx, `DELETE FROM platform_search WHERE rowid = ?`, int64(d)); err != nil {
		return fmt.Errorf("taking a text out of the index: %w", err)
	}
	return nil
}

// hits gives the documents from one to another that hold all words, newest first, at most limit.
func (s *session) hits(ctx context.Context, words string, from, until document, limit int) ([]document, error) {
	rows, err := s.conn.QueryContext(ctx, `SELECT rowid FROM platform_search
		WHERE platform_search MATCH ? AND rowid >= ? AND rowid <= ? ORDER BY rowid DESC LIMIT ?`,
		match(words), int64(from), int64(until), limit)
	if err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	defer rows.Close()
	var found []document
	for rows.Next() {
		var d document
		if err := rows.Scan(&d); err != nil {
			return nil, fmt.Errorf("reading a hit: %w", err)
		}
		found = append(found, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	return found, nil
}

// holds keeps the tickets of which one document holds all words: each is looked for by itself.
func (s *session) holds(words string) filter {
	return filter{
		test: "EXISTS (SELECT 1 FROM platform_search WHERE platform_search MATCH ? AND rowid BETWEEN t.pk << ? AND t.pk << ? | ?)",
		args: []any{match(words), commentBits, commentBits, maxComments},
	}
}

// names are the parts of the full-text index over what has a name.
type names int64

const (
	accountNamed names = iota
	contactNamed

	nameBits = 46 // of a record's key; above it lie the part and the organisation
)

// namesBefore is the row before the first of an organisation's in a part of the index.
func namesBefore(org int64, part names) int64 { return (org<<1 | int64(part)) << nameBits }

// indexName puts what a record is called, and what else it is found by, into the index in place of what was there.
func (s *session) indexName(ctx context.Context, part names, pk int64, title, body string) error {
	_, err := s.conn.ExecContext(ctx, `INSERT OR REPLACE INTO platform_names (rowid, title, body) VALUES (?, ?, ?)`,
		namesBefore(s.org, part)|pk, title, body)
	if err != nil {
		return fmt.Errorf("indexing a name: %w", err)
	}
	return nil
}

// unindexName takes a record out of the index of names.
func (s *session) unindexName(ctx context.Context, part names, pk int64) error {
	if _, err := s.conn.ExecContext(ctx, `DELETE FROM platform_names WHERE rowid = ?`, namesBefore(s.org, part)|pk); err != nil {
		return fmt.Errorf("taking a name out of the index: %w", err)
	}
	return nil
}

// naming is what somebody searches names for.
type naming struct {
	query  string
	before int64    // the row before the first
	keys   keyRange // the hits that are left
}

func (s *session) naming(part names, query string) naming {
	return naming{query, namesBefore(s.org, part), keyRange{1, 1<<nameBits - 1}}
}

// hits is a query of the keys of those that have words beginning with all that was typed, by key.
func (n naming) hits(down bool, limit int) (query string, args []any) {
	direction := ""
	if down {
		direction = " DESC"
	}
	return `SELECT rowid - ? FROM platform_names WHERE platform_names MATCH ? AND rowid >= ? AND rowid <= ? ORDER BY rowid` + direction + ` LIMIT ?`,
		[]any{n.before, n.query, n.before + n.keys.first, n.before + n.keys.last, limit}
}

// holds keeps the records that are hits: each is looked for by itself.
func (n naming) holds() filter {
	return filter{
		test: "EXISTS (SELECT 1 FROM platform_names WHERE platform_names MATCH ? AND rowid = t.pk + ?)", args: []any{n.query, n.before},
	}
}

// matchBeginnings is match for words of which only the beginning was typed.
func matchBeginnings(words string) string { return query(words, `"* `) }

// match makes what a person typed a query: every word must be there, words in quotes next to each other. All of it is
// quoted, so that nothing in it counts as an operator. See https://www.sqlite.org/fts5.html#fts5_strings.
func match(words string) string { return query(words, `" `) }

// query quotes what a person typed, word by word. end is what follows a word.
func query(words, end string) string {
	var terms []string
	for i, part := range strings.Split(strings.ReplaceAll(words, "\x00", " "), `"`) {
		if i%2 == 1 {
			terms = append(terms, strings.TrimSpace(part))
			continue
		}
		terms = append(terms, strings.Fields(part)...)
	}
	var b strings.Builder
	for _, term := range terms {
		if term != "" {
			b.WriteString(`"` + term + end)
		}
	}
	return b.String()
}
