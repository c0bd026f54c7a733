package platform

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/patchbay/patchbay/operations"
)

// faults gathers what is wrong with an input beyond what its schema can say.
type faults []operations.InputFault

func (f *faults) add(pointer, format string, args ...any) {
	*f = append(*f, operations.InputFault{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

// err is invalid_input with all faults; nil if there are none.
func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	detail := "the input does not fit: " + f[0].Pointer + " " + f[0].Detail
	if len(f) > 1 {
		detail = fmt.Sprintf("%s (and %d more)", detail, len(f)-1)
	}
	return &operations.Error{Code: operations.CodeInvalidInput, Detail: detail, Faults: f}
}

// refuse is invalid_input for one field.
func refuse(pointer, format string, args ...any) error {
	var f faults
	f.add(pointer, format, args...)
	return f.err()
}

// refer finds the key of a record that an input names by its id. One that is not there is a fault at the pointer; an
// empty id is no record, 0.
func refer[R any, P recorded[R]](
	ctx context.Context, s *session, f *faults, pointer, uid string, shape ...func(*bun.SelectQuery) *bun.SelectQuery,
) (int64, error) {
	if uid == "" {
		return 0, nil
	}
	var pk int64
	err := s.selectFrom((*R)(nil)).Column("pk").Where("t.org = ?", s.org).Where("t.uid = ?", uid).
		Where("t.deleted_at IS NULL").Apply(shape...).Scan(ctx, &pk)
	if isMissing(err) {
		f.add(pointer, "names nothing that is there")
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("looking up what %s names: %w", pointer, err)
	}
	return pk, nil
}

// referAll is refer for a list of ids.
func referAll[R any, P recorded[R]](
	ctx context.Context, s *session, f *faults, pointer string, uids []string, shape ...func(*bun.SelectQuery) *bun.SelectQuery,
) ([]any, error) {
	if len(uids) == 0 {
		return nil, nil
	}
	var rows []R
	err := s.selectFrom(&rows).Column("pk", "uid").Where("t.org = ?", s.org).Where("t.uid IN (?)", bun.In(uids)).
		Where("t.deleted_at IS NULL").Apply(shape...).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking up what %s names: %w", pointer, err)
	}
	keys := map[string]int64{}
	for i := range rows {
		r := P(&rows[i]).meta()
		keys[r.UID] = r.PK
	}
	found := make([]any, 0, len(uids))
	for i, uid := range uids {
		if keys[uid] == 0 {
			f.add(fmt.Sprintf("%s/%d", pointer, i), "names nothing that is there")
		}
		found = append(found, keys[uid])
	}
	return found, nil
}

// clean takes out of a text what cannot be stored.
func clean(text string) string { return strings.ReplaceAll(text, "\x00", "\uFFFD") }

// textOf is the text, empty for none.
func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
