// Package platform is the native helpdesk: tickets, comments, accounts and what belongs to them, kept in the hub's own
// database. It speaks to no service and needs no credential; what a call sees and changes is its workspace's.
package platform

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// docs is the page that explains the connector.
const docs = "https://github.com/patchbay/patchbay/blob/main/docs/connectors/platform.md"

// Database is where the records are. Write runs work in a transaction and returns once that is on disk; an error of
// work undoes it. Readers see what has been committed.
type Database interface {
	Reader() *sql.DB
	Write(ctx context.Context, work func(ctx context.Context, tx *sql.Tx) error) error
}

// Workflows starts workflows by their unique identifiers and gives what they answer as text.
type Workflows interface {
	Trigger(ctx context.Context, workspace, identifier string, data json.RawMessage) (string, error)
}

// Options are the parts of the connector.
type Options struct {
	Database  Database        // nil: every operation that needs it answers unavailable
	Fetch     operations.Doer // gets attachments from public addresses; nil: only their names and addresses are kept
	Workflows Workflows       // nil: trigger_workflow answers not_configured
	Now       func() time.Time
	Sleep     func(ctx context.Context, d time.Duration) error
}

// Connector declares the connector.
func Connector(options Options) operations.Connector {
	d := newDesk(options)
	return operations.Connector{
		Name: "platform", Title: "Platform", Version: "1.0", Docs: docs,
		Description: "The hub's own helpdesk: tickets, comments, accounts and contacts, kept in the hub's database.",
		Operations: slices.Concat(
			d.tickets(), d.comments(), d.reactions(), d.attachments(), d.events(), d.utilities(),
			d.choices(), d.changeChoices(), d.customFields(), d.organisations(), d.teams(), d.users(), d.userPermissions(), d.roles(),
			d.holidays(), d.timeOff(), d.availability(), d.timeZones(),
			d.accounts(), d.accountActivities(), d.accountNotes(), d.accountTasks(), d.accountRelationships(),
			d.accountRelationshipTypes(), d.contacts(), d.accountChoices(),
		),
	}
}

// desk is what all operations share.
type desk struct {
	Options
	db     *bun.DB  // builds queries; reads, where no transaction is named
	orgs   sync.Map // workspace → the key of its organisation
	actors sync.Map // actor → the key of its user
	ids    ids

	renderer func() *renderer
}

// actor is who asks, as the database has it.
type actor struct {
	org    int64
	caller string
}

func newDesk(options Options) *desk {
	d := &desk{Options: options, renderer: newRenderer()}
	if d.Sleep == nil {
		d.Sleep = sleep
	}
	if d.Database != nil {
		d.db = openBun(d.Database.Reader())
	}
	return d
}

// operation makes an operation that works on the records of the caller's workspace.
func operation[In, Out any](
	d *desk, spec operations.Spec, run func(ctx context.Context, s *session, in In) (Out, error),
) operations.Operation {
	return operations.Typed(native(spec), func(ctx context.Context, call *operations.Call, in In) (Out, error) {
		s, err := d.session(ctx, call)
		if err != nil {
			var none Out
			return none, err
		}
		return run(ctx, s, in)
	})
}

// native fills in what is the same for all operations.
func native(spec operations.Spec) operations.Spec {
	spec.Source = "Platform"
	spec.Kind = cmp.Or(spec.Kind, operations.KindAction)
	spec.Docs = cmp.Or(spec.Docs, docs)
	return spec
}
