package outreachtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/patchbay/patchbay/connectors/outreach"
	"github.com/patchbay/patchbay/operations"
)

// addSamples makes every record that an operation's sample names, looking as the sample's output shows it, so that
// every sample input works on a fresh sandbox.
func (b *builder) addSamples() {
	samples := &samples{builder: b, told: map[ref]map[string]bool{}, taken: map[[2]ref]bool{}}
	for _, spec := range sampleOrder(outreach.Connector().Operations) {
		input, output := decodeSample(spec.Sample.Input), decodeSample(spec.Sample.Output)
		samples.readInput(spec, input)
		if spec.Effect == operations.EffectRead {
			samples.readOutput(output)
		}
	}
	samples.freePairs()
}

// sampleOrder puts the samples that show a record best first: what two of them say differently, the first decides.
func sampleOrder(all []operations.Operation) []operations.Spec {
	specs := make([]operations.Spec, len(all))
	for i, operation := range all {
		specs[i] = operation.Spec()
	}
	rank := func(s operations.Spec) int {
		return slices.IndexFunc([]string{"create_", "add_", "get_", "list_", ""}, func(prefix string) bool {
			return strings.HasPrefix(s.Name, prefix)
		})
	}
	slices.SortFunc(specs, func(a, c operations.Spec) int {
		return cmp.Or(rank(a)-rank(c), strings.Compare(a.Name, c.Name))
	})
	return specs
}

func decodeSample(text json.RawMessage) map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var sample map[string]any
	if decoder.Decode(&sample) != nil {
		return nil
	}
	return sample
}

// samples goes through the samples.
type samples struct {
	*builder
	told  map[ref]map[string]bool // what is settled of a record
	taken map[[2]ref]bool         // prospect and sequence that a sample brings together: they must not be together before
}

// readInput makes the records that an input names by id.
func (s *samples) readInput(spec operations.Spec, input map[string]any) {
	kind := s.surface.byType[spec.Resource]
	s.readLinks(input)
	for name, value := range input {
		if id, ok := positive(value); ok && strings.HasSuffix(name, "_id") {
			s.add(ref{s.kindOf(kind, strings.TrimSuffix(name, "_id")), id})
		}
	}
	relationships, _ := input["relationships"].(map[string]any)
	for name, value := range relationships {
		s.need(kind, camel(name), value)
	}
	filters, _ := input["filters"].([]any)
	for _, filter := range filters {
		filter, _ := filter.(map[string]any)
		field, _ := filter["field"].(string)
		s.need(kind, strings.TrimSuffix(camel(field), ".id"), filter["criteria"])
	}
	params, _ := input["action_params"].(map[string]any)
	for name, value := range params {
		if id, ok := positive(value); ok {
			s.add(ref{s.kindOf(kind, strings.TrimSuffix(camel(name), "Id")), id})
		}
	}
	s.prepare(spec, kind, input)
}

// kindOf is the kind of record that an input called "<name>_id" means: one of that name, or what the relationship of
// that name leads to, or the operation's own kind.
func (s *samples) kindOf(kind *resource, name string) string {
	name = camel(name)
	if _, known := s.surface.byType[name]; known {
		return name
	}
	if kind == nil {
		return ""
	}
	if relationship, ok := kind.Relationships[name]; ok {
		return relationship.Type
	}
	return kind.Type
}

// need makes what a relationship of an input leads to: an id, several, or {"type","id"}.
func (s *samples) need(kind *resource, name string, value any) {
	if kind == nil {
		return
	}
	relationship, ok := kind.Relationships[name]
	if !ok {
		return
	}
	if list, isList := value.([]any); isList {
		for _, item := range list {
			s.need(kind, name, item)
		}
		return
	}
	if id, isID := positive(value); isID {
		s.add(ref{relationship.Type, id})
	}
	if to, isIdentifier := identifierOf(value); isIdentifier {
		s.add(to)
	}
}

// prepare brings a record into the state that an action needs, and remembers whom samples put into which sequence.
func (s *samples) prepare(spec operations.Spec, kind *resource, input map[string]any) {
	if spec.Name == "create_sequence_state" || spec.Name == "add_prospect_to_sequence" {
		relationships, _ := input["relationships"].(map[string]any)
		prospect, _ := positive(cmp.Or(input["prospect_id"], relationships["prospect"]))
		sequence, _ := positive(cmp.Or(input["sequence_id"], relationships["sequence"]))
		s.taken[[2]ref{{"prospect", prospect}, {"sequence", sequence}}] = true
	}
	if email, ok := input["request_object_email"].(string); ok {
		person := s.add(ref{"prospect", int64(population()["prospect"])}).with()
		person.set("emails", []any{email})
		s.store.replace(person)
	}
	name, _ := input["action"].(string)
	if kind == nil || name == "" {
		return
	}
	id, _ := positive(input[snake(kind.Type)+"_id"])
	r := s.add(ref{kind.Type, max(id, 1)}).with()
	switch {
	case kind.Type == "sequenceState" && name == "resume":
		s.tell(r, "state", "paused")
	case kind.Type == "sequenceState":
		s.tell(r, "state", "active")
	case kind.Type == "task" && name == "deliver":
		s.tell(r, "state", "incomplete")
		s.tell(r, "action", "email")
	case kind.Type == "task":
		s.tell(r, "state", "incomplete")
		s.tell(r, "completed", false)
	}
	s.store.replace(r)
}

// tell sets an attribute for good: no sample's output changes it.
func (s *samples) tell(r *record, name string, value any) {
	r.set(name, value)
	s.said(r.ref())[name] = true
}

func (s *samples) said(of ref) map[string]bool {
	if s.told[of] == nil {
		s.told[of] = map[string]bool{}
	}
	return s.told[of]
}

var recordLink = regexp.MustCompile(`^(?:https?://[^/]+)?(?:/api/v2)?/([A-Za-z]+)/([1-9][0-9]{0,17})(?:[/?]|$)`)

// readLinks makes the records whose addresses an input holds, however deep.
func (s *samples) readLinks(value any) {
	switch v := value.(type) {
	case string:
		if match := recordLink.FindStringSubmatch(v); match != nil {
			id, _ := strconv.ParseInt(match[2], 10, 64)
			if kind, known := s.surface.byPath[match[1]]; known {
				s.add(ref{kind.Type, id})
			}
		}
	case map[string]any:
		for _, inner := range v {
			s.readLinks(inner)
		}
	case []any:
		for _, inner := range v {
			s.readLinks(inner)
		}
	}
}

func positive(value any) (int64, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	id, err := n.Int64()
	return id, err == nil && id > 0
}

// camel turns "first_name" into "firstName".
func camel(name string) string {
	parts := strings.Split(name, "_")
	for i, part := range parts[1:] {
		if part != "" {
			parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "")
}

// snake turns "firstName" into "first_name".
func snake(name string) string {
	var b strings.Builder
	for _, c := range name {
		if unicode.IsUpper(c) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
