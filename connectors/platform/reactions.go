package platform

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/operations"
)

func (d *desk) reactions() []operations.Operation {
	return []operations.Operation{d.addReaction(), d.removeReaction(), d.getEmojis(), d.listEmojisDDL()}
}

// reactionRow is an emoji that somebody has put to a comment.
type reactionRow struct {
	bun.BaseModel `bun:"table:platform_reactions,alias:t"`

	Org       int64
	Comment   int64
	Name      string
	CreatedBy int64
	CreatedAt moment
}

// reaction is how often an emoji was put to a comment.
type reaction struct {
	Name    string `json:"name"`
	Unicode string `json:"unicode"`
	Count   int64  `json:"count"`
}

// reactionsOf counts the reactions to comments, in the order in which each was first used.
func (s *session) reactionsOf(ctx context.Context, keys []int64) (map[int64][]reaction, error) {
	byComment := map[int64][]reaction{}
	if len(keys) == 0 {
		return byComment, nil
	}
	var rows []struct {
		Comment int64
		Name    string
		N       int64
	}
	err := s.selectFrom((*reactionRow)(nil)).ColumnExpr("t.comment, t.name, count(*) AS n").Where("t.org = ?", s.org).
		Where("t.comment IN (?)", bun.In(keys)).Group("t.comment", "t.name").OrderExpr("t.comment, min(t.created_at), t.name").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("counting reactions: %w", err)
	}
	for _, row := range rows {
		known, _ := findEmoji(row.Name)
		byComment[row.Comment] = append(byComment[row.Comment], reaction{row.Name, known.Unicode, row.N})
	}
	return byComment, nil
}

type reactionInput struct {
	CommentID    string `json:"commentId" doc:"The comment's id." pattern:"^[0-9A-HJKMNP-TV-Z]{26}$"`
	ReactionName string `json:"reactionName" doc:"The emoji: its name, with or without colons, or itself." minLength:"1" maxLength:"64" lookup:"list_emojis_ddl"`
}

type reactionOutput struct {
	Success bool `json:"success" doc:"Whether the reaction is there now, or after removing, whether it was there before."`
}

func (d *desk) addReaction() operations.Operation {
	return operation(d, operations.Spec{
		Name: "add_reaction", Identifier: "communications:add-reaction-platform", Title: "Add reaction", Resource: resourceComment,
		Description: "Puts an emoji to a comment. One that the caller has put there already stays.", Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "remove_reaction", Input: map[string]string{
			"commentId": "input.commentId", "reactionName": "input.reactionName",
		}},
		Sample: operations.NewSample(`{"commentId":"`+fixedID("CMNT", 1)+`","reactionName":"thumbsup"}`, `{"success":true}`),
	}, func(ctx context.Context, s *session, in reactionInput) (reactionOutput, error) {
		return s.react(ctx, in, "comment.reaction_added", func(ctx context.Context, w *session, row *reactionRow) (bool, error) {
			result, err := w.db.NewInsert().Conn(w.conn).Model(row).Ignore().Exec(ctx)
			if err != nil {
				return false, fmt.Errorf("storing a reaction: %w", err)
			}
			n, err := result.RowsAffected()
			return n > 0, err
		})
	})
}

func (d *desk) removeReaction() operations.Operation {
	return operation(d, operations.Spec{
		Name: "remove_reaction", Identifier: "communications:remove-reaction-platform", Title: "Remove reaction", Resource: resourceComment,
		Description: "Takes an emoji away that the caller has put to a comment. success is false if there was none.", Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "add_reaction", Input: map[string]string{
			"commentId": "input.commentId", "reactionName": "input.reactionName",
		}},
		Sample: operations.NewSample(`{"commentId":"`+fixedID("CMNT", 1)+`","reactionName":"heart"}`, `{"success":false}`),
	}, func(ctx context.Context, s *session, in reactionInput) (reactionOutput, error) {
		removed := false
		_, err := s.react(ctx, in, "comment.reaction_removed", func(ctx context.Context, w *session, row *reactionRow) (bool, error) {
			result, err := w.db.NewDelete().Conn(w.conn).Model(row).Where("org = ?", row.Org).Where("comment = ?", row.Comment).
				Where("name = ?", row.Name).Where("created_by = ?", row.CreatedBy).Exec(ctx)
			if err != nil {
				return false, fmt.Errorf("removing a reaction: %w", err)
			}
			n, err := result.RowsAffected()
			removed = n > 0
			return removed, err
		})
		return reactionOutput{removed}, err
	})
}

// react changes the caller's reactions to a comment, and notes it if that made a difference.
func (s *session) react(
	ctx context.Context, in reactionInput, event string, change func(context.Context, *session, *reactionRow) (bool, error),
) (reactionOutput, error) {
	known, ok := findEmoji(in.ReactionName)
	if !ok {
		return reactionOutput{}, refuse("/reactionName", "is no emoji that can be used; get_emojis lists them")
	}
	return write(ctx, s, func(ctx context.Context, w *session) (reactionOutput, error) {
		row, about, err := w.openComment(ctx, in.CommentID, versioned{})
		if err != nil {
			return reactionOutput{}, err
		}
		changed, err := change(ctx, w, &reactionRow{
			Org: w.org, Comment: row.PK, Name: known.name(), CreatedBy: w.book.user, CreatedAt: w.book.Clock,
		})
		if err != nil || !changed {
			return reactionOutput{true}, err
		}
		return reactionOutput{true}, w.commentChanged(ctx, event, row, about.uid, known.name())
	})
}

type getEmojisOutput struct {
	Emojis []emoji `json:"emojis" doc:"The emojis that can be used as reactions."`
}

func (d *desk) getEmojis() operations.Operation {
	return operations.Typed(native(operations.Spec{
		Name: "get_emojis", Identifier: "communications:get-emojis-platform", Title: "Get emojis", Resource: "emoji",
		Description: "Lists the emojis that can be used as reactions.", Effect: operations.EffectRead,
		Sample: operations.NewSample(`{}`, `{"emojis":[{"name":"Thumbs up","unicode":"👍","shortcode":":thumbsup:","category":"people",
			"keywords":["yes","agree","like"]}]}`),
	}), func(context.Context, *operations.Call, struct{}) (getEmojisOutput, error) {
		return getEmojisOutput{emojis()}, nil
	})
}

func (d *desk) listEmojisDDL() operations.Operation {
	return ddl.Whole(native(operations.Spec{
		Name: "list_emojis_ddl", Title: "Emojis", Resource: "emoji", Description: "Lists the emojis that can be used as reactions.",
		Sample: operations.NewSample(`{}`, `{"result":[{"text":"👍 Thumbs up","value":"thumbsup"}]}`),
	}), func(context.Context, *operations.Call, ddl.Input) ([]ddl.Option, bool, error) {
		var options []ddl.Option
		for _, e := range emojis() {
			options = append(options, ddl.Option{Text: e.Unicode + " " + e.Name, Value: e.name()})
		}
		return options, false, nil
	})
}
