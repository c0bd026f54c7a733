package outreachtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/internal/sandbox"
	"github.com/patchbay/patchbay/operations"
)

func (x *exchange) create(_ []string) (reply, *problem) {
	if x.kind.Type == "complianceRequest" {
		return x.createCompliance()
	}
	body, wrong := x.body()
	if wrong != nil {
		return reply{}, wrong
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	r := newRecord(x.kind)
	faults := x.fill(r, body)
	if _, given := body["id"]; given {
		faults = append(faults, invalid("/data/id", "The id is given by the service."))
	}
	faults = append(faults, missing(r)...)
	if len(faults) == 0 {
		faults = x.complete(r)
	}
	if len(faults) > 0 {
		return reply{}, validation(faults...)
	}
	if !x.store.insert(r) {
		return reply{}, validation(invalid("/data", "The sandbox is full; reset it with POST /_sandbox/reset."))
	}
	x.created(r)
	return x.shown(http.StatusCreated, r)
}

func (x *exchange) update(segments []string) (reply, *problem) {
	at, wrong := x.id(segments[1])
	if wrong != nil {
		return reply{}, wrong
	}
	body, wrong := x.body()
	if wrong != nil {
		return reply{}, wrong
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	before, ok := x.store.get(at)
	if !ok {
		return reply{}, notFound(x.kind.Type, at.id)
	}
	r := before.with()
	faults := x.fill(r, body)
	if id := fmt.Sprint(body["id"]); id != fmt.Sprint(at.id) {
		faults = append(faults, invalid("/data/id", "The id must be the one in the path."))
	}
	faults = append(faults, missing(r)...)
	if len(faults) == 0 {
		faults = x.change(before, r)
	}
	if len(faults) > 0 {
		return reply{}, validation(faults...)
	}
	x.save(r)
	x.changed(before, r)
	return x.shown(http.StatusOK, r)
}

func (x *exchange) remove(segments []string) (reply, *problem) {
	at, wrong := x.id(segments[1])
	if wrong != nil {
		return reply{}, wrong
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, ok := x.store.get(at); !ok {
		return reply{}, notFound(x.kind.Type, at.id)
	}
	for _, dependent := range x.dependents(at) {
		x.store.remove(dependent)
	}
	x.store.remove(at)
	return reply{status: http.StatusNoContent}, nil
}

// shown answers with a record, whole.
func (x *exchange) shown(status int, r *record) (reply, *problem) {
	return reply{status, document{Data: x.render(r, view{})}}, nil
}

// save stores a changed record.
func (x *exchange) save(r *record) {
	r.set("updatedAt", stamp(x.now))
	r.point("updater", caller())
	x.store.replace(r)
}

// caller is the user whom the tokens belong to.
func caller() ref { return ref{"user", 1} }

// body reads the data member of a JSON:API request.
func (x *exchange) body() (map[string]any, *problem) {
	if !x.hasMediaType() {
		return nil, unsupportedMediaType()
	}
	whole, wrong := x.json()
	if wrong != nil {
		return nil, wrong
	}
	for name := range whole {
		if !slices.Contains([]string{"data", "meta", "jsonapi"}, name) {
			return nil, malformed(fmt.Sprintf("'%s' is not a member of a request.", clip(name, 80)))
		}
	}
	data, ok := whole["data"].(map[string]any)
	if !ok {
		return nil, malformed("The request has no object as data.")
	}
	return data, nil
}

func (x *exchange) json() (map[string]any, *problem) {
	text, err := sandbox.ReadBody(x.request, maxBody)
	if err != nil {
		return nil, tooLarge()
	}
	whole, err := operations.Decode(text)
	if err != nil {
		return nil, malformed("The request body is not valid JSON.")
	}
	object, ok := whole.(map[string]any)
	if !ok {
		return nil, malformed("The request body is not an object.")
	}
	return object, nil
}

// fill puts what a request says into a record and names everything that is wrong with it, by pointer.
func (x *exchange) fill(r *record, body map[string]any) []apiError {
	var faults []apiError
	for name := range body {
		if !slices.Contains([]string{"type", "id", "attributes", "relationships", "links", "meta"}, name) {
			faults = append(faults, invalid(pointer("data", name), "is not a member of a resource object"))
		}
	}
	if body["type"] != r.kind.Type {
		faults = append(faults, invalid("/data/type", "The type must be '"+r.kind.Type+"'."))
	}
	attributes, ok := optionalObject(body["attributes"])
	if !ok {
		faults = append(faults, invalid("/data/attributes", "must be an object"))
	}
	for name, value := range attributes {
		if fault := r.fillAttribute(name, value); fault != "" {
			faults = append(faults, invalid(pointer("data", "attributes", name), name+" "+fault+"."))
		}
	}
	relationships, ok := optionalObject(body["relationships"])
	if !ok {
		faults = append(faults, invalid("/data/relationships", "must be an object"))
	}
	for name, value := range relationships {
		if fault := x.fillRelationship(r, name, value); fault != "" {
			faults = append(faults, invalid(pointer("data", "relationships", name), name+" "+fault+"."))
		}
	}
	slices.SortFunc(faults, func(a, b apiError) int { return strings.Compare(a.Source.Pointer, b.Source.Pointer) })
	return faults[:min(len(faults), 100)]
}

func optionalObject(value any) (map[string]any, bool) {
	if value == nil {
		return nil, true
	}
	object, ok := value.(map[string]any)
	return object, ok
}

func pointer(tokens ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, token := range tokens {
		b.WriteString("/" + escape.Replace(clip(token, 100)))
	}
	return b.String()
}
