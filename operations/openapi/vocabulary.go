package openapi

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/tidwall/gjson"
	"gopkg.in/yaml.v3"

	"github.com/patchbay/patchbay/operations"
)

//go:embed vocabulary.schema.json
var overlaySchema string

// OverlaySchema is the JSON Schema of an overlay and of the hub's extensions in it, which are its $defs "x-…".
func OverlaySchema() operations.Schema { return operations.Schema(overlaySchema) }

// vocabulary reads the hub's extensions, each checked against its schema.
type vocabulary struct {
	report *Report
	words  func() (*operations.Validator, error) // of an object whose members are extensions
	seen   map[*yaml.Node]bool                   // extensions that were read
}

func newVocabulary(report *Report) *vocabulary {
	return &vocabulary{report: report, words: sync.OnceValues(compileWords), seen: map[*yaml.Node]bool{}}
}

// compileWords makes one validator for all extensions, since they share most of what they are made of.
func compileWords() (*operations.Validator, error) {
	defs := gjson.Get(overlaySchema, "$defs")
	properties := map[string]any{}
	defs.ForEach(func(name, _ gjson.Result) bool {
		properties[name.String()] = map[string]string{"$ref": "#/$defs/" + name.String()}
		return true
	})
	schema, err := json.Marshal(map[string]any{"properties": properties, "$defs": json.RawMessage(defs.Raw)})
	if err != nil {
		return nil, fmt.Errorf("encoding the schema of the extensions: %w", err)
	}
	validator, err := operations.Schema(schema).Compile()
	if err != nil {
		return nil, fmt.Errorf("preparing the schema of the extensions: %w", err)
	}
	return validator, nil
}

// read decodes the extension of a node. One that does not fit its schema is reported and counts as absent.
func (v *vocabulary) read(operation string, n *yaml.Node, name string, into any) bool {
	found := child(n, name)
	if found == nil {
		return false
	}
	v.seen[found] = true
	if err := v.decode(found, name, into); err != nil {
		v.report.add(Skipped, operation, found, "%s: %s", name, line(err.Error()))
		return false
	}
	return true
}

func (v *vocabulary) decode(n *yaml.Node, name string, into any) error {
	validator, err := v.words()
	if err != nil {
		return err
	}
	raw := appendJSON(nil, n)
	document, err := operations.Decode(raw)
	if err != nil {
		return err
	}
	if faults := validator.Faults(map[string]any{name: document}); len(faults) > 0 {
		return fmt.Errorf("%s %s", strings.TrimPrefix(faults[0].Pointer, "/"+name), faults[0].Detail)
	}
	return json.Unmarshal(raw, into)
}

// unread reports the extensions of an overlay that nothing asked for: they stand where they mean nothing.
func (v *vocabulary) unread(n *yaml.Node) {
	for key, value := range pairs(n) {
		known := key.Column == fromOverlay && strings.HasPrefix(key.Value, "x-") && key.Value != "x-title" && key.Value != "x-nullable"
		if known && !v.seen[value] {
			v.report.add(Note, "", key, "%s means nothing here", line(key.Value))
		}
		v.unread(value)
	}
	for _, item := range items(n) {
		v.unread(item)
	}
}

// text is an extension that is a text, "" if it is absent.
func (v *vocabulary) text(operation string, n *yaml.Node, name string) (s string) {
	v.read(operation, n, name, &s)
	return s
}

func (v *vocabulary) hidden(operation string, n *yaml.Node) (hidden bool) {
	v.read(operation, n, "x-hidden", &hidden)
	return hidden
}

// oneOrMany is a value that JSON may give alone or in an array.
type oneOrMany[T any] []T

// UnmarshalJSON reads a T or an array of them.
func (l *oneOrMany[T]) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, (*[]T)(l))
	}
	var one T
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	*l = oneOrMany[T]{one}
	return nil
}

// paths are gjson paths, of which the first that leads to something counts.
type paths = oneOrMany[string]

// first is what the first of the paths that leads to something means.
func first(body []byte, paths []string) gjson.Result {
	for _, path := range paths {
		if found := get(body, path); found.Exists() && found.Type != gjson.Null {
			return found
		}
	}
	return gjson.Result{}
}

// get is gjson.GetBytes where the empty path means the document itself.
func get(body []byte, path string) gjson.Result {
	if path == "" {
		return gjson.ParseBytes(body)
	}
	return gjson.GetBytes(body, path)
}

type cacheRule struct {
	TTL      operations.Seconds `json:"ttl"`
	StaleFor operations.Seconds `json:"stale_for"`
	NotFound operations.Seconds `json:"not_found"`
	Vary     []string           `json:"vary"`
}

func (c *cacheRule) rule() operations.CacheRule {
	if c == nil {
		return operations.CacheRule{}
	}
	return operations.CacheRule{TTL: c.TTL, StaleFor: c.StaleFor, NotFound: c.NotFound, Vary: c.Vary}
}

// checkCache drops the cache rule of an operation that varies by what is no input of it.
func (v *vocabulary) checkCache(where string, n *yaml.Node, s *operations.Spec) {
	if err := s.Cache.Validate(s.Input); err != nil {
		v.report.add(Skipped, where, n, "%s", line(err.Error()))
		s.Cache = operations.CacheRule{}
	}
}

type throttle struct {
	Name       string             `json:"name"`
	TTL        operations.Seconds `json:"ttl"`
	Limit      int                `json:"limit"`
	Burst      int                `json:"burst"`
	Key        string             `json:"key"`
	Match      string             `json:"match"`
	Concurrent int                `json:"concurrent"`
	Enabled    *bool              `json:"enabled"`
}

// throttlers reads x-throttle of the document or of an operation.
func (v *vocabulary) throttlers(operation string, n *yaml.Node) []operations.Throttler {
	var declared []throttle
	v.read(operation, n, "x-throttle", &declared)
	var throttlers []operations.Throttler
	for _, t := range declared {
		if t.Key == "" {
			t.Key = "{workspace}/{credential}"
		}
		throttler := operations.Throttler{
			Name: t.Name, TTL: t.TTL, Limit: t.Limit, Burst: t.Burst, Key: t.Key, Match: t.Match, Concurrent: t.Concurrent,
			Enabled: t.Enabled == nil || *t.Enabled,
		}
		if err := throttler.Validate(); err != nil {
			v.report.add(Skipped, operation, child(n, "x-throttle"), "x-throttle: %s", line(err.Error()))
			continue
		}
		throttlers = append(throttlers, throttler)
	}
	return throttlers
}
