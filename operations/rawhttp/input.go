package rawhttp

import (
	"encoding/json"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// input is what request_input.json describes.
type input struct {
	Method         string                     `json:"method"`
	URL            address                    `json:"url"`
	Headers        []pair                     `json:"headers"`
	Query          []pair                     `json:"query_parameters"`
	Body           map[string]json.RawMessage `json:"body"`
	IncludeRawBody bool                       `json:"include_raw_body"`
	ParseResponse  scalar                     `json:"parse_response"`
}

type address struct {
	Endpoint *string `json:"endpoint"`
	FullURL  *string `json:"full_url"`
}

type pair struct {
	Key   string `json:"key"`
	Value scalar `json:"value"`
}

type file struct {
	Name     string `json:"name"`
	URL      string `json:"url"`
	MimeType string `json:"mime_type"`
}

// scalar is a string; a number or a boolean counts as its text.
type scalar string

func (s *scalar) UnmarshalJSON(data []byte) error {
	if strings.HasPrefix(string(data), `"`) {
		return json.Unmarshal(data, (*string)(s))
	}
	*s = scalar(data)
	return nil
}

func readInput(data json.RawMessage) (input, error) {
	in := input{Method: "GET", ParseResponse: "true"}
	if err := json.Unmarshal(data, &in); err != nil {
		return input{}, operations.Errorf(operations.CodeInvalidInput, "the input cannot be read: %w", err)
	}
	return in, nil
}
