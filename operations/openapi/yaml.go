package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// maxMarks bounds the characters of a YAML document that may begin a value, and thereby the memory of its parser,
// which cannot be stopped by a count of its own.
const maxMarks = 2_500_000

func parseYAML(ctx context.Context, data []byte) (root *yaml.Node, err error) {
	marks := 0
	for _, mark := range []string{"\n", ",", "[", "{", "-", "?", ":", "&", "*"} {
		marks += bytes.Count(data, []byte(mark))
	}
	if marks > maxMarks {
		return nil, tooMany()
	}
	defer func() {
		if p := recover(); p != nil { // the parser is not ours, the document not our friend's
			root, err = nil, fmt.Errorf("the parser gave up: %v", p)
		}
	}()
	decoder := yaml.NewDecoder(contextReader{ctx, bytes.NewReader(data)})
	var document, more yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if err == io.EOF {
			return nil, fmt.Errorf("it is empty")
		}
		return nil, err
	}
	if err := decoder.Decode(&more); err != io.EOF {
		return nil, fmt.Errorf("line %d: there is more after its end", max(more.Line, 1))
	}
	return document.Content[0], nil
}

// contextReader ends with the context, and the parser with it.
type contextReader struct {
	ctx context.Context
	io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// settler makes a tree plain: aliases and merge keys written out, every scalar one of JSON, keys unique.
type settler struct {
	ctx    context.Context
	report *Report
	nodes  int
	open   map[*yaml.Node]bool // anchors being settled
}

func (s *settler) settle(n *yaml.Node, depth int) (*yaml.Node, error) {
	if err := s.count(n, depth); err != nil {
		return nil, err
	}
	switch n.Kind {
	case yaml.AliasNode:
		if n.Alias == nil || s.open[n.Alias] {
			return nil, fmt.Errorf("line %d: the alias %q holds itself", n.Line, n.Value)
		}
		return s.copied(n.Alias, depth)
	case yaml.ScalarNode:
		s.scalar(n)
		return n, nil
	}
	if n.Anchor != "" {
		s.open[n] = true
		defer delete(s.open, n)
	}
	for i, inner := range n.Content {
		settled, err := s.settle(inner, depth+1)
		if err != nil {
			return nil, err
		}
		n.Content[i] = settled
	}
	if n.Kind == yaml.MappingNode {
		return n, s.mapping(n)
	}
	return n, nil
}

func (s *settler) count(n *yaml.Node, depth int) error {
	if s.nodes++; s.nodes > maxNodes {
		return tooMany()
	}
	if s.nodes%4096 == 0 && s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if depth > maxDepth {
		return fmt.Errorf("line %d: it nests more than %d levels deep", n.Line, maxDepth)
	}
	return nil
}

// copied writes an alias out. Its anchor came before it, so that it is settled.
func (s *settler) copied(n *yaml.Node, depth int) (*yaml.Node, error) {
	if err := s.count(n, depth); err != nil {
		return nil, err
	}
	c := *n
	c.Anchor, c.Content = "", make([]*yaml.Node, len(n.Content))
	for i, inner := range n.Content {
		copied, err := s.copied(inner, depth+1)
		if err != nil {
			return nil, err
		}
		c.Content[i] = copied
	}
	return &c, nil
}

// mapping makes keys texts and unique, and takes merge keys in.
func (s *settler) mapping(n *yaml.Node) error {
	at := make(map[string]int, len(n.Content)/2)
	var content, merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			return fmt.Errorf("line %d: a key is not a text", key.Line)
		}
		if key.Tag == "!!merge" {
			merges = append(merges, value)
			continue
		}
		if key.Value == "" && key.Tag == "!!null" {
			key.Value = "null"
		}
		if place, taken := at[key.Value]; taken {
			s.report.add(Note, "", key, "the key %q is there twice; the later one counts", line(key.Value))
			content[place+1] = value
			continue
		}
		at[key.Value] = len(content)
		content = append(content, key, value)
	}
	n.Content = content
	for _, merge := range merges {
		for _, from := range slices.Concat(items(merge), []*yaml.Node{merge}) {
			for key, value := range pairs(from) {
				if _, taken := at[key.Value]; !taken {
					at[key.Value] = len(n.Content)
					n.Content = append(n.Content, key, value)
				}
			}
		}
	}
	return nil
}

// scalar turns what only YAML has into what JSON has: dates and the like are texts, numbers decimal.
func (s *settler) scalar(n *yaml.Node) {
	switch n.ShortTag() {
	case "!!null":
		n.Tag, n.Value = "!!null", ""
	case "!!bool":
		var value bool
		if n.Decode(&value) != nil {
			n.Tag = "!!str"
			return
		}
		n.Tag, n.Value = "!!bool", strconv.FormatBool(value)
	case "!!int", "!!float":
		s.number(n)
	case "!!merge":
		n.Tag = "!!merge"
	default:
		n.Tag = "!!str"
	}
}

func (s *settler) number(n *yaml.Node) {
	isWhole := n.ShortTag() == "!!int"
	if json.Valid([]byte(n.Value)) {
		n.Tag = "!!float"
		return
	}
	var whole int64
	var value float64
	switch {
	case isWhole && n.Decode(&whole) == nil:
		n.Value = strconv.FormatInt(whole, 10)
	case n.Decode(&value) == nil && !math.IsInf(value, 0) && !math.IsNaN(value):
		n.Value = strconv.FormatFloat(value, 'g', -1, 64)
	default:
		s.report.add(Note, "", n, "%q is not a number that JSON has; it is taken as a text", line(n.Value))
		n.Tag = "!!str"
		return
	}
	n.Tag = "!!float"
}
