package outreachtest

import "net/http"

// document is the body of an answer.
type document struct {
	Data     any               `json:"data"`
	Included []object          `json:"included,omitempty"`
	Meta     *meta             `json:"meta,omitempty"`
	Links    map[string]string `json:"links,omitempty"`
}

type meta struct {
	Count          *int  `json:"count"` // null unless asked for
	CountTruncated *bool `json:"count_truncated,omitempty"`
}

// lockToRead locks the store. Reading compliance requests moves them on, which is a change.
func (x *exchange) lockToRead() (unlock func()) {
	if x.kind.Type == "complianceRequest" {
		x.mu.Lock()
		return x.mu.Unlock
	}
	x.mu.RLock()
	return x.mu.RUnlock
}

func (x *exchange) get(segments []string) (reply, *problem) {
	at, wrong := x.id(segments[1])
	if wrong != nil {
		return reply{}, wrong
	}
	view, wrong := x.view()
	if wrong != nil {
		return reply{}, wrong
	}
	defer x.lockToRead()()
	r, ok := x.store.get(at)
	if !ok {
		return reply{}, notFound(x.kind.Type, at.id)
	}
	shown := []*record{r}
	defer x.moveOn(shown)
	return reply{http.StatusOK, document{Data: x.render(r, view), Included: x.include(shown, view)}}, nil
}

func (x *exchange) list(_ []string) (reply, *problem) {
	view, wrong := x.view()
	if wrong != nil {
		return reply{}, wrong
	}
	order, wrong := x.ordering()
	if wrong != nil {
		return reply{}, wrong
	}
	paging, wrong := x.paging(order)
	if wrong != nil {
		return reply{}, wrong
	}
	matches := x.filter()
	defer x.lockToRead()()
	var found []*record
	for _, r := range x.store.all(x.kind.Type) {
		if matches(r) {
			found = append(found, r)
		}
	}
	page := paging.cut(order.sort(found))
	data := make([]object, len(page.records))
	for i, r := range page.records {
		data[i] = x.render(r, view)
	}
	defer x.moveOn(page.records)
	return reply{http.StatusOK, document{
		Data: data, Included: x.include(page.records, view), Meta: x.count(len(found)), Links: x.pageLinks(page),
	}}, nil
}

func (x *exchange) count(n int) *meta {
	if x.query.Get("count") != "true" {
		return &meta{}
	}
	truncated := false
	return &meta{Count: &n, CountTruncated: &truncated}
}
