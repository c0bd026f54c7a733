package outreach

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/patchbay/patchbay/operations"
)

//go:embed resources/*.json
var documents embed.FS

// Resource is one kind of record at Outreach and what can be done with it: one document below resources/. Names of
// attributes, relationships and actions are the vendor's, in camelCase.
type Resource struct {
	Type          string                  `json:"type"`     // JSON:API type: "callDisposition"
	Path          string                  `json:"path"`     // collection below /api/v2: "callDispositions"
	Singular      string                  `json:"singular"` // in words: "call disposition"
	Plural        string                  `json:"plural"`
	Docs          string                  `json:"docs"`      // the vendor's page
	StringIDs     bool                    `json:"stringIds"` // ids are strings, not integers
	Custom        int                     `json:"custom"`    // it has attributes custom1 … customN
	Search        string                  `json:"search"`    // the filter that searches as one types, if it has one
	Attributes    map[string]Attribute    `json:"attributes"`
	Relationships map[string]Relationship `json:"relationships"`
	Actions       map[string]Action       `json:"actions"`
	DDL           *DDL                    `json:"ddl"`
	Operations    map[string]Operation    `json:"operations"` // by name
}

// Attribute is one value of a record, or one parameter.
type Attribute struct {
	Type        string   `json:"type"`   // string, integer, number, boolean, array (of strings), date-time, date (either), any
	Format      string   `json:"format"` // of a string
	Enum        []string `json:"enum"`   // the values there are
	Open        bool     `json:"open"`   // there may be more of them
	Description string   `json:"description"`
	ReadOnly    bool     `json:"readOnly"`
	WriteOnly   bool     `json:"writeOnly"`
	Required    bool     `json:"required"` // of a parameter
	Record      string   `json:"record"`   // it is the id of a record of this type
	Filter      bool     `json:"filter"`   // lists can be filtered by it
	Sort        bool     `json:"sort"`     // lists can be sorted by it
}

// Relationship is a link from a record to one other, or to many.
type Relationship struct {
	Type     string   `json:"type"`  // of the other record
	Types    []string `json:"types"` // in place of Type: the other record is one of these
	Many     bool     `json:"many"`
	Writable bool     `json:"writable"`
	Required bool     `json:"required"` // to create a record
	Filter   bool     `json:"filter"`   // lists can be filtered by the other's id
}

// Action is something done to one record by POST …/{id}/actions/{action}, with its parameters.
type Action struct {
	Description string               `json:"description"`
	Params      map[string]Attribute `json:"params"`
}

// DDL tells how records become options of a drop-down.
type DDL struct {
	Text   []string `json:"text"`   // templates over {attributes} and {relationships}; the first that can be filled counts
	Fields []string `json:"fields"` // what else an option shows; a relationship "owner" as "ownerId"
	Within []string `json:"within"` // relationships that narrow the list down
	Sort   string   `json:"sort"`   // the vendor's own order if empty
}

// Operation is one operation on a resource. What it does follows from its name: create_…, get_…, list_…, update_…,
// delete_…, set_…_action or list_…_ddl.
type Operation struct {
	Verb        string            `json:"verb"` // where the name does not tell
	Description string            `json:"description"`
	Effect      operations.Effect `json:"effect"`  // where the verb does not tell
	IDInput     string            `json:"idInput"` // in place of <singular>_id
	Flat        map[string]Flat   `json:"flat"`    // of create: inputs beside one another, all required, in place of attributes and relationships
	Output      json.RawMessage   `json:"output"`  // schema, where the answer is no record
	Sample      operations.Sample `json:"sample"`
	// Resolve finds out whether the operation was done.
	Resolve *operations.Resolution `json:"resolve"`
}

// Flat is one input of a flat create: the id of a related record, or an attribute of the input's very name.
type Flat struct {
	Relationship string `json:"relationship"`
	Attribute
}

// Resources reads the resource table, in the order of the documents' names. Callers may change what they get. It
// panics if a document is broken, which only a change to the documents can bring about.
func Resources() []Resource {
	resources, err := load(documents)
	if err != nil {
		panic(err)
	}
	return resources
}

func load(files fs.FS) ([]Resource, error) {
	names, err := fs.Glob(files, "resources/*.json")
	if err != nil {
		return nil, fmt.Errorf("listing resource documents: %w", err)
	}
	resources := make([]Resource, len(names))
	for i, name := range names {
		document, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading a resource document: %w", err)
		}
		decoder := json.NewDecoder(bytes.NewReader(document))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&resources[i]); err != nil {
			return nil, fmt.Errorf("decoding %s: %w", name, err)
		}
		if _, err := decoder.Token(); err != io.EOF {
			return nil, fmt.Errorf("decoding %s: there is more after the document", name)
		}
	}
	return resources, nil
}

func (o Operation) verb(name string) string {
	switch first, _, _ := strings.Cut(name, "_"); {
	case o.Verb != "":
		return o.Verb
	case strings.HasSuffix(name, "_ddl"):
		return "ddl"
	default:
		return first
	}
}

func (r *Resource) idInput(o Operation) string {
	if o.IDInput != "" {
		return o.IDInput
	}
	return snake(r.Type) + "_id"
}

// has tells whether records show name: an attribute that can be read, a custom one among them, or a relationship.
func (r *Resource) has(name string) bool {
	if attribute, ok := r.Attributes[name]; ok {
		return !attribute.WriteOnly
	}
	_, ok := r.Relationships[name]
	return ok || r.isCustom(name)
}

func (r *Resource) isCustom(name string) bool {
	number, ok := strings.CutPrefix(name, "custom")
	n, err := strconv.Atoi(number)
	return ok && err == nil && n >= 1 && n <= r.Custom && strconv.Itoa(n) == number
}

// shown lists what records show, sorted.
func (r *Resource) shown() []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(r.Attributes)), maps.Keys(r.Relationships))
	slices.Sort(names)
	return slices.DeleteFunc(names, func(name string) bool { return !r.has(name) })
}

// snake turns "firstName" into "first_name".
func snake(name string) string {
	var b strings.Builder
	for _, c := range name {
		if unicode.IsUpper(c) {
			b.WriteByte('_')
			c = unicode.ToLower(c)
		}
		b.WriteRune(c)
	}
	return b.String()
}

// camel turns "first_name" into "firstName" and leaves "firstName" as it is.
func camel(name string) string {
	first, rest, _ := strings.Cut(name, "_")
	var b strings.Builder
	b.WriteString(first)
	for part := range strings.SplitSeq(rest, "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
