package rawhttp

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/patchbay/patchbay/operations"
)

// maxResult bounds, in bytes, the output of a call: the bound that scripts written for other hubs reckon with.
const maxResult = 6080 << 10

// maxBodyDepth bounds how deep an answer's JSON may nest, so that the output around it stays within MaxDepth.
const maxBodyDepth = operations.MaxDepth - 2

// answer is what request_output.json describes.
type answer struct {
	StatusCode   int               `json:"status_code"`
	Headers      map[string]string `json:"headers"`
	Body         any               `json:"body"`
	RawBody      *string           `json:"raw_body,omitempty"`
	BodyEncoding string            `json:"body_encoding,omitempty"`
}

func (in input) answer(call *operations.Call, r *operations.Response) (json.RawMessage, error) {
	if len(r.Body) > maxResult {
		return nil, in.tooLarge(r)
	}
	a := answer{StatusCode: r.Status, Headers: make(map[string]string, len(r.Header))}
	for name, values := range r.Header {
		a.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	raw := string(r.Body)
	if parsed, ok := in.parse(call, r); ok {
		raw = strings.ToValidUTF8(raw, "\uFFFD")
		a.Body = parsed
	} else {
		if !utf8.Valid(r.Body) {
			call.Warn("the answer's body is not UTF-8 text; it is given in base64")
			raw, a.BodyEncoding = base64.StdEncoding.EncodeToString(r.Body), "base64"
		}
		a.Body = raw
	}
	if in.IncludeRawBody {
		a.RawBody = &raw
	}
	output, err := encode(map[string]answer{"response": a})
	if err != nil {
		return nil, fmt.Errorf("encoding the answer: %w", err)
	}
	if len(output) > maxResult {
		return nil, in.tooLarge(r)
	}
	return output, nil
}

// encode writes JSON without the escapes that only web pages need.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func (in input) tooLarge(r *operations.Response) error {
	detail := fmt.Sprintf("the result is larger than %d bytes; ask for less, for instance with a filter or a smaller page", maxResult)
	if !safe(in.Method) {
		detail += fmt.Sprintf(". The service did answer, with status %d: do not simply repeat the request", r.Status)
	}
	return &operations.Error{Code: operations.CodeTooLarge, Detail: detail, Upstream: &operations.Upstream{Status: r.Status}}
}

// parse reads the body as the caller asks. What cannot be read so is left as text, with a warning.
func (in input) parse(call *operations.Call, r *operations.Response) (json.RawMessage, bool) {
	if len(r.Body) == 0 {
		return nil, false
	}
	var parsed json.RawMessage
	var err error
	kind := in.kind(r)
	switch kind {
	case "JSON":
		parsed, err = readJSON(r.Body)
	case "XML":
		parsed, err = readXML(r.Body)
	default:
		return nil, false
	}
	if err != nil {
		call.Warn("the answer's body cannot be read as %s, so it is given as text: %v", kind, err)
		return nil, false
	}
	return parsed, true
}

// kind tells how to read the body: as JSON, as XML, or not at all.
func (in input) kind(r *operations.Response) string {
	switch in.ParseResponse {
	case "json":
		return "JSON"
	case "xml":
		return "XML"
	case "false":
		return ""
	}
	declared := r.Header.Get("Content-Type")
	mediaType, _, err := mime.ParseMediaType(declared)
	if err != nil {
		mediaType = strings.ToLower(strings.TrimSpace(strings.Split(declared, ";")[0]))
	}
	_, subtype, _ := strings.Cut(mediaType, "/")
	switch {
	case subtype == "json" || strings.HasSuffix(subtype, "+json"):
		return "JSON"
	case subtype == "xml" || strings.HasSuffix(subtype, "+xml"):
		return "XML"
	case declared == "" && looksLikeJSON(r.Body):
		return "JSON"
	}
	return ""
}

// looksLikeJSON tells whether an undeclared body is an object or an array.
func looksLikeJSON(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) > 0 && (body[0] == '{' || body[0] == '[') && json.Valid(body)
}

// readJSON checks a document and gives it as it is, numbers and order kept. Bytes that are not UTF-8 are replaced.
func readJSON(body []byte) (json.RawMessage, error) {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	switch {
	case operations.Depth(body) > maxBodyDepth:
		return nil, errors.New("it nests too deeply")
	case !json.Valid(body):
		return nil, errors.New("it is not valid")
	}
	return bytes.ToValidUTF8(body, []byte("\uFFFD")), nil
}
