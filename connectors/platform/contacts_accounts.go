package platform

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
)

// contactAccountRow says that a contact belongs to an account.
type contactAccountRow struct {
	bun.BaseModel `bun:"table:platform_contact_accounts,alias:t"`

	Org     int64
	Contact int64
	Account int64
	Rank    int // its place among the contact's accounts, from 1
}

// accountsOf reads the accounts of contacts, by their keys.
func (s *session) accountsOf(ctx context.Context, keys []int64) (map[int64][]contactAccount, error) {
	byContact := map[int64][]contactAccount{}
	if len(keys) == 0 {
		return byContact, nil
	}
	var rows []struct {
		Contact   int64
		UID, Name string
	}
	err := s.selectFrom((*contactAccountRow)(nil)).ColumnExpr("t.contact, account.uid AS uid, account.name AS name").
		Join("JOIN platform_accounts AS account ON account.pk = t.account").Where("t.org = ?", s.org).
		Where("t.contact IN (?)", bun.In(keys)).OrderExpr("t.contact, t.rank").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("reading the accounts of contacts: %w", err)
	}
	for _, row := range rows {
		byContact[row.Contact] = append(byContact[row.Contact], contactAccount{row.UID, row.Name})
	}
	return byContact, nil
}

// place makes a contact belong to accounts, in this order and to no others, and tells whether that changed anything.
func (s *session) place(ctx context.Context, row *contactRow, accounts []int64) (bool, error) {
	var has []int64
	err := s.selectFrom((*contactAccountRow)(nil)).Column("account").Where("t.org = ?", s.org).Where("t.contact = ?", row.PK).
		Order("t.rank").Scan(ctx, &has)
	if err != nil {
		return false, fmt.Errorf("reading the accounts of a contact: %w", err)
	}
	if slices.Equal(has, accounts) {
		return false, nil
	}
	_, err = s.db.NewDelete().Conn(s.conn).Model((*contactAccountRow)(nil)).Where("org = ?", s.org).Where("contact = ?", row.PK).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("taking a contact away from its accounts: %w", err)
	}
	if len(accounts) == 0 {
		return true, nil
	}
	places := make([]contactAccountRow, len(accounts))
	for i, account := range accounts {
		places[i] = contactAccountRow{Org: s.org, Contact: row.PK, Account: account, Rank: i + 1}
	}
	if _, err := s.db.NewInsert().Conn(s.conn).Model(&places).Exec(ctx); err != nil {
		return false, fmt.Errorf("giving a contact its accounts: %w", err)
	}
	return true, nil
}

// contactAccounts looks up accounts that an input names. One that is not there or comes twice is a fault.
func (s *session) contactAccounts(ctx context.Context, f *faults, uids []string) ([]int64, error) {
	found, err := referAll[accountRow](ctx, s, f, "/accountIds", uids)
	if err != nil {
		return nil, err
	}
	keys := make([]int64, len(found))
	for i, key := range found {
		keys[i] = key.(int64)
		if slices.Contains(uids[:i], uids[i]) {
			f.add(fmt.Sprintf("/accountIds/%d", i), "comes twice")
		}
	}
	return keys, nil
}

// leaveAccount takes an account away from its contacts, and tells how many there were.
func (s *session) leaveAccount(ctx context.Context, account int64) (int64, error) {
	of := s.selectFrom((*contactAccountRow)(nil)).Column("contact").Where("t.org = ?", s.org).Where("t.account = ?", account)
	result, err := s.db.NewUpdate().Conn(s.conn).Model((*contactRow)(nil)).Set("version = version + 1").Set("updated_at = ?", s.book.Clock).
		Where("org = ?", s.org).Where("pk IN (?)", of).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("changing the contacts of an account: %w", err)
	}
	_, err = s.db.NewDelete().Conn(s.conn).Model((*contactAccountRow)(nil)).Where("org = ?", s.org).Where("account = ?", account).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("taking an account away from its contacts: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("counting the contacts of an account: %w", err)
	}
	return n, nil
}

// inAccount keeps the contacts of an account; without one it is no filter.
func (s *session) inAccount(account int64) []filter {
	if account == 0 {
		return nil
	}
	of := s.selectFrom((*contactAccountRow)(nil)).Column("contact").Where("t.org = ?", s.org).Where("t.account = ?", account)
	return []filter{{column: "pk", test: "IN (?)", args: []any{of}, rank: 9}}
}
