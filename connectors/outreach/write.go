package outreach

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// document is what is sent to write a record.
type document struct {
	Data struct {
		Type          string                     `json:"type"`
		ID            recordID                   `json:"id,omitzero"`
		Attributes    map[string]json.RawMessage `json:"attributes,omitempty"`
		Relationships map[string]link            `json:"relationships,omitempty"`
	} `json:"data"`
}

// link is a to-one relationship as JSON:API writes it; no data clears it.
type link struct {
	Data *reference `json:"data"`
}

type reference struct {
	Type string   `json:"type"`
	ID   recordID `json:"id"`
}

// written is what is to be stored in a record, as the input gives it.
type written struct {
	Attributes    map[string]json.RawMessage `json:"attributes"`
	Relationships map[string]json.RawMessage `json:"relationships"`
}

func (m *maker) create(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	if m.declared.Flat != nil {
		return m.createFlat(ctx, call)
	}
	return m.write(ctx, call, http.MethodPost, "/"+m.Path, 0)
}

func (m *maker) update(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	endpoint, id, err := m.recordPath(call.Input)
	if err != nil {
		return nil, err
	}
	return m.write(ctx, call, http.MethodPatch, endpoint, id)
}

// write sends what the input gives, under the vendor's names.
func (m *maker) write(ctx context.Context, call *operations.Call, method, endpoint string, id recordID) (json.RawMessage, error) {
	var input written
	if err := decode(call.Input, &input); err != nil {
		return nil, err
	}
	var wrong faults
	for _, name := range slices.Sorted(maps.Keys(input.Attributes)) {
		if _, known := m.Attributes[camel(name)]; !known && !m.isCustom(name) {
			wrong.add("/attributes/"+name, "is not a known field; there are custom1 to custom%d", m.Custom)
		}
	}
	input.Attributes = vendorNames(input.Attributes, "/attributes", &wrong)
	input.Relationships = vendorNames(input.Relationships, "/relationships", &wrong)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return m.sendRecord(ctx, call, method, endpoint, id, input)
}

func (m *maker) sendRecord(ctx context.Context, call *operations.Call, method, endpoint string, id recordID, values written) (json.RawMessage, error) {
	body := document{}
	body.Data.Type, body.Data.ID, body.Data.Attributes = m.Type, id, values.Attributes
	body.Data.Relationships = make(map[string]link, len(values.Relationships))
	for name, value := range values.Relationships {
		other, err := m.Relationships[name].to(value)
		if err != nil {
			return nil, fmt.Errorf("reading relationship %s: %w", name, err)
		}
		body.Data.Relationships[name] = other
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encoding the request: %w", err)
	}
	return send(ctx, call, method, endpoint, nil, encoded)
}

// createFlat creates from inputs that lie beside one another.
func (m *maker) createFlat(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	values := written{Attributes: map[string]json.RawMessage{}, Relationships: map[string]json.RawMessage{}}
	for name, flat := range m.declared.Flat {
		value := json.RawMessage(gjson.GetBytes(call.Input, name).Raw)
		if flat.Relationship != "" {
			values.Relationships[flat.Relationship] = value
		} else {
			values.Attributes[name] = value
		}
	}
	output, err := m.sendRecord(ctx, call, http.MethodPost, "/"+m.Path, 0, values)
	var refused *operations.Error
	if errors.As(err, &refused) {
		m.flattenFaults(refused)
	}
	return output, err
}

// flattenFaults lets the faults of an answer point to the flat inputs.
func (m *maker) flattenFaults(refused *operations.Error) {
	for i, fault := range refused.Faults {
		for name, flat := range m.declared.Flat {
			if fault.Pointer == "/relationships/"+snake(flat.Relationship) || fault.Pointer == "/attributes/"+name {
				refused.Faults[i].Pointer = "/" + name
			}
		}
	}
}

// vendorNames renames snake_case to camelCase. The same field under both names is a fault.
func vendorNames(values map[string]json.RawMessage, at string, wrong *faults) map[string]json.RawMessage {
	renamed := make(map[string]json.RawMessage, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		vendor := camel(name)
		if _, taken := renamed[vendor]; taken {
			wrong.add(at+"/"+name, "is given twice, as %s too; give it once", vendor)
		}
		renamed[vendor] = values[name]
	}
	return renamed
}

// to makes the link out of an input: null, a bare id, or type and id where several types are possible.
func (r Relationship) to(value json.RawMessage) (link, error) {
	if string(value) == "null" {
		return link{}, nil
	}
	other := reference{Type: r.Type}
	if len(r.Types) > 0 {
		return link{&other}, json.Unmarshal(value, &other)
	}
	return link{&other}, json.Unmarshal(value, &other.ID)
}

func (m *maker) delete(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	endpoint, _, err := m.recordPath(call.Input)
	if err != nil {
		return nil, err
	}
	if _, err := send(ctx, call, http.MethodDelete, endpoint, nil, nil); err != nil {
		return nil, err
	}
	return json.RawMessage(`{"deleted":true}`), nil
}

// act does one of the resource's actions. Parameters go into the query; there is no body.
func (m *maker) act(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
	endpoint, _, err := m.recordPath(call.Input)
	if err != nil {
		return nil, err
	}
	var input struct {
		Action string                     `json:"action"`
		Params map[string]json.RawMessage `json:"action_params"`
	}
	if err := decode(call.Input, &input); err != nil {
		return nil, err
	}
	var wrong faults
	query := m.paramsQuery(input.Action, input.Params, &wrong)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return send(ctx, call, http.MethodPost, endpoint+"/actions/"+input.Action, query, nil)
}

// paramsQuery checks parameters against those of the action; the schema has checked their values.
func (m *maker) paramsQuery(action string, given map[string]json.RawMessage, wrong *faults) url.Values {
	known := m.Actions[action].Params
	query := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		at, key := "/action_params/"+name, "actionParams["+camel(name)+"]"
		switch _, ok := known[camel(name)]; {
		case !ok:
			wrong.unknown(at, camel(name), "is not a parameter of "+action, slices.Sorted(maps.Keys(known)))
		case query.Has(key):
			wrong.add(at, "is given twice, as %s too; give it once", camel(name))
		default:
			query.Set(key, gjson.ParseBytes(given[name]).String())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if known[name].Required && !query.Has("actionParams["+name+"]") {
			wrong.add("/action_params/"+name, "is required for %s", action)
		}
	}
	return query
}
