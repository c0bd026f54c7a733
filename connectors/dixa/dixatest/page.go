package dixatest

import (
	"strconv"

	"github.com/patchbay/patchbay/internal/sandbox"
)

// Sizes of a page, where none is asked for and at most.
const (
	usualPage = 20
	mostPage  = 100
)

var cursors = sandbox.Cursors{Kind: "dixa"}

// position is what a page key stands for.
type position struct {
	Path   string            `json:"path"`
	Filter map[string]string `json:"filter,omitempty"`
	Limit  int               `json:"limit"`
	Offset int               `json:"offset"`
}

// begin reads where a page begins. filters are the query parameters that a page key remembers; they are put back into
// the query.
func (r *request) begin(filters ...string) (position, error) {
	p := position{Path: r.path, Filter: map[string]string{}, Limit: usualPage}
	if key := r.query.Get("pageKey"); key != "" {
		p = position{}
		if err := cursors.Open(key, &p); err != nil || p.Path != r.path || p.Limit <= 0 || p.Offset < 0 {
			return p, badRequest("Invalid value for: query parameter pageKey")
		}
		for name, value := range p.Filter {
			r.query.Set(name, value)
		}
	}
	if limit, err := strconv.Atoi(r.query.Get("pageLimit")); err == nil {
		p.Limit = min(limit, mostPage)
	}
	for _, name := range filters {
		if r.query.Has(name) {
			p.Filter[name] = r.query.Get(name)
		}
	}
	return p, nil
}

// paged is a page of a list, with the links to its neighbours.
func paged[T any](p position, all []T) (any, error) {
	meta := record{}
	link := func(name string, offset int) error {
		neighbour := p
		neighbour.Offset = offset
		key, err := cursors.Seal(neighbour)
		if err == nil {
			meta[name] = p.Path + "?pageKey=" + key
		}
		return err
	}
	from := min(p.Offset, len(all))
	to := min(from+p.Limit, len(all))
	if to < len(all) {
		if err := link("next", to); err != nil {
			return nil, err
		}
	}
	if from > 0 {
		if err := link("previous", max(0, from-p.Limit)); err != nil {
			return nil, err
		}
	}
	return record{"data": append([]T{}, all[from:to]...), "meta": meta}, nil
}
