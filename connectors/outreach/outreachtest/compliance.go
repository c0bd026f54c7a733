package outreachtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// createCompliance takes a request to delete a person's data. Its body is unlike the others': names in snake_case, with
// or without JSON:API around them.
// Source: https://developers.outreach.io/api/reference/tag/Compliance-Request
func (x *exchange) createCompliance() (reply, *problem) {
	if !x.hasMediaType() {
		return reply{}, unsupportedMediaType()
	}
	body, wrong := x.json()
	if wrong != nil {
		return reply{}, wrong
	}
	said, path := complianceFields(body)
	if faults := complianceFaults(said, path); len(faults) > 0 {
		return reply{}, validation(faults...)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	r := newRecord(x.kind)
	r.values = map[string]any{
		"createdAt": stamp(x.now), "updatedAt": stamp(x.now), "state": "pending",
		"requestType": said["request_type"], "objectType": said["object_type"],
		"pii": map[string]any{"email": said["request_object_email"]},
	}
	r.point("requester", x.userBy(said["requester_email"]))
	if !x.store.insert(r) {
		return reply{}, validation(invalid("/data", "The sandbox is full; reset it with POST /_sandbox/reset."))
	}
	batch := batchID("batch", r.id)
	r.values["batchComplianceRequestUuid"], r.values["uuid"] = batch, batchID("request", r.id)
	data := map[string]any{"batch_compliance_request_id": batch}
	return reply{http.StatusCreated, map[string]any{"data": data}}, nil
}

// complianceFields finds where a request says what it asks for.
func complianceFields(body map[string]any) (said map[string]any, path []string) {
	said = body
	for _, name := range []string{"data", "attributes"} {
		inner, ok := said[name].(map[string]any)
		if !ok {
			break
		}
		said, path = inner, append(path, name)
	}
	return said, path
}

func complianceFaults(said map[string]any, path []string) []apiError {
	allowed := map[string][]string{
		"requester_email": nil, "request_object_email": nil,
		"request_type": {"Delete"}, "object_type": {"Prospect", "Recipient"},
	}
	var faults []apiError
	for _, name := range []string{"requester_email", "request_type", "object_type", "request_object_email"} {
		at := pointer(append(slices.Clone(path), name)...)
		text, _ := said[name].(string)
		switch values := allowed[name]; {
		case text == "":
			faults = append(faults, invalid(at, name+" can't be blank."))
		case values == nil && !strings.Contains(text, "@"):
			faults = append(faults, invalid(at, name+" is not an email address."))
		case values != nil && !slices.Contains(values, text):
			faults = append(faults, invalid(at, name+" must be one of "+strings.Join(values, ", ")+"."))
		}
	}
	return faults
}

// userBy is the user of an address, else the caller.
func (x *exchange) userBy(address any) ref {
	for _, user := range x.store.all("user") {
		if user.values["email"] == address {
			return user.ref()
		}
	}
	return caller()
}

// batchID is an id in the form of a UUID, always the same for the same number.
func batchID(kind string, number int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, number))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	text := hex.EncodeToString(sum[:16])
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// moveOn takes compliance requests one step further each time they are read: pending, running, done. When one is done
// the person's records are gone.
func (x *exchange) moveOn(read []*record) {
	next := map[string]string{"pending": "running", "running": "done"}
	for _, r := range read {
		state, ok := next[r.text("state")]
		if r.kind.Type != "complianceRequest" || !ok {
			continue
		}
		changed := r.with()
		changed.set("state", state)
		changed.set("updatedAt", stamp(x.now))
		x.store.replace(changed)
		if state == "done" {
			x.forgetPerson(changed)
		}
	}
}

func (x *exchange) forgetPerson(request *record) {
	pii, _ := request.values["pii"].(map[string]any)
	address := fmt.Sprint(pii["email"])
	kind := strings.ToLower(request.text("objectType"))
	if x.store.tables[kind] == nil {
		return
	}
	for _, r := range x.store.all(kind) {
		emails, _ := r.values["emails"].([]any)
		same := func(a any) bool { return strings.EqualFold(fmt.Sprint(a), address) }
		if slices.ContainsFunc(emails, same) || same(r.values["value"]) {
			for _, dependent := range x.dependents(r.ref()) {
				x.store.remove(dependent)
			}
			x.store.remove(r.ref())
		}
	}
}
