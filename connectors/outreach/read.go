package outreach

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/operations"
)

// mediaType is what Outreach wants and gives. Without it a request is answered 415.
const mediaType = "application/vnd.api+json"

// maxJoined bounds, in bytes, what all_pages gathers before it stops.
const maxJoined = 32 << 20

// send makes one request below the API's base path and gives the answer's body.
func send(ctx context.Context, call *operations.Call, method, endpoint string, query url.Values, body []byte) ([]byte, error) {
	address := call.Base.URL(endpoint)
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	request, err := http.NewRequestWithContext(ctx, method, address, reader)
	if err != nil {
		return nil, fmt.Errorf("making a request to Outreach: %w", err)
	}
	request.Header.Set("Accept", mediaType)
	request.Header.Set("Content-Type", mediaType)
	response, err := call.Send(request)
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

// decode reads an input that the schema has let pass.
func decode(input json.RawMessage, into any) error {
	if err := json.Unmarshal(input, into); err != nil {
		return fmt.Errorf("decoding the input: %w", err)
	}
	return nil
}

// recordID reads an id that the schema has let pass: an integer, or a string of digits. Numbers such as 1e3 and 12.0
// are integers too.
type recordID int64

func (id *recordID) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		f, err := strconv.ParseFloat(text, 64)
		if n = int64(f); err != nil || float64(n) != f {
			return fmt.Errorf("reading an id: %q is not an integer", text)
		}
	}
	*id = recordID(n)
	return nil
}

func (id recordID) String() string { return strconv.FormatInt(int64(id), 10) }

// recordPath is where the record lies whose id the input holds.
func (m *maker) recordPath(input json.RawMessage) (endpoint string, id recordID, err error) {
	if err := decode(json.RawMessage(gjson.GetBytes(input, m.idInput(m.declared)).Raw), &id); err != nil {
		return "", 0, err
	}
	return "/" + m.Path + "/" + id.String(), id, nil
}

func (m *maker) get(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	endpoint, _, err := m.recordPath(call.Input)
	if err != nil {
		return nil, err
	}
	var input listInput
	if err := decode(call.Input, &input); err != nil {
		return nil, err
	}
	query, wrong := url.Values{}, faults{}
	m.fieldsQuery(query, input.Fields, &wrong)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return send(ctx, call, http.MethodGet, endpoint, query, nil)
}

func (m *maker) list(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	input := listInput{PageSize: pageSize, MaxPages: pages}
	if err := decode(call.Input, &input); err != nil {
		return nil, err
	}
	query, err := m.listQuery(input)
	if err != nil {
		return nil, err
	}
	if input.AllPages {
		return m.listAll(ctx, call, query, input.MaxPages)
	}
	body, cursor, err := m.page(ctx, call, query)
	if err != nil || cursor == "" {
		return body, err
	}
	return sjson.SetBytes(body, "next_cursor", cursor)
}

// page reads one page and the cursor of the next, which is empty at the end.
func (m *maker) page(ctx context.Context, call *operations.Call, query url.Values) (body []byte, cursor string, err error) {
	body, err = send(ctx, call, http.MethodGet, "/"+m.Path, query, nil)
	if err != nil {
		return nil, "", err
	}
	if !json.Valid(body) || !gjson.GetBytes(body, "data").IsArray() {
		return nil, "", operations.Errorf(operations.CodeUpstreamFailed, "Outreach answered a list with something else")
	}
	next := gjson.GetBytes(body, "links.next")
	if next.IsObject() {
		next = next.Get("href")
	}
	if next.String() == "" {
		return body, "", nil
	}
	if cursor = pageAfter(next.String()); cursor == "" {
		call.Warn("Outreach says there is a next page but gives no cursor for it; what is here is not all")
	}
	return body, cursor, nil
}

// pageAfter takes the cursor out of a link. The rest of the link counts for nothing: requests go where they always go.
func pageAfter(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Query().Get("page[after]")
}

// listAll joins pages until there is none left, or a bound is met.
func (m *maker) listAll(ctx context.Context, call *operations.Call, query url.Values, most int) (json.RawMessage, error) {
	joined := []byte(`{"data":[`)
	start := len(joined)
	seen := map[string]bool{query.Get("page[after]"): true}
	var meta, cursor string
	truncated := false
	for range most {
		body, next, err := m.page(ctx, call, query)
		if err != nil {
			return nil, err
		}
		records := gjson.GetBytes(body, "data").Raw
		if records = strings.TrimSpace(records[1 : len(records)-1]); records != "" && len(joined) > start {
			joined = append(joined, ',')
		}
		joined = append(joined, records...)
		meta, cursor, truncated = gjson.GetBytes(body, "meta").Raw, next, next != ""
		if seen[next] && next != "" {
			call.Warn("Outreach gave the same cursor twice; the list ends here")
			cursor = ""
		}
		if cursor == "" || len(joined) > maxJoined {
			break
		}
		seen[next] = true
		query.Set("page[after]", next)
	}
	joined = append(joined, ']')
	if meta != "" {
		joined = append(append(joined, `,"meta":`...), meta...)
	}
	if truncated {
		joined = append(joined, `,"truncated":true`...)
	}
	joined = append(joined, '}')
	if cursor == "" {
		return joined, nil
	}
	return sjson.SetBytes(joined, "next_cursor", cursor)
}
