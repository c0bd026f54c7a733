package execute

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// Key tells slots apart: a hash over all that an answer depends on. It decides who sees what, so it is a cryptographic
// one.
type Key [sha256.Size]byte

// Tag names answers that become untrue together: what was read of a resource with a credential, or, without a
// resource, everything that was read with it.
type Tag struct{ Workspace, Credential, Connector, Resource string }

// Account is the tag of everything that was read with the credential.
func (t Tag) Account() Tag {
	t.Resource = ""
	return t
}

// Slot is the place of an answer. It has two tags: its own, and that one's account.
type Slot struct {
	Tag Tag
	Key Key
}

func (r *run) tag() Tag {
	tag := Tag{Workspace: r.caller.Workspace, Connector: r.plan.Connector.Name}
	if r.credential != nil {
		tag.Credential = r.credential.ID
	}
	return tag
}

// slotOf names the place of an answer. An import may be replaced by another of the same version, a credential may come
// to mean another address; the input counts in canonical form.
func slotOf(r *run, input json.RawMessage) Slot {
	tag := r.tag()
	tag.Resource = r.plan.Spec.Resource
	b := make([]byte, 0, 1024)
	b = appendPart(b, tag.Workspace)
	b = appendPart(b, tag.Credential)
	b = appendPart(b, tag.Connector)
	b = appendPart(b, r.plan.Connector.Version)
	b = appendPart(b, r.plan.Spec.Name)
	b = binary.AppendVarint(b, int64(r.plan.Spec.Version))
	if r.plan.Connector.Import != nil {
		b = binary.AppendVarint(b, r.plan.Connector.Import.Version)
	}
	if r.base != (operations.Base{}) {
		b = appendPart(b, r.base.URL(""))
	}
	return Slot{Tag: tag, Key: sha256.Sum256(appendInput(b, &r.plan.Spec, input))}
}

// appendPart puts a text's length before it, so that no two rows of texts look the same.
func appendPart[T string | []byte](b []byte, text T) []byte {
	b = binary.AppendUvarint(b, uint64(len(text)))
	return append(b, text...)
}

// appendInput appends what counts of an input.
func appendInput(b []byte, spec *operations.Spec, input []byte) []byte {
	if len(spec.Cache.Vary) == 0 {
		return appendCanonical(b, input)
	}
	for _, field := range spec.Cache.Vary {
		b = appendField(b, input, field)
	}
	if spec.WholeList {
		return b
	}
	if p := spec.Paging; p != nil {
		b = appendField(b, input, p.CursorInput)
		b = appendField(b, input, p.SizeInput)
		b = appendField(b, input, p.AllInput)
	}
	if spec.Kind == operations.KindDDL {
		b = appendField(b, input, "search")
	}
	return b
}

// appendField appends a field of an input, or that it is not there.
func appendField(b, input []byte, field string) []byte {
	if value := gjson.GetBytes(input, gjson.Escape(field)); field != "" && value.Exists() {
		return appendCanonical(append(b, 1), []byte(value.Raw))
	}
	return append(b, 0)
}

func appendCanonical(b, document []byte) []byte {
	if isCanonical(document) {
		return appendPart(b, document)
	}
	return appendPart(b, operations.Canonical(document))
}

// isCanonical tells of most documents that are so that they are what operations.Canonical makes of them, without
// decoding them.
func isCanonical(document []byte) bool {
	rest, ok := skipCanonical(document, 0)
	return ok && len(rest) == 0 && (isASCII(document) || utf8.Valid(document) && !bytes.Contains(document, []byte("\u2028")) &&
		!bytes.Contains(document, []byte("\u2029")))
}

func isASCII(document []byte) bool {
	for _, c := range document {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// skipCanonical skips a value in canonical form.
func skipCanonical(b []byte, depth int) (rest []byte, ok bool) {
	if len(b) == 0 || depth > operations.MaxDepth {
		return nil, false
	}
	switch b[0] {
	case '"':
		_, rest, ok = skipText(b)
		return rest, ok
	case '{', '[':
		return skipMembers(b, depth)
	}
	i := 0
	for i < len(b) && b[i] != ',' && b[i] != ']' && b[i] != '}' {
		if c := b[i]; c <= ' ' || c == '"' || c == '\\' {
			return nil, false
		}
		i++
	}
	return b[i:], i > 0
}

// skipMembers skips an array, or an object whose keys are in order.
func skipMembers(b []byte, depth int) (rest []byte, ok bool) {
	end := b[0] + 2 // of '{' is '}', of '[' is ']'
	var last []byte
	for first := true; ; first = false {
		b = b[1:] // the bracket or the comma
		switch {
		case len(b) == 0:
			return nil, false
		case first && b[0] == end:
			return b[1:], true
		}
		if end == '}' {
			var key []byte
			if key, b, ok = skipText(b); !ok || len(b) == 0 || b[0] != ':' || !first && bytes.Compare(last, key) >= 0 {
				return nil, false
			}
			last, b = key, b[1:]
		}
		if b, ok = skipCanonical(b, depth+1); !ok || len(b) == 0 {
			return nil, false
		}
		if b[0] == end {
			return b[1:], true
		}
		if b[0] != ',' {
			return nil, false
		}
	}
}

// skipText skips a text without escapes, and without what would be escaped.
func skipText(b []byte) (text, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil, false
	}
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return b[1:i], b[i+1:], true
		case c < ' ' || c == '\\' || c == '<' || c == '>' || c == '&':
			return nil, nil, false
		}
	}
	return nil, nil, false
}
