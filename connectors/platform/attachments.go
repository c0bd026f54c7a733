package platform

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// attachmentRow is a file that belongs to a record.
type attachmentRow struct {
	bun.BaseModel `bun:"table:platform_attachments,alias:t"`
	record

	EntityType  string
	Entity      int64  // the key of the record
	URL         string `bun:"url"` // where it was fetched
	Name        string
	Size        int64 // in bytes; 0 if it was not fetched
	ContentType string
}

// contentRow is what is in a file. It has a table of its own so that lists need not pass over it.
type contentRow struct {
	bun.BaseModel `bun:"table:platform_attachment_contents"`

	Attachment int64 `bun:"attachment,pk"`
	Content    []byte
}

// attachment is a file as operations give it.
type attachment struct {
	ID          string    `json:"id" doc:"The file's id; get_attachment gives what is in it."`
	URL         string    `json:"url" doc:"Where it comes from."`
	Name        string    `json:"name" doc:"Its name."`
	Size        int64     `json:"size" doc:"Its size in bytes; 0 if it was not fetched."`
	ContentType string    `json:"contentType" doc:"Its media type."`
	CreatedAt   time.Time `json:"createdAt" doc:"When it was attached."`
}

func (r *attachmentRow) show() attachment {
	return attachment{ID: r.UID, URL: r.URL, Name: r.Name, Size: r.Size, ContentType: r.ContentType, CreatedAt: r.CreatedAt.time()}
}

// attachmentsOf reads the files of one record.
func (s *session) attachmentsOf(ctx context.Context, entityType string, entity int64) ([]attachment, error) {
	byEntity, err := s.attachmentsOfAll(ctx, entityType, []int64{entity})
	return byEntity[entity], err
}

// attachmentsOfAll reads the files of many records of a kind, by their keys.
func (s *session) attachmentsOfAll(ctx context.Context, entityType string, entities []int64) (map[int64][]attachment, error) {
	byEntity := map[int64][]attachment{}
	if len(entities) == 0 {
		return byEntity, nil
	}
	var rows []attachmentRow
	err := s.selectFrom(&rows).Where("t.org = ?", s.org).Where("t.entity_type = ?", entityType).
		Where("t.entity IN (?)", bun.In(entities)).Where("t.deleted_at IS NULL").Order("t.pk").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading attachments: %w", err)
	}
	for i := range rows {
		byEntity[rows[i].Entity] = append(byEntity[rows[i].Entity], rows[i].show())
	}
	return byEntity, nil
}

// attach stores files with a record.
func (s *session) attach(ctx context.Context, entityType string, entity int64, files []file) error {
	for _, f := range files {
		row := &attachmentRow{
			record:     record{UID: f.uid},
			EntityType: entityType, Entity: entity, URL: f.url, Name: f.name, Size: int64(len(f.content)), ContentType: f.contentType,
		}
		if err := insert(ctx, s, row); err != nil {
			return err
		}
		if f.content == nil {
			continue
		}
		content := &contentRow{Attachment: row.PK, Content: f.content}
		if _, err := s.db.NewInsert().Conn(s.conn).Model(content).Exec(ctx); err != nil {
			return fmt.Errorf("storing the content of a file: %w", err)
		}
	}
	return nil
}

// filing is what an update wants a record's files to be.
type filing struct {
	urls  []string
	fresh []file // those that the record did not have, fetched
}

// refile fetches those files that a record does not have yet. Call it before the transaction.
func (s *session) refile(ctx context.Context, pointer, entityType string, entity int64, urls []string) (*filing, error) {
	has, err := s.attachmentsOf(ctx, entityType, entity)
	if err != nil {
		return nil, err
	}
	fresh, err := s.fetchNew(ctx, pointer, urls, func(url string) bool {
		return slices.ContainsFunc(has, func(a attachment) bool { return a.URL == url })
	})
	return &filing{urls, fresh}, err
}

// fileAgain makes a record's files what an update wants, and tells whether that changed anything. Nil changes nothing.
func (s *session) fileAgain(ctx context.Context, entityType string, entity int64, wanted *filing) (bool, error) {
	if wanted == nil {
		return false, nil
	}
	var rows []attachmentRow
	err := s.selectFrom(&rows).Where("t.org = ?", s.org).Where("t.entity_type = ?", entityType).Where("t.entity = ?", entity).
		Where("t.deleted_at IS NULL").Order("t.pk").Scan(ctx)
	if err != nil {
		return false, fmt.Errorf("reading attachments: %w", err)
	}
	missing := slices.Clone(wanted.fresh)
	changed := false
	for i := range rows {
		missing = slices.DeleteFunc(missing, func(f file) bool { return f.url == rows[i].URL })
		if slices.Contains(wanted.urls, rows[i].URL) {
			continue
		}
		changed = true
		if err := remove(ctx, s, &rows[i]); err != nil {
			return false, err
		}
	}
	return changed || len(missing) > 0, s.attach(ctx, entityType, entity, missing)
}

func (d *desk) attachments() []operations.Operation {
	return []operations.Operation{d.getAttachment()}
}

type getAttachmentInput struct {
	ID string `json:"id" doc:"The file's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
}

type getAttachmentOutput struct {
	attachment
	Content string `json:"content,omitempty" doc:"What is in it, in base64. Not there if it was not fetched."`
}

func (d *desk) getAttachment() operations.Operation {
	return operation(d, operations.Spec{
		Name: "get_attachment", Identifier: "communications:get-attachment-platform", Title: "Get attachment", Resource: "attachment",
		Description: "Reads a file that belongs to a ticket, a comment or another record, with what is in it.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{"id":"`+fixedID("FAXED", 1)+`"}`, `{"id":"`+fixedID("FXE", 1)+`","url":"https://example.com/fire.txt",
			"name":"fire.txt","size":11,"contentType":"text/plain","createdAt":"2026-01-05T09:00:00Z","content":"SXQgaXMgaG90Lgo="}`),
	}, func(ctx context.Context, s *session, in getAttachmentInput) (getAttachmentOutput, error) {
		row, err := find[attachmentRow](ctx, s, "attachment", in.ID)
		if err != nil {
			return getAttachmentOutput{}, err
		}
		out := getAttachmentOutput{attachment: row.show()}
		content := &contentRow{}
		err = s.selectFrom(content).Where("attachment = ?", row.PK).Scan(ctx)
		if err != nil && !isMissing(err) {
			return out, fmt.Errorf("reading the content of a file: %w", err)
		}
		out.Content = base64.StdEncoding.EncodeToString(content.Content)
		return out, nil
	})
}
