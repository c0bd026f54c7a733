package outreach

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of drop-downs: options on a page, and for a search that Outreach does not do itself, how many pages of what
// size are gone through in one call.
const (
	maxOptions  = 200
	maxScanned  = 10
	scannedSize = 100
)

// options answers {"result":[{"text","value","id",…}]}.
func (m *maker) options(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	input := struct {
		Search string `json:"search"`
		Cursor string `json:"cursor"`
		Limit  int    `json:"limit"`
	}{Limit: pageSize}
	if err := decode(call.Input, &input); err != nil {
		return nil, err
	}
	scan := scan{maker: m, search: strings.ToLower(strings.TrimSpace(input.Search)), limit: input.Limit, pages: 1}
	query, err := m.optionsQuery(call.Input)
	if err != nil {
		return nil, err
	}
	query.Set("page[size]", strconv.Itoa(input.Limit))
	switch {
	case scan.search == "":
	case m.Search != "":
		query.Set("filter["+m.Search+"]", strings.TrimSpace(input.Search))
		scan.search = ""
	default:
		query.Set("page[size]", strconv.Itoa(scannedSize))
		scan.pages = maxScanned
	}
	return scan.run(ctx, call, query, input.Cursor)
}

// optionsQuery asks for no more of each record than an option shows.
func (m *maker) optionsQuery(input json.RawMessage) (url.Values, error) {
	query := url.Values{"count": {"false"}}
	for _, name := range m.DDL.Within {
		value := gjson.GetBytes(input, snake(name)+"_id")
		if !value.Exists() {
			continue
		}
		var id recordID
		if err := id.UnmarshalJSON([]byte(value.Raw)); err != nil {
			return nil, err
		}
		query.Set("filter["+name+"][id]", id.String())
	}
	fields := slices.Clone(m.DDL.Fields)
	for _, template := range m.DDL.Text {
		for _, match := range placeholder.FindAllStringSubmatch(template, -1) {
			fields = append(fields, match[1])
		}
	}
	slices.Sort(fields)
	query.Set("fields["+m.Type+"]", strings.Join(slices.Compact(fields), ","))
	if m.DDL.Sort != "" {
		query.Set("sort", m.DDL.Sort)
	}
	return query, nil
}

// scan goes through pages and keeps the records whose text holds what is searched.
type scan struct {
	*maker
	search string // lower case; empty: everything
	limit  int    // options to find
	pages  int    // to go through
	result []byte
	found  int
}

func (s *scan) run(ctx context.Context, call *operations.Call, query url.Values, cursor string) (json.RawMessage, error) {
	skip, after := splitCursor(cursor)
	next, truncated := "", false
	for page := range s.pages {
		if after != "" {
			query.Set("page[after]", after)
		}
		body, following, err := s.page(ctx, call, query)
		if err != nil {
			return nil, err
		}
		if done := s.collect(gjson.GetBytes(body, "data"), skip); done > 0 {
			next = joinCursor(done, after)
			break
		}
		next, skip = following, 0
		if following != "" && following == after {
			call.Warn("Outreach gave the same cursor twice; the list ends here")
			next = ""
		}
		if next == "" || s.found >= s.limit {
			break
		}
		after = following
		truncated = s.search != "" && page == s.pages-1
	}
	return s.answer(next, truncated)
}

// collect adds what matches on a page. If it has to stop before the page's end, it gives the number of records done.
func (s *scan) collect(records gjson.Result, skip int) (done int) {
	at := 0
	records.ForEach(func(_, record gjson.Result) bool {
		at++
		if at <= skip {
			return true
		}
		if s.found == s.limit {
			done = at - 1
			return false
		}
		if text := s.text(record); strings.Contains(strings.ToLower(text), s.search) {
			s.add(record, text)
		}
		return true
	})
	return done
}

func (s *scan) add(record gjson.Result, text string) {
	id := record.Get("id").Raw
	quoted, _ := json.Marshal(text) // a string can be encoded
	if s.found > 0 {
		s.result = append(s.result, ',')
	}
	s.found++
	s.result = fmt.Appendf(s.result, `{"text":%s,"value":%s,"id":%s`, quoted, id, id)
	for _, name := range s.DDL.Fields {
		key, value := name, record.Get("attributes."+name)
		if _, ok := s.Relationships[name]; ok {
			key, value = name+"Id", record.Get("relationships."+name+".data.id")
		}
		if value.Exists() {
			s.result = fmt.Appendf(s.result, `,%q:%s`, key, value.Raw)
		}
	}
	s.result = append(s.result, '}')
}

func (s *scan) answer(next string, truncated bool) (json.RawMessage, error) {
	output := append(append([]byte(`{"result":[`), s.result...), `]}`...)
	var err error
	if next != "" {
		if output, err = sjson.SetBytes(output, "next_cursor", next); err != nil {
			return nil, fmt.Errorf("adding the cursor: %w", err)
		}
	}
	if truncated && next != "" {
		output, err = sjson.SetBytes(output, "truncated", true)
	}
	return output, err
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// text is what an option shows: the first template that can be filled, or kind and id.
func (m *maker) text(record gjson.Result) string {
	for _, template := range m.DDL.Text {
		whole := true
		text := placeholder.ReplaceAllStringFunc(template, func(name string) string {
			value := m.shownValue(record, name[1:len(name)-1])
			whole = whole && value != ""
			return value
		})
		if whole {
			return text
		}
	}
	return m.Singular + " " + record.Get("id").String()
}

func (m *maker) shownValue(record gjson.Result, name string) string {
	if _, ok := m.Relationships[name]; ok {
		return record.Get("relationships." + name + ".data.id").String()
	}
	value := record.Get("attributes." + name)
	if value.IsArray() {
		value = value.Get("0")
	}
	return strings.TrimSpace(value.String())
}

// A cursor is the vendor's, or "skip:N:" and the vendor's where N records of that page have been gone through.
func joinCursor(done int, after string) string { return fmt.Sprintf("skip:%d:%s", done, after) }

func splitCursor(cursor string) (skip int, after string) {
	rest, ok := strings.CutPrefix(cursor, "skip:")
	number, after, found := strings.Cut(rest, ":")
	skip, err := strconv.Atoi(number)
	if !ok || !found || err != nil || skip < 0 {
		return 0, cursor
	}
	return skip, after
}
