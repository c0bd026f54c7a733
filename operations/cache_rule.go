package operations

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"
)

// CacheRule says how long an answer of a read may be served again. A rule without a TTL is: never. What pages and
// searches a list counts beside the fields that Vary names.
type CacheRule struct {
	TTL      Seconds  `json:"ttl"`                // fresh for so long
	StaleFor Seconds  `json:"staleFor,omitempty"` // then for so long served while being refreshed
	NotFound Seconds  `json:"notFound,omitempty"` // that there is no such record (upstream_not_found) holds for so long
	Vary     []string `json:"vary,omitempty"`     // the input fields on which the answer depends; empty: all of them
}

// Validate says what is wrong with the rule of an operation that takes such an input. A field that Vary misspells would
// let inputs share an answer that are not the same.
func (r CacheRule) Validate(input Schema) error {
	if r.TTL < 0 || r.StaleFor < 0 || r.NotFound < 0 {
		return errors.New("a time of the cache rule is negative")
	}
	properties := gjson.GetBytes(input, "properties")
	for _, field := range r.Vary {
		if !properties.Get(gjson.Escape(field)).Exists() {
			return fmt.Errorf("the cache rule varies by %q, which is not a field of the input", field)
		}
	}
	return nil
}
