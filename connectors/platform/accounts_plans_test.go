package platform

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// TestAccountPlans holds how lists of accounts and contacts are read: along which index, and what has to be sorted.
func TestAccountPlans(t *testing.T) {
	t.Parallel()
	d := seededDesk(t)
	session, err := d.session(t.Context(), &operations.Call{Input: json.RawMessage(`{}`), Workspace: store.DefaultWorkspace, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	account := func(in getAccountsInput) string {
		l, err := session.accountListing(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		var rows []accountRow
		l = l.after(position{Key: 5, Value: json.RawMessage(`"x"`)})
		return l.sorted(l.where(session, session.selectFrom(&rows))).Limit(20).String()
	}
	contact := func(in getCustomerContactsInput) string {
		l, err := session.contactListing(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		var rows []contactRow
		return l.sorted(l.where(session, session.selectFrom(&rows))).Limit(20).String()
	}
	of := func(table string) string {
		return "SELECT * FROM " + table + " WHERE org = 1 AND account = 1 AND deleted_at IS NULL ORDER BY uid DESC, pk DESC"
	}
	byAge, either := "-createdAt", listing[relationshipRow]{filters: session.ofEither(1)}
	for _, c := range []struct {
		name, query, plan string
		sorts             bool
	}{
		{"accounts", account(getAccountsInput{Sort: byAge}), "platform_accounts_by_uid (org=? AND uid<?)", false},
		{"by name", account(getAccountsInput{Sort: "name", Status: "Active"}), "platform_accounts_by_name (org=? AND name>?)", false},
		{"by update", account(getAccountsInput{Sort: "-updatedAt"}), "platform_accounts_by_updated (org=? AND updated_at<?)", false},
		{"status", account(getAccountsInput{Sort: byAge, Status: "Active"}), "platform_accounts_by_status (org=? AND status=? AND uid<?)", false},
		{"owner", account(getAccountsInput{Sort: byAge, Status: "Active", AccountOwnerID: fixedID("AGENT", 1)}), "platform_accounts_by_owner (org=? AND owner=? AND uid<?)", false},
		{"search", account(getAccountsInput{Sort: byAge, Search: "acme", Status: "Active"}), "INTEGER PRIMARY KEY (rowid=?)", true},
		{"contacts", contact(getCustomerContactsInput{Sort: byAge}), "platform_contacts_by_uid (org=?)", false},
		{"email", contact(getCustomerContactsInput{Sort: "firstName", Email: "a@b.c", Search: "a"}), "platform_contacts_by_email (org=? AND email=?)", true},
		{"of an account", contact(getCustomerContactsInput{Sort: byAge, AccountID: fixedID("ACNT", 1)}), "INTEGER PRIMARY KEY (rowid=?)", true},
		{"accounts of contacts", "SELECT contact FROM platform_contact_accounts t WHERE t.org = 1 AND t.account = 1", "COVERING INDEX platform_contact_accounts_by_account (org=? AND account=?)", false},
		{"notes", of("platform_account_notes"), "platform_account_notes_by_account (org=? AND account=?)", false},
		{"tasks", of("platform_account_tasks"), "platform_account_tasks_by_account (org=? AND account=?)", false},
		{"relationships", either.where(session, session.selectFrom((*relationshipRow)(nil))).String(), "platform_account_relationships_by_related (org=? AND related=?)", true},
	} {
		plan := explain(t, d, c.query)
		has := func(words string) bool {
			return slices.ContainsFunc(plan, func(line string) bool { return strings.Contains(line, words) })
		}
		if !has(c.plan) || has("SCAN t") || !c.sorts && has("TEMP B-TREE") {
			t.Errorf("%s:\n%s\n%s", c.name, c.query, strings.Join(plan, "\n"))
		}
	}
}

// TestManyNamed: of more hits than are looked up, a list holds all that fit, in its order.
func TestManyNamed(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	d := newDesk(Options{Database: s})
	one, err := d.session(t.Context(), &operations.Call{Input: json.RawMessage(`{}`), Workspace: store.DefaultWorkspace, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	const many = fewNamed + 50
	err = s.Write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			INSERT INTO platform_contacts (pk, org, uid, version, created_by, created_at, updated_at, first_name, last_name, email)
			SELECT i, ?, printf('01JD%022d', i), 1, 1, i, i, printf('Many%04d', ? - i), 'Same', i || '@example.com' FROM n`, many, one.org, many+1)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO platform_names (rowid, title, body) SELECT ? + pk, first_name || ' ' || last_name, email
			FROM platform_contacts`, namesBefore(one.org, contactNamed))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ sort, first string }{{"firstName", "Many0001"}, {"-createdAt", "Many0001"}, {"createdAt", fmt.Sprintf("Many%d", many)}} {
		l, err := one.contactListing(t.Context(), getCustomerContactsInput{Search: "same many", Sort: c.sort})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for p := (paging{Limit: 100}); ; {
			rows, info, err := list(t.Context(), one, l, p)
			if err != nil || info.TotalIsExact || l.named == nil {
				t.Fatalf("%s: %v, %+v", c.sort, err, info)
			}
			for _, row := range rows {
				names = append(names, row.FirstName)
			}
			if p.Cursor = info.NextCursor; p.Cursor == "" {
				break
			}
		}
		up := c.sort != "createdAt"
		sorted := slices.IsSortedFunc(names, func(a, b string) int { return map[bool]int{true: 1, false: -1}[up] * strings.Compare(a, b) })
		if len(slices.Compact(names)) != many || names[0] != c.first || !sorted {
			t.Errorf("%s: %d names from %s, in order: %t", c.sort, len(names), names[0], sorted)
		}
		if rows, info, err := list(t.Context(), one, l, paging{Limit: 3, Page: 2}); err != nil || len(rows) != 3 || rows[0].FirstName != names[3] || info.Total == 0 {
			t.Errorf("%s, second page: %v, %d rows", c.sort, err, len(rows))
		}
	}
}

// FuzzNames: whatever somebody types is a search for accounts and contacts.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"acme", `"a b" c`, `" acme"`, "a OR", "NEAR(a b)", `"`, "*", "\x00", `"` + "\x00" + `"`, "col:x", "日本語", "\xff", "?", "'; --", "a*b"} {
		f.Add(seed)
	}
	d := seededDesk(f)
	f.Fuzz(func(t *testing.T, text string) {
		session, err := d.session(t.Context(), &operations.Call{Workspace: store.DefaultWorkspace, Input: []byte(`{}`), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		l, err := session.accountListing(t.Context(), getAccountsInput{Search: text, Sort: "name"})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if _, _, err := list(t.Context(), session, l, paging{Limit: 1}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}
