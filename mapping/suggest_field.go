package mapping

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// Bounds of what suggest looks at.
const (
	maxSourceFields = 900
	maxTargetFields = 400
	maxFieldDepth   = 10
	maxSampleText   = 2000 // bytes of a sample's value that are looked at
)

// field is a place of a document that a rule can read or write.
type field struct {
	names    []string // members on the way; those of lists go on to their items
	steps    []targetStep
	path     string // as a source path
	every    string // the path that gives the value of every item, if it lies within a list; otherwise ""
	shape    *shape
	says     *facets
	types    types
	required bool
	list     bool // a list of single values
	objects  bool // a list of objects
	tag      bool // it stands beside an id and little else, and says of what that is the id
	sample   gjson.Result
	content  content
	meaning  meaning
	refers   bool // it names another record
}

// side is one of the two documents.
type side struct {
	outline outline
	sample  gjson.Result
	subject int // concept
	target  bool
}

// entry is a place on the way.
type entry struct {
	field
	depth  int
	within []*shape // around it: a schema may hold itself
}

// fields lists the places of a document, those of few names first.
func (s side) fields(root *shape, sample gjson.Result, most int) []field {
	queue := []entry{{field: field{shape: root, says: s.outline.of(root), sample: sample, required: true}}}
	var fields []field
	for len(queue) > 0 && len(fields) < most {
		at := queue[0]
		queue = queue[1:]
		f := at.field
		f.types = typesSeen(f.shape, f.sample)
		switch {
		case f.types.has(typeObject) && at.depth < maxFieldDepth && s.members(at, &queue):
			continue
		case f.types.has(typeArray):
			s.listField(at, &f, &queue)
		}
		if at.depth > 0 {
			f.content = contentOf(f)
			f.meaning = words().meaningOf(f.names, s.subject, s.target)
			f.content = f.contentSaid()
			f.refers = f.namesRecord()
			fields = append(fields, f)
		}
	}
	return fields
}

// typesSeen are the types of the schema, which may be told by what it says of members and items; where it says nothing, that of the
// sample.
func typesSeen(s *shape, sample gjson.Result) types {
	t := s.allows()
	switch {
	case t != 0 || s == nil:
	case len(s.properties) > 0:
		t = typeObject
	case s.items != nil:
		t = typeArray
	}
	if t == 0 && sample.Exists() {
		return resultType(sample)
	}
	return t
}

func resultType(r gjson.Result) types {
	switch {
	case r.IsArray():
		return typeArray
	case r.IsObject():
		return typeObject
	case r.Type == gjson.String:
		return typeString
	case r.Type == gjson.Number:
		return typeNumber
	case r.IsBool():
		return typeBoolean
	}
	return 0
}

// members puts the members of an object into the queue, and tells whether there are any.
func (s side) members(at entry, queue *[]entry) bool {
	if at.shape != nil && slices.Contains(at.within, at.shape) {
		return true
	}
	at.within = append(slices.Clone(at.within), at.shape)
	names := at.shape.memberNames()
	seen := map[string]gjson.Result{}
	if at.sample.IsObject() {
		at.sample.ForEach(func(key, value gjson.Result) bool {
			if _, known := seen[key.Str]; !known {
				seen[key.Str] = value
				if _, may := at.shape.member(key.Str); may {
					names = append(names, key.Str)
				}
			}
			return len(seen) < maxSourceFields
		})
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, name := range names[:min(len(names), maxSourceFields)] {
		if len(*queue) > 2*maxSourceFields {
			break
		}
		*queue = append(*queue, s.member(at, name, seen[name]))
	}
	return len(names) > 0
}

func (s *shape) memberNames() []string {
	if s == nil {
		return nil
	}
	return slices.Clone(s.names[:min(len(s.names), maxSourceFields)])
}

func (s side) member(at entry, name string, sample gjson.Result) entry {
	inner, _ := at.shape.member(name)
	next := entry{depth: at.depth + 1, within: at.within, field: field{
		names: append(slices.Clone(at.names), name), steps: append(slices.Clone(at.steps), targetStep{name: name}),
		path: joinPath(at.path, escapePath(name)), shape: inner, says: s.outline.of(inner), sample: sample,
		required: at.required && at.shape != nil && slices.Contains(at.shape.required, name),
	}}
	if at.every != "" {
		next.every = joinPath(at.every, escapePath(name))
	}
	if s := at.shape; name == "type" && s != nil && len(s.names) <= 3 {
		_, next.tag = s.properties["id"]
	}
	return next
}

// listField looks into a list: the members of its items are places of their own in a source.
func (s side) listField(at entry, f *field, queue *[]entry) {
	item, sample := at.shape.item(), at.sample.Get("0")
	t := typesSeen(item, sample)
	if !t.has(typeObject) {
		f.list = !t.has(typeArray)
		f.says = mergedFacets(f.says, s.outline.of(item))
		if sample.Exists() {
			f.sample = sample
		}
		return
	}
	f.objects = true
	if s.target || at.every != "" || at.depth >= maxFieldDepth {
		return
	}
	inner := entry{depth: at.depth + 1, within: at.within, field: field{
		names: at.names, path: joinPath(at.path, "0"), every: joinPath(at.path, "#"), shape: item, says: s.outline.of(item), sample: sample,
	}}
	s.members(inner, queue)
}

// mergedFacets are those of a list's items, with the description of the list where they have none.
func mergedFacets(list, item *facets) *facets {
	merged := *item
	if merged.description == "" {
		merged.description = list.description
	}
	if merged.lookup == nil {
		merged.lookup = list.lookup
	}
	return &merged
}

// text is the sample's text; "" if it is none.
func (f field) text() string {
	if f.sample.Type != gjson.String {
		return ""
	}
	return f.sample.Str[:min(len(f.sample.Str), maxSampleText)]
}

// target writes the field as a target path.
func (f field) target() string { return targetText(f.steps) }

// namesRecord tells whether the field names another record.
func (f field) namesRecord() bool {
	id := words().byName["id"]
	return f.says.lookup != nil || f.meaning.reference || f.meaning.attribute == id && f.meaning.of >= 0
}

// leaf is the last of the names.
func (f field) leaf() string {
	if len(f.names) == 0 {
		return ""
	}
	return f.names[len(f.names)-1]
}

func (f field) described(text string) bool {
	return strings.Contains(strings.ToLower(f.says.description), text)
}
