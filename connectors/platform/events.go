package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// eventRow is something that has happened. Its key holds its number in the organisation.
type eventRow struct {
	bun.BaseModel `bun:"table:platform_events,alias:t"`

	PK         int64 `bun:"pk,pk"`
	Org        int64
	Type       string // "ticket.created"
	EntityType string
	Entity     string // the id of what it happened to
	Actor      int64  // a user
	CreatedAt  moment
	Payload    jsonText

	ActorUID  string `bun:"actor_uid,scanonly"`
	ActorName string `bun:"actor_name,scanonly"`
}

// append notes what has happened, in the transaction that does it: the one is not stored without the other.
func (s *session) append(ctx context.Context, kind, entityType, entity string, payload any) error {
	text, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("encoding an event: %w", err)
	}
	pk, err := nextKey(s.org, eventBits, &s.book.Events)
	if err != nil {
		return err
	}
	row := &eventRow{
		PK: pk, Org: s.org, Type: kind, EntityType: entityType, Entity: entity, Actor: s.book.user,
		CreatedAt: s.book.Clock, Payload: jsonText(text),
	}
	if _, err := s.db.NewInsert().Conn(s.conn).Model(row).Exec(ctx); err != nil {
		return fmt.Errorf("storing an event: %w", err)
	}
	return nil
}

func (d *desk) events() []operations.Operation {
	return []operations.Operation{d.listEvents()}
}

type listEventsInput struct {
	After string   `json:"after,omitempty" doc:"The id of an event, or nextCursor of an earlier answer: only what happened after. Without it, from the beginning." pattern:"^[0-9]{1,15}$"`
	Types []string `json:"types,omitempty" doc:"Only events of these types, such as ticket.created; ticket.* is all of a kind." maxItems:"50" pattern:"^[a-z_]+\\.([a-z_]+|\\*)$"`
	Limit int      `json:"limit,omitempty" doc:"Events on a page." default:"100" minimum:"1" maximum:"1000"`
}

type listEventsOutput struct {
	Events     []event `json:"events" doc:"What happened, in order."`
	NextCursor string  `json:"nextCursor" doc:"Give it as after to go on, now or when more has happened."`
	HasMore    bool    `json:"hasMore" doc:"Whether there is more at this moment. A page may be short, or empty, and yet not the last."`
}

type event struct {
	ID         string          `json:"id" doc:"The event's id: a number that goes up by one with each."`
	Type       string          `json:"type" doc:"What happened."`
	EntityType string          `json:"entityType" doc:"The kind of what it happened to."`
	EntityID   string          `json:"entityId" doc:"The id of what it happened to."`
	ActorID    string          `json:"actorId" doc:"The user who did it."`
	Actor      string          `json:"actor" doc:"That user's name."`
	Workspace  string          `json:"workspace" doc:"The workspace."`
	Payload    json.RawMessage `json:"payload" doc:"More about it, depending on its type."`
	CreatedAt  time.Time       `json:"createdAt" doc:"When it happened."`
}

// eventsAtOnce bounds the events that one call looks at, whether they are of the types asked for or not.
const eventsAtOnce = 20_000

func (d *desk) listEvents() operations.Operation {
	return operation(d, operations.Spec{
		Name: "list_events", Identifier: "workflows:list-events-platform", Title: "List events", Resource: "event",
		Description: "Lists what has happened in the workspace, in order, from the beginning or after an event.",
		Effect:      operations.EffectRead,
		Paging: &operations.Paging{
			CursorInput: "after", SizeInput: "limit", CursorOutput: "nextCursor", Items: "events", MaxPages: 100, MaxSize: 1000,
		},
		Sample: operations.NewSample(`{"types":["ticket.created"],"limit":1}`, `{"events":[{"id":"1","type":"ticket.created","entityType":"ticket",
			"entityId":"`+fixedID("TCKT", 1)+`","actorId":"01JD0000000000000000000001","actor":"sandbox","workspace":"default",
			"payload":{"id":"`+fixedID("TCKT", 1)+`","ticketId":1,"version":1,"title":"The printer is on fire"},
			"createdAt":"2026-01-05T09:00:00Z"}],"nextCursor":"1","hasMore":true}`),
	}, func(ctx context.Context, s *session, in listEventsInput) (listEventsOutput, error) {
		after := int64(0)
		if in.After != "" {
			var err error
			if after, err = strconv.ParseInt(in.After, 10, 64); err != nil || after >= 1<<eventBits {
				return listEventsOutput{}, refuse("/after", "is no id of an event")
			}
		}
		return s.eventsAfter(ctx, in, after)
	})
}

// eventsAfter reads a page out of the next events, of which only so many are looked at.
func (s *session) eventsAfter(ctx context.Context, in listEventsInput, after int64) (listEventsOutput, error) {
	var count int64
	err := s.selectFrom((*organisationRow)(nil)).Column("events").Where("t.pk = ?", s.org).Scan(ctx, &count)
	if err != nil {
		return listEventsOutput{}, fmt.Errorf("counting events: %w", err)
	}
	until := min(after+eventsAtOnce, max(count, after))
	var rows []eventRow
	q := s.selectFrom(&rows).Column("t.*").ColumnExpr("actor.uid AS actor_uid, actor.name AS actor_name").
		Join("LEFT JOIN platform_users AS actor ON actor.pk = t.actor").
		Where("t.pk > ?", key(s.org, eventBits, after)).Where("t.pk <= ?", key(s.org, eventBits, until))
	if len(in.Types) > 0 {
		q = q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery { return ofTypes(q, in.Types) })
	}
	if err := q.Order("t.pk").Limit(int64(in.Limit)).Scan(ctx); err != nil {
		return listEventsOutput{}, fmt.Errorf("listing events: %w", err)
	}
	out := listEventsOutput{Events: make([]event, len(rows))}
	for i, row := range rows {
		out.Events[i] = row.show(s.call.Workspace)
	}
	if len(rows) == in.Limit {
		until = numberOf(rows[len(rows)-1].PK, eventBits)
	}
	out.NextCursor, out.HasMore = strconv.FormatInt(until, 10), until < count
	return out, nil
}

func ofTypes(q *bun.SelectQuery, types []string) *bun.SelectQuery {
	for _, kind := range types {
		if entity, all := strings.CutSuffix(kind, ".*"); all {
			q = q.WhereOr("substr(t.type, 1, ?) = ?", len(entity)+1, entity+".")
		} else {
			q = q.WhereOr("t.type = ?", kind)
		}
	}
	return q
}

func (r eventRow) show(workspace string) event {
	return event{
		ID: strconv.FormatInt(numberOf(r.PK, eventBits), 10), Type: r.Type, EntityType: r.EntityType, EntityID: r.Entity,
		ActorID: r.ActorUID, Actor: r.ActorName, Workspace: workspace, Payload: json.RawMessage(r.Payload), CreatedAt: r.CreatedAt.time(),
	}
}
