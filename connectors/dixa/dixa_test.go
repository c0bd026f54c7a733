package dixa_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/connectors/dixa"
	"github.com/patchbay/patchbay/operations/conformance"
	"github.com/patchbay/patchbay/operations/openapi"
)

func TestDeclared(t *testing.T) {
	t.Parallel()
	conformance.Declared(t, dixa.Connector(), conformance.Catalogue(t, "../../testdata/catalogue/dixa.json"))
}

// TestDocumentIsTakenWhole holds that nothing of document and overlay is skipped, guessed or without effect, and that
// every sample is the document's own.
func TestDocumentIsTakenWhole(t *testing.T) {
	t.Parallel()
	source := openapi.Source{Document: dixa.Document(), Overlay: dixa.Overlay()}
	connector, report, err := openapi.Load(t.Context(), source, openapi.Options{Name: "dixa"})
	if err != nil {
		t.Fatal(err)
	}
	for _, issue := range report.Issues {
		t.Error(issue)
	}
	for _, operation := range connector.Operations {
		if spec := operation.Spec(); spec.Metadata["sample"] != "" {
			t.Errorf("the sample of %s is %s", spec.Name, spec.Metadata["sample"])
		}
	}
}

// TestAnOperationIsOneEntry adds an operation to the document, and to nothing else.
func TestAnOperationIsOneEntry(t *testing.T) {
	t.Parallel()
	document, err := sjson.SetRawBytes(dixa.Document(), `paths./v1/tags/{tagId}.delete`, []byte(`{
		"operationId": "delete_tag", "summary": "Delete tag", "description": "Deletes a tag.", "tags": ["Tags"],
		"parameters": [{"name": "tagId", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}],
		"responses": {"204": {"description": "Done."}}}`))
	if err != nil {
		t.Fatal(err)
	}
	source := openapi.Source{Document: document, Overlay: dixa.Overlay()}
	connector, _, err := openapi.Load(t.Context(), source, openapi.Options{Name: "dixa"})
	if err != nil {
		t.Fatal(err)
	}
	for _, operation := range connector.Operations {
		if spec := operation.Spec(); spec.Name == "delete_tag" {
			if lookup := gjson.GetBytes(spec.Input, "properties.tagId.x-lookup.operation").String(); lookup != "list_tags_ddl" || spec.Effect != "destructive" {
				t.Errorf("delete_tag: look-up %q, effect %s", lookup, spec.Effect)
			}
			return
		}
	}
	t.Error("the operation is not there")
}

// TestInputsAreStrict holds that a slip in an input is named by where it is.
func TestInputsAreStrict(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ operation, input, pointer, detail string }{
		{"create_agent", `{"email":"a@b.example","displayName":"A","nickname":"x"}`, "/nickname", "is not a known field"},
		{"create_agents_in_bulk", `{"data":[{"email":"a@b.example"}]}`, "/data/0/displayName", "is required"},
		{"create_end_users_in_bulk", `{"data":[{"emial":"a@b.example"}]}`, "/data/0/emial", "is not a known field"},
		{"get_agent", `{"agentId":"434ce9f5-14c8-4be1-a0a8-f755010deb9bX"}`, "/agentId", "is not a valid uuid"},
		{"list_agents", `{"pageLimit":0}`, "/pageLimit", "minimum"},
		{"create_conversation", `{"_type":"Fax","requesterId":"9c2a2cce-699f-4a72-89d9-fda5bc8dec8b"}`, "/_type", "must be one of"},
		{"create_conversation", `{"_type":"Callback","requesterId":"9c2a2cce-699f-4a72-89d9-fda5bc8dec8b","direction":"Inbound"}`, "", "/queueId is required"},
		{"create_webhook", `{"name":"n","url":"u","authorization":{"_type":"TokenAuth"}}`, "/authorization", "/value is required"},
		{"create_webhook", `{"name":"n","url":"u","events":["Everything"],"authorization":{"_type":"NoAuth"}}`, "/events/0", "must be one of"},
		{"patch_end_user_custom_attributes", `{"userId":"9c2a2cce-699f-4a72-89d9-fda5bc8dec8b","customAttributes":{"274e5a2c-be0d-42c0-b725-3dd533729f68":1}}`, "/customAttributes/274e5a2c-be0d-42c0-b725-3dd533729f68", "got number"},
		{"get_metric_data", `{"id":"csat","timezone":"UTC","periodFilter":{"_type":"Preset","value":"Tomorrow"}}`, "/periodFilter", "must be one of"},
		{"get_metric_data", `{"id":"csat","timezone":"UTC","periodFilter":{"_type":"Preset","value":"Today"}}`, "", ""},
		{"get_metric_data", `{"id":"csat","timezone":"UTC","periodFilter":{"_type":"Preset","value":{"_type":"Today"}}}`, "", ""},
		{"add_internal_note", `{"conversationId":1,"message":"m","createdAt":"2021-12-01T12:46:36.581Z[GMT]"}`, "", ""},
	} {
		faults := check(t, find(t, tc.operation).Spec().Input, tc.input)
		found := tc.detail == "" && len(faults) == 0
		for _, fault := range faults {
			found = found || fault.Pointer == tc.pointer && tc.detail != "" && strings.Contains(fault.Detail, tc.detail)
		}
		if !found {
			t.Errorf("%s %s: got %v, want %q at %q", tc.operation, tc.input, faults, tc.detail, tc.pointer)
		}
	}
}
