package outreach_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/connectors/outreach"
	"github.com/patchbay/patchbay/operations"
)

func TestReadError(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		body string
		want operations.UpstreamProblem
	}{
		"validation": {
			body: `{"errors":[{"id":"validationError","title":"Validation Error","detail":"First name is too long.","source":{"pointer":"/data/attributes/firstName"}},
				{"id":"validationError","title":"Validation Error","detail":"Owner does not exist.","source":{"pointer":"/data/relationships/owner/data"}},
				{"id":"validationError","title":"Odd","source":{"pointer":"/data"}}]}`,
			want: operations.UpstreamProblem{
				Code: "validationError", Detail: "First name is too long.; Owner does not exist.; Odd",
				Faults: []operations.InputFault{
					{Pointer: "/attributes/first_name", Detail: "First name is too long."},
					{Pointer: "/relationships/owner", Detail: "Owner does not exist."},
				},
			},
		},
		"details in place of detail": {
			body: `{"errors":[{"id":"unsupportedMediaType","title":"Unsupported Media Type","details":"Send JSON:API."}]}`,
			want: operations.UpstreamProblem{Code: "unsupportedMediaType", Detail: "Send JSON:API."},
		},
		"OAuth": {
			body: `{"error":"invalid_token","error_description":"The access token expired"}`,
			want: operations.UpstreamProblem{Code: "invalid_token", Detail: "The access token expired"},
		},
		"a text without end": {
			body: `{"errors":[{"detail":"` + strings.Repeat("é", 1000) + `"}]}`,
			want: operations.UpstreamProblem{Detail: strings.Repeat("é", 250)},
		},
		"a page":     {body: `<html>`},
		"nothing":    {body: ``},
		"other JSON": {body: `[1]`},
		"deep JSON":  {body: strings.Repeat("[", 1<<20)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := outreach.Connector().ReadError(422, http.Header{}, []byte(c.body))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("problem (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFlatFault has a fault of the answer point to the input that the caller gave.
func TestFlatFault(t *testing.T) {
	t.Parallel()
	u := newUpstream(t, http.StatusUnprocessableEntity,
		`{"errors":[{"id":"validationError","detail":"Mailbox is locked.","source":{"pointer":"/data/relationships/mailbox"}}]}`)
	got := u.call(t, "add_prospect_to_sequence", `{"sequence_id":1,"prospect_id":2,"mailbox_id":3}`)
	if got.err == nil || got.err.Code != operations.CodeUpstreamRejected {
		t.Fatalf("got %v, want upstream_rejected", got.err)
	}
	want := []operations.InputFault{{Pointer: "/mailbox_id", Detail: "Mailbox is locked."}}
	if diff := cmp.Diff(want, got.err.Faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
