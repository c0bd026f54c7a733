package openapi

import (
	"cmp"
	"strconv"

	"github.com/patchbay/patchbay/operations"
)

// pagingWords is x-paging.
type pagingWords struct {
	Type     string `json:"type"`
	Param    string `json:"param"`
	Size     string `json:"size"`
	Items    string `json:"items"`
	Next     paths  `json:"next"`
	More     string `json:"more"`
	Start    *int   `json:"start"`
	MaxPages int    `json:"max_pages"`
}

// paging walks the pages of a list.
type paging struct {
	pagingWords
	spec      operations.Paging
	param     int    // the field that takes cursor, page number or offset; -1: none
	wire      string // the query parameter of a link that is the cursor; "": the link is
	size      int    // the field that takes the page's size; -1: none
	usual     int64  // the page's size where none is asked for; 0: not known
	start     int    // the number of the first page
	ownPath   bool   // cursors may not lead to another path
	wholeBody bool   // the answer itself is the array
}

// The fields of a paged list beside its own.
const (
	cursorInput  = "cursor"
	allInput     = "all_pages"
	cursorOutput = "next_cursor"
)

const defaultMaxPages = 20

// paging reads x-paging and adds its fields to the input.
func (in *inputs) paging(answers []answer) *paging {
	p := &paging{}
	if !in.vocabulary.read(in.where, in.node, "x-paging", &p.pagingWords) {
		return nil
	}
	p.param, p.size = in.field(p.Param), in.field(p.Size)
	isLink := p.Type == "link" || p.Type == "next"
	for name, at := range map[string]int{p.Param: p.param, p.Size: p.size} {
		if name != "" && at < 0 && (name != p.Param || !isLink) {
			in.report.add(Skipped, in.where, child(in.node, "x-paging"), "x-paging: the operation has no input field %s", name)
			return nil
		}
	}
	if isLink {
		p.wire = p.Param
	}
	if p.start = 1; p.Start != nil {
		p.start = *p.Start
	}
	p.spec = operations.Paging{CursorOutput: cursorOutput, Items: p.Items, MaxPages: cmp.Or(p.MaxPages, defaultMaxPages)}
	if p.param >= 0 {
		p.wire = in.fields[p.param].wire
	}
	in.pagingFields(p)
	if p.wholeBody = len(answers) > 0 && answers[0].encoding == jsonBody && in.shape(answers[0].schema).kind == "array"; p.wholeBody {
		p.spec.Items = "result"
	}
	return p
}

// pagingFields publishes the inputs that steer a list, unless the service has one of that very name and meaning.
func (in *inputs) pagingFields(p *paging) {
	p.spec.CursorInput = cursorInput
	if p.param < 0 || in.fields[p.param].name != cursorInput {
		p.spec.CursorInput = in.unique(cursorInput, inQuery)
		in.publish(p.spec.CursorInput, false, constant(
			`{"type":"string","description":"The next_cursor of an earlier answer: gives the page after it."}`))
	}
	p.spec.AllInput = in.unique(allInput, inQuery)
	in.publish(p.spec.AllInput, false, constant(
		`{"type":"boolean","description":"Gives all pages joined, up to `+strconv.Itoa(p.spec.MaxPages)+`."}`))
	if p.size < 0 {
		return
	}
	p.spec.SizeInput = in.fields[p.size].name
	for _, s := range in.sources {
		if s.name == p.spec.SizeInput {
			shape := in.shape(s.schema)
			p.spec.MaxSize, _ = strconv.Atoi(str(shape.keyword("maximum")))
			p.usual, _ = strconv.ParseInt(str(shape.keyword("default")), 10, 32)
		}
	}
}

func constant(schema string) func(*draft) {
	return func(d *draft) { d.b = append(d.b, schema...) }
}
