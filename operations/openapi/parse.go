package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/patchbay/patchbay/operations"
)

// parse reads JSON or YAML into a tree in which every scalar is one of JSON. what names it in errors.
func parse(ctx context.Context, what string, data []byte, report *Report) (root *yaml.Node, format string, err error) {
	if len(data) > maxDocument {
		return nil, "", operations.Errorf(operations.CodeTooLarge,
			"the %s is %d MiB large; at most %d MiB are read", what, len(data)>>20, maxDocument>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if at := invalidUTF8(data); at >= 0 {
		return nil, "", invalid("the %s is not UTF-8 text (line %d)", what, lineOf(data, at))
	}
	format, from := "YAML", parseYAML
	if rest := bytes.TrimLeft(data, " \t\r\n"); len(rest) > 0 && rest[0] == '{' {
		format, from = "JSON", parseJSON
	}
	if root, err = from(ctx, data); err == nil {
		s := settler{ctx: ctx, report: report, open: map[*yaml.Node]bool{}}
		root, err = s.settle(root, 0)
	}
	var own *operations.Error
	switch {
	case err == nil && root.Kind == yaml.MappingNode:
		return root, format, nil
	case err == nil:
		return nil, "", invalid("the %s is not an object", what)
	case ctx.Err() != nil:
		return nil, "", fmt.Errorf("reading the %s: %w", what, ctx.Err())
	case errors.As(err, &own):
		return nil, "", own
	default:
		return nil, "", invalid("the %s cannot be read as %s: %w", what, format, err)
	}
}

func invalid(format string, args ...any) *operations.Error {
	return operations.Errorf(operations.CodeInvalidInput, format, args...)
}

func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func lineOf(data []byte, offset int) int {
	return 1 + bytes.Count(data[:min(offset, len(data))], []byte("\n"))
}

func tooMany() error {
	return operations.Errorf(operations.CodeTooLarge, "the document holds more than %d values, aliases written out", maxNodes)
}

// jsonReader reads JSON into a tree that knows its lines.
type jsonReader struct {
	ctx   context.Context
	dec   *json.Decoder
	data  []byte
	at    int // up to here lines were counted
	line  int
	nodes int
}

func parseJSON(ctx context.Context, data []byte) (*yaml.Node, error) {
	r := &jsonReader{ctx: ctx, dec: json.NewDecoder(bytes.NewReader(data)), data: data, line: 1}
	r.dec.UseNumber()
	root, err := r.value(0)
	if err == nil {
		if _, end := r.dec.Token(); end != io.EOF {
			err = errors.New("there is more after its end")
		}
	}
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("line %d: it ends too early", lineOf(data, len(data)))
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("line %d: %w", lineOf(data, int(syntax.Offset)), err)
	case err != nil:
		return nil, fmt.Errorf("line %d: %w", r.line, err)
	}
	return root, nil
}

func (r *jsonReader) token() (json.Token, error) {
	if r.nodes++; r.nodes > maxNodes {
		return nil, tooMany()
	}
	if r.nodes%4096 == 0 && r.ctx.Err() != nil {
		return nil, r.ctx.Err()
	}
	token, err := r.dec.Token()
	if offset := int(r.dec.InputOffset()); offset > r.at {
		r.line += bytes.Count(r.data[r.at:offset], []byte("\n"))
		r.at = offset
	}
	return token, err
}

func (r *jsonReader) value(depth int) (*yaml.Node, error) {
	token, err := r.token()
	if err != nil {
		return nil, err
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: r.line}
	switch token := token.(type) {
	case json.Delim:
		if depth >= maxDepth {
			return nil, fmt.Errorf("it nests more than %d levels deep", maxDepth)
		}
		return n, r.members(n, token, depth+1)
	case string:
		n.Tag, n.Value = "!!str", token
	case json.Number:
		n.Tag, n.Value = "!!float", token.String()
	case bool:
		n.Tag, n.Value = "!!bool", fmt.Sprint(token)
	default:
		n.Tag = "!!null"
	}
	return n, nil
}

func (r *jsonReader) members(n *yaml.Node, open json.Delim, depth int) error {
	n.Kind = yaml.SequenceNode
	if open == '{' {
		n.Kind = yaml.MappingNode
	}
	for r.dec.More() {
		inner, err := r.value(depth)
		if err != nil {
			return err
		}
		n.Content = append(n.Content, inner)
	}
	_, err := r.token()
	return err
}
