package rawhttp

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// maxXMLNodes bounds how many elements and attributes a document may have: each costs some hundred bytes.
const maxXMLNodes = 100_000

// readXML turns an XML document into JSON, as request_output.json describes. Namespace prefixes stay part of the
// names. A document type, and with it every entity but the five of XML itself, is refused.
func readXML(body []byte) (json.RawMessage, error) {
	r := xmlReader{decoder: xml.NewDecoder(bytes.NewReader(body))}
	for {
		t, err := r.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading XML: %w", err)
		}
		if err := r.token(t); err != nil {
			return nil, err
		}
	}
	if len(r.open) > 0 || r.root == nil {
		return nil, errors.New("it is not a whole document")
	}
	encoded, err := encode(r.root)
	if err != nil {
		return nil, fmt.Errorf("encoding the document: %w", err)
	}
	if operations.Depth(encoded) > maxBodyDepth {
		return nil, errors.New("it nests too deeply")
	}
	return encoded, nil
}

type xmlReader struct {
	decoder *xml.Decoder
	open    []*element // from the root down to where the reader is
	root    map[string]any
	nodes   int
}

// element is one that is being read.
type element struct {
	name    string
	members map[string]any // attributes and children; nil: none yet
	text    strings.Builder
}

// repeated holds the values of elements with one name.
type repeated []any

func (r *xmlReader) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return r.start(t)
	case xml.EndElement:
		return r.end(qualified(t.Name))
	case xml.CharData:
		if len(r.open) > 0 {
			r.open[len(r.open)-1].text.Write(t)
		} else if len(bytes.TrimSpace(t)) > 0 {
			return errors.New("there is text outside the root element")
		}
	case xml.Directive:
		return errors.New("document types are not read")
	}
	return nil
}

func (r *xmlReader) start(t xml.StartElement) error {
	r.nodes += 1 + len(t.Attr)
	switch {
	case len(r.open) >= maxBodyDepth:
		return errors.New("it nests too deeply")
	case r.nodes > maxXMLNodes:
		return errors.New("it has too many elements")
	case len(r.open) == 0 && r.root != nil:
		return errors.New("it has more than one root element")
	}
	e := &element{name: qualified(t.Name)}
	for _, attribute := range t.Attr {
		e.add("@"+qualified(attribute.Name), attribute.Value)
	}
	r.open = append(r.open, e)
	return nil
}

func (r *xmlReader) end(name string) error {
	if len(r.open) == 0 || r.open[len(r.open)-1].name != name {
		return errors.New("an element ends that did not begin")
	}
	e := r.open[len(r.open)-1]
	r.open = r.open[:len(r.open)-1]
	if len(r.open) == 0 {
		r.root = map[string]any{name: e.value()}
		return nil
	}
	r.open[len(r.open)-1].add(name, e.value())
	return nil
}

func (e *element) add(name string, value any) {
	if e.members == nil {
		e.members = map[string]any{}
	}
	switch before := e.members[name].(type) {
	case nil:
		e.members[name] = value
	case repeated:
		e.members[name] = append(before, value)
	default:
		e.members[name] = repeated{before, value}
	}
}

func (e *element) value() any {
	text := strings.TrimSpace(e.text.String())
	if e.members == nil {
		return text
	}
	if text != "" {
		e.members["#text"] = text
	}
	return e.members
}

func qualified(name xml.Name) string {
	if name.Space == "" {
		return name.Local
	}
	return name.Space + ":" + name.Local
}
