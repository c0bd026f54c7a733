package platform_test

import (
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

func TestCustomFields(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	made := h.want(t, "create_custom_field", `{"entityType":"ticket","name":"Region","type":"select","options":["North","South"],"description":"D"}`)
	id := made.Get("id").String()
	h.refused(t, "create_custom_field", `{"entityType":"ticket","name":"Region","type":"text"}`, operations.CodeConflict, id)
	h.want(t, "create_custom_field", `{"entityType":"account","name":"Region","type":"text"}`)
	for input, pointer := range map[string]string{
		`"type":"select"`: "/options", `"type":"text","options":["A"]`: "/options", `"type":"multi_select","options":["A","B","A"]`: "/options/2", `"type":"colour"`: "/type",
	} {
		h.refused(t, "create_custom_field", `{"entityType":"ticket","name":"X",`+input+`}`, operations.CodeInvalidInput, pointer)
	}
	h.refused(t, "update_custom_field", `{"id":"`+id+`","options":["East","East"]}`, operations.CodeInvalidInput, "/options/1")
	h.refused(t, "update_custom_field", `{"id":"`+id+`","name":"X","version":4}`, operations.CodeConflict, "version 1, not 4")
	got := h.want(t, "update_custom_field", `{"id":"`+id+`","name":"Area","options":["East","West"],"isRequired":true,"version":1}`)
	if got.Get("name").String() != "Area" || got.Get("options").Raw != `["East","West"]` || !got.Get("isRequired").Bool() || got.Get("description").String() != "D" {
		t.Errorf("got %s", got.Raw)
	}
	h.in("two").refused(t, "get_custom_field", `{"id":"`+id+`"}`, operations.CodeNotFound, id)
	h.want(t, "delete_custom_field", `{"id":"`+id+`"}`)
	h.refused(t, "get_custom_field", `{"id":"`+id+`"}`, operations.CodeNotFound, id)
	h.want(t, "create_custom_field", `{"entityType":"ticket","name":"Area","type":"text"}`)
	if got := h.happened(t, `"custom_field.*"`); got != "custom_field.created custom_field.created custom_field.updated custom_field.deleted custom_field.created" {
		t.Errorf("events %s", got)
	}
}

func TestCustomValues(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	for _, test := range []struct{ kind, more, good, bad string }{
		{"text", "", `{"value":"a"} {"values":[{"value":"a"},{"value":"b"}]} {"value":""} {"value":null} {"values":[{"value":"a","id":"1"}]} {"n":1,"value":"a"}`, `{"value":1} {"value":["a","b"]} {} {"n":1} {"value":{}} {"values":["a"]} {"values":[{}]} {"value":"` + strings.Repeat("x", 10_001) + `"}`},
		{"number", "", `{"value":1.5} {"value":-0} {"value":"42"} {"value":"1e3"}`, `{"value":"a"} {"value":true} {"value":"0x10"} {"value":"NaN"} {"value":" 1"}`},
		{"boolean", "", `{"value":true} {"value":"false"}`, `{"value":"yes"} {"value":1}`},
		{"date", "", `{"value":"2024-02-29"}`, `{"value":"2026-02-29"} {"value":"2026-1-1"} {"value":"2026-01-01T00:00:00Z"}`},
		{"select", `,"options":["A","B"]`, `{"value":"A"}`, `{"value":"C"} {"value":["A","B"]} {"values":[{"value":"A"},{"value":"B"}]} {"value":1}`},
		{"multi_select", `,"options":["A","B"]`, `{"value":"A"} {"value":["A","B"]} {"value":[]} {"values":[{"value":"B"},{"value":"A"}]}`, `{"value":["A","C"]} {"value":["A","A"]} {"value":[["A"]]}`},
		{"url", "", `{"value":"https://example.com/a?b#c"}`, `{"value":"example.com"} {"value":"javascript:alert(1)"} {"value":"https://"}`},
		{"email", "", `{"value":"a@example.com"}`, `{"value":"a"} {"value":"A<a@example.com>"}`},
	} {
		field := h.want(t, "create_custom_field", `{"entityType":"ticket","name":"`+test.kind+`","type":"`+test.kind+`"`+test.more+`}`).Get("id").String()
		values := func(data string) string {
			return `"customFieldValues":[{"customFieldId":"` + field + `","data":` + data + `}]`
		}
		for data := range strings.SplitSeq(test.good, " ") {
			id := h.create(t, "A", values(data))
			if got := h.want(t, "get_ticket", `{"id":"`+id+`"}`).Get("customFieldValues.0.data").Raw; got != data {
				t.Errorf("%s: kept %s, given %s", test.kind, got, data)
			}
		}
		for data := range strings.SplitSeq(strings.ReplaceAll(test.bad, `" 1"`, `"_1"`), " ") {
			input := `{"title":"A","requestorEmail":"a@example.com","teamId":"` + team + `",` + values(data) + `}`
			h.refused(t, "create_ticket", input, operations.CodeInvalidInput, "/customFieldValues/0/data")
		}
	}
}

func TestRequiredField(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	old := h.create(t, "old")
	field := h.want(t, "create_custom_field", `{"entityType":"ticket","name":"Order","type":"text","isRequired":true}`).Get("id").String()
	ticket := `{"title":"A","requestorEmail":"a@example.com","teamId":"` + team + `"`
	values := func(data string) string {
		return `,"customFieldValues":[{"customFieldId":"` + field + `","data":` + data + `}]}`
	}
	h.refused(t, "create_ticket", ticket+`}`, operations.CodeInvalidInput, `/customFieldValues lacks the required field "Order"`)
	h.refused(t, "create_ticket", ticket+values(`{"value":null}`), operations.CodeInvalidInput, "/customFieldValues/0/data has no value")
	id := h.want(t, "create_ticket", ticket+values(`{"value":"A-17"}`)).Get("id").String()
	h.want(t, "update_ticket", `{"id":"`+old+`","title":"still without"}`)
	h.refused(t, "update_ticket", `{"id":"`+id+`"`+values(`{"value":""}`), operations.CodeInvalidInput, "/customFieldValues/0/data has no value")
	h.want(t, "delete_custom_field", `{"id":"`+field+`"}`)
	h.want(t, "create_ticket", ticket+`}`)
	account := `{"name":"Acme","primaryDomain":"acme.example"`
	field2 := h.want(t, "create_custom_field", `{"entityType":"account","name":"Seats","type":"number","isRequired":true}`).Get("id").String()
	h.refused(t, "create_account", account+`}`, operations.CodeInvalidInput, `/customFieldValues lacks the required field "Seats"`)
	for data, want := range map[string]string{`[{"value":"many"}]`: "is no number", `[]`: "has no value", `[{"value":"1"},{"value":"2x"}]`: "is no number"} {
		h.refused(t, "create_account", account+`,"customFieldValues":[{"customFieldId":"`+field2+`","data":`+data+`}]}`, operations.CodeInvalidInput, want)
	}
	h.want(t, "create_account", account+`,"customFieldValues":[{"customFieldId":"`+field2+`","data":[{"value":"12"}]}]}`)
	h.want(t, "create_custom_field", `{"entityType":"contact","name":"Born","type":"date","isRequired":true}`)
	h.refused(t, "create_customer_contact", `{"firstName":"A","email":"a@example.com"}`, operations.CodeInvalidInput, `required field "Born"`)
	h.refused(t, "update_ticket", `{"id":"`+id+`"`+values(`{"value":"B"}`), operations.CodeInvalidInput, "/customFieldValues/0/customFieldId")
	if got := h.want(t, "get_ticket", `{"id":"`+id+`"}`).Get("customFieldValues.0.data.value").String(); got != "A-17" {
		t.Errorf("kept %q", got)
	}
}
