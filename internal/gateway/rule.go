package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// rule is a throttler, taken apart.
type rule struct {
	throttler  *operations.Throttler
	own        bool // the operation's, not the connector's
	match      operations.RequestMatch
	malformed  bool // the match cannot be read: it is held against every request
	overridden bool // what is declared has been changed by an admin

	workspace, credential, operation, method bool     // are part of the key
	inputs                                   []string // fields of the operation's input that are
	middle                                   string   // of the key: name, limit and window
	narrowness                               int      // how few requests share a bucket; 0: other credentials share it
}

func newRule(t *operations.Throttler, own bool) rule {
	r := rule{throttler: t, own: own}
	placeholders, _ := t.Placeholders() // what is malformed in a key does not count
	r.workspace, r.credential = slices.Contains(placeholders, "workspace"), slices.Contains(placeholders, "credential")
	r.operation, r.method = slices.Contains(placeholders, "operation"), slices.Contains(placeholders, "method")
	for _, name := range placeholders {
		if field, ok := strings.CutPrefix(name, "input."); ok {
			r.inputs = append(r.inputs, field)
		}
	}
	match, err := operations.ParseMatch(t.Match)
	r.match, r.malformed = match, err != nil
	r.middle = "}:" + t.Name
	if t.Limit > 0 && t.TTL > 0 {
		r.middle += ":" + strconv.Itoa(t.Limit) + "/" + t.TTL.Duration().String()
	}
	if t.Concurrent > 0 {
		r.middle += ":c" + strconv.Itoa(t.Concurrent)
	}
	if t.Match != "" {
		r.middle += ":" + url.QueryEscape(t.Match)
	}
	r.narrowness = r.rank()
	return r
}

// rank is the rule's narrowness. What bounds only the requests under way ranks after what counts them.
func (r *rule) rank() int {
	if !r.credential {
		return 0
	}
	n := 1 + len(r.inputs)
	for _, narrower := range []bool{r.operation, r.method, r.match.Narrow()} {
		if narrower {
			n++
		}
	}
	if r.throttler.Limit == 0 {
		return 2*n - 1
	}
	return 2 * n
}

// key is, for example, "limit:{ws/cr/slack}:tier3:50/1m0s:post_message". The part in braces names whose the bucket is,
// as far as the template says so; the connector is always in it. After name, limit, window and match come operation,
// method and input if the template holds them; its other text is of no account. A changed limit has another key: it
// starts anew. No value holds "/" or a brace.
func (r *rule) key(of *subject) string {
	var b strings.Builder
	b.Grow(128)
	b.WriteString("limit:{")
	if r.workspace {
		b.WriteString(of.workspace)
		b.WriteByte('/')
	}
	if r.credential {
		b.WriteString(of.credential)
		b.WriteByte('/')
	}
	b.WriteString(of.connector)
	b.WriteString(r.middle)
	if r.operation {
		b.WriteByte(':')
		b.WriteString(of.operation)
	}
	if r.method {
		b.WriteByte(':')
		b.WriteString(of.method)
	}
	for _, field := range r.inputs {
		b.WriteByte(':')
		b.WriteString(fieldOf(of.input, field))
	}
	return b.String()
}

// subject is what the placeholders of a key template stand for. The values are escaped.
type subject struct {
	workspace, credential, connector, operation, method string
	input                                               json.RawMessage
}

func newSubject(p *plan, credential *operations.Credential, method string, input json.RawMessage) *subject {
	s := &subject{
		workspace: "-", credential: "-", connector: p.connector, operation: p.operation,
		method: url.PathEscape(method), input: input,
	}
	if credential != nil {
		s.workspace, s.credential = url.PathEscape(credential.Workspace), url.PathEscape(credential.ID)
	}
	return s
}

// fieldOf is a field of an input, escaped. A long one is told by its hash; what is no plain value is "-".
func fieldOf(input json.RawMessage, field string) string {
	const most = 64
	value := gjson.GetBytes(input, field)
	if value.Type == gjson.JSON || value.Type == gjson.Null {
		return "-"
	}
	text := value.String()
	if len(text) > most {
		sum := sha256.Sum256([]byte(text))
		text = hex.EncodeToString(sum[:16])
	}
	return url.QueryEscape(text)
}
