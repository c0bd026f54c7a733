package platform

import (
	"context"
	"time"
)

// seedAccounts makes accounts for Seed: the first is read, the second is changed, the third is deleted, the fourth has
// relationships.
func seedAccounts(ctx context.Context, w *session) error {
	tier := &customFieldRow{record: record{UID: fixedID("CSTM", 2)}, EntityType: entityAccount, Name: "Tier", Kind: "text", Settings: "{}"}
	if err := insert(ctx, w, tier); err != nil {
		return err
	}
	for i, name := range []string{"Acme", "Initech", "Hooli", "Vandelay"} {
		row, err := w.newAccount(ctx, createAccountInput{
			Name: name, PrimaryDomain: name + ".example", Industry: "Technology", AccountOwnerID: fixedID("AGENT", 1),
			CustomFieldValues: []accountCustomValue{{fixedID("CSTM", 2), []accountCustomItem{{Value: "Gold"}}}},
		})
		if err != nil {
			return err
		}
		row.UID = fixedID("ACNT", i+1)
		if err := w.storeAccount(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// seedContacts makes one contact for each operation that changes contacts.
func seedContacts(ctx context.Context, w *session) error {
	for i, in := range []createCustomerContactInput{
		{FirstName: "Grace", LastName: "Hopper", Email: "grace@acme.example"},
		{FirstName: "Barbara", LastName: "Liskov", Email: "barbara@acme.example"},
		{FirstName: "Ken", LastName: "Thompson", Email: "ken@acme.example"},
	} {
		in.ContactType, in.AccountIDs = "Technical", []string{fixedID("ACNT", 1)}
		row, accounts, err := w.newContact(ctx, in)
		if err != nil {
			return err
		}
		row.UID = fixedID("CNCT", i+1)
		if err := w.storeContact(ctx, row, accounts); err != nil {
			return err
		}
	}
	return nil
}

// seedBelonging makes activities, notes and tasks of the first account, one for each operation that changes such.
func seedBelonging(ctx context.Context, w *session) error {
	account := fixedID("ACNT", 1)
	for i := range 3 {
		activity, err := w.newActivity(ctx, createAccountActivityInput{
			AccountID: account, ActivityTimestamp: time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC), Duration: 45, Location: "Room 3", Type: "MEETING",
			Participants: []string{fixedID("AGENT", 1), fixedID("CNCT", 1)},
		})
		if err != nil {
			return err
		}
		activity.UID = fixedID("ACTV", i+1)
		if err := w.storeActivity(ctx, activity, account, nil); err != nil {
			return err
		}
		note, err := w.newNote(ctx, createAccountNoteInput{AccountID: account, Content: "Renews in spring.", Type: "Call", Visibility: "private"})
		if err != nil {
			return err
		}
		note.UID = fixedID("NTES", i+1)
		if err := w.storeNote(ctx, note, account, nil); err != nil {
			return err
		}
		task, err := w.newTask(ctx, createAccountTaskInput{
			AccountID: account, Title: "Send the offer", AssigneeID: fixedID("AGENT", 1), ActivityID: fixedID("ACTV", 1),
		})
		if err != nil {
			return err
		}
		task.UID = fixedID("TASK", i+1)
		if err := w.storeTask(ctx, task, account, nil); err != nil {
			return err
		}
	}
	return nil
}

// seedRelationships makes types of relationship, and relationships, one for each operation that changes such.
func seedRelationships(ctx context.Context, w *session) error {
	for i, one := range []struct{ name, inverse string }{{"Parent", ""}, {"Subsidiary", "Parent"}, {"Partner", "Partner"}, {"Franchise", ""}} {
		row := &relationshipTypeRow{record: record{UID: fixedID("RTYP", i+1)}, Name: one.name}
		if err := w.storeRelationshipType(ctx, row, one.inverse); err != nil {
			return err
		}
	}
	for i, one := range []struct {
		account, related int
		kind             string
	}{{1, 2, "Parent"}, {4, 1, "Partner"}, {4, 2, "Partner"}} {
		row, _, err := w.newRelationship(ctx, createAccountRelationshipInput{fixedID("ACNT", one.account), fixedID("ACNT", one.related), one.kind})
		if err != nil {
			return err
		}
		row.UID = fixedID("RSHP", i+1)
		if err := insert(ctx, w, row); err != nil {
			return err
		}
		now, err := w.showRelationship(ctx, row.UID)
		if err != nil {
			return err
		}
		if err := w.relationshipChanged(ctx, "created", &row.record, now); err != nil {
			return err
		}
	}
	return nil
}
