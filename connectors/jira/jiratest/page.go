package jiratest

import (
	"net/url"
	"strconv"
	"strings"
)

// span is which part of a list is asked for.
type span struct{ startAt, maxResults int }

// span reads startAt and maxResults. More than the most is cut to it.
func (x *exchange) span(usual, most int) (span, error) {
	s := span{0, usual}
	for name, into := range map[string]*int{"startAt": &s.startAt, "maxResults": &s.maxResults} {
		if !x.query.Has(name) || x.query.Get(name) == "" {
			continue
		}
		value, err := strconv.Atoi(x.query.Get(name))
		if err != nil || value < 0 {
			return s, badRequest("The value '%s' of the query parameter '%s' is not valid.", clip(x.query.Get(name), 40), name)
		}
		*into = value
	}
	s.maxResults = min(s.maxResults, most)
	return s, nil
}

func cut[T any](s span, all []T) []T {
	from := min(s.startAt, len(all))
	return all[from:min(from+s.maxResults, len(all))]
}

// pageOf answers with a page of a list, under the name that the endpoint gives it.
func pageOf[T any](x *exchange, name string, all []T, usual, most int, show func(T) record) (reply, error) {
	s, err := x.span(usual, most)
	if err != nil {
		return reply{}, err
	}
	shown := each(cut(s, all), show)
	page := record{"startAt": s.startAt, "maxResults": s.maxResults, "total": len(all), name: shown}
	if name == "values" {
		last := s.startAt+len(shown) >= len(all)
		page["isLast"] = last
		page["self"] = x.self(s.startAt, s.maxResults)
		if !last && len(shown) > 0 {
			page["nextPage"] = x.self(s.startAt+len(shown), s.maxResults)
		}
	}
	return ok(page)
}

// self is the address of a page of the list that is asked for.
func (x *exchange) self(startAt, maxResults int) string {
	query := url.Values{}
	for name, values := range x.query {
		query[name] = values
	}
	query.Set("startAt", strconv.Itoa(startAt))
	query.Set("maxResults", strconv.Itoa(maxResults))
	return x.base + strings.TrimPrefix(x.request.URL.EscapedPath(), x.site) + "?" + query.Encode()
}
