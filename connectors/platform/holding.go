package platform

import (
	"strings"

	"github.com/uptrace/bun"
)

// holding keeps the records of which one of the columns holds a text, in upper or lower case. An empty text is held by all.
func holding(text string, columns ...string) func(q *bun.SelectQuery) *bun.SelectQuery {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(clean(text))) + "%"
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			for _, column := range columns {
				q = q.WhereOr(`lower(t.?) LIKE ? ESCAPE '\'`, bun.Ident(column), like)
			}
			return q
		})
	}
}
