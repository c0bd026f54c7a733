// Package openapi makes a connector out of an OpenAPI document (3.0 or 3.1, JSON or YAML; Swagger 2.0) and an overlay
// (OpenAPI Overlay 1.0) that adds what OpenAPI has no words for: drop-downs, look-ups, paging, limits, caches. The
// words are in OverlaySchema. Everything is read once, when the connector is loaded; a document is hostile until
// read: its size, depth, references and names are bounded, and nothing outside of it is ever fetched.
//
// # Operations
//
// An operation is named by x-name, else by its operationId, else by method and path, in snake_case. A name that is
// taken, or that the hub keeps for itself (raw_http_request, execute_link, anything that ends in _ddl), gives way to
// method and path, then to a number at the end; the first in the document keeps the name.
//
// # Input
//
// The input is one flat object: path, query, header and cookie parameters in that order, then the body. An object
// body lies open: its properties are fields of the input (allOf is merged; of a oneOf or anyOf, the fields of all
// branches). Any other body, and an object that declares no properties, is one field: "body" or what x-body-name
// says. An object that takes properties of any name beside its own takes them under "additional_fields". A field is called as at the service; characters other than letters,
// digits, ".", "_" and "-" become "_". Where two fields want one name, the one that comes later in the order above is
// prefixed by its place ("query_id", "header_id", "cookie_id", "body_id") and, if that is taken too, numbered. A file
// is an object {name, url, mime_type} whose url is a data: URL.
//
// # Output
//
// An answer that is a JSON object is the output, byte for byte. Any other JSON and any text is {"result": …}, other
// content {"file": {name, url, mime_type}}, and an empty answer {"done": true}. A paged list has next_cursor beside.
package openapi

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of what is read and made.
const (
	maxDocument   = 20 << 20  // bytes of a document or an overlay
	maxNodes      = 1_500_000 // keys and values of a document, aliases written out
	maxDepth      = 128       // of nesting in a document
	maxOperations = 5_000     // in a document
	maxActions    = 10_000    // of an overlay
	maxIssues     = 1_000     // kept in a report
	maxSchema     = 2 << 20   // bytes of one published schema
	maxSchemas    = 64 << 20  // bytes of all published schemas
	maxSample     = 64 << 10  // bytes of one sample
	maxText       = 4 << 10   // bytes of one description
	maxName       = 80        // bytes of an operation's name
)

// Source is what a connector is made of.
type Source struct {
	Document []byte // OpenAPI 3.0, 3.1 or Swagger 2.0; JSON or YAML; at most 20 MiB
	Overlay  []byte // OpenAPI Overlay 1.0, JSON or YAML; may be empty
}

// Options say what a document does not, or say it better. Only Name is required.
type Options struct {
	Name        string // of the connector, snake_case
	Title       string // empty: info.title
	Description string // empty: info.description
	Version     string // empty: info.version
	Docs        string // empty: externalDocs, then the contact's page
	Server      string // the API's URL in place of the document's first server; may hold {fields} of the credential

	Auth       []operations.Auth      // not empty: in place of the document's security schemes
	Throttlers []operations.Throttler // not empty: in place of x-throttle
	// Samples holds samples that go before those of the document: "<operation>.json" with {"input":…,"output":…}.
	Samples fs.FS
}

// Load makes a connector. What could not be had from the document as it stands is in the report, which is there
// whenever the document could be read. Errors are *operations.Error with the code invalid_input or too_large, or
// the context's.
func Load(ctx context.Context, source Source, options Options) (operations.Connector, *Report, error) {
	l, err := read(ctx, source, options)
	if err != nil {
		return operations.Connector{}, nil, err
	}
	connector, err := l.connector()
	if err != nil {
		return operations.Connector{}, l.report, err
	}
	return connector, l.report, nil
}

// loader carries what the parts of one Load share. Nothing of it outlives the load.
type loader struct {
	options Options
	*document
	vocabulary *vocabulary
	schemas    *schemas
	names      *names
	entries    []entry
	ddls       map[string]string      // name of a list operation or of its DDL → name of the DDL
	fields     []operations.AuthField // of every credential
	accepted   []operations.Auth      // the connector's
	bare       map[string]bool        // operations that need no input; whether they need a login
	overlaid   bool
}

func read(ctx context.Context, source Source, options Options) (*loader, error) {
	if snake(options.Name) != options.Name || options.Name == "" {
		return nil, invalid("the connector's name %q is not snake_case", line(options.Name))
	}
	report := &Report{Issues: []Issue{}}
	root, format, err := parse(ctx, "document", source.Document, report)
	if err != nil {
		return nil, err
	}
	d, err := newDocument(ctx, root, report)
	if err != nil {
		return nil, err
	}
	report.Format = fmt.Sprintf("%s, %s", d.dialect, format)
	v := newVocabulary(report)
	if len(source.Overlay) > 0 {
		if err := applyOverlay(ctx, d.root, source.Overlay, report); err != nil {
			return nil, err
		}
	}
	info := child(d.root, "info")
	report.Title = cmp.Or(options.Title, line(str(child(info, "title"))), options.Name)
	report.Version = cmp.Or(options.Version, line(str(child(info, "version"))), "1.0")
	l := &loader{
		overlaid: len(source.Overlay) > 0, options: options, document: d, vocabulary: v, schemas: newSchemas(d, v), names: newNames(),
		ddls: map[string]string{}, bare: map[string]bool{},
	}
	l.schemas.lookup = func(operation string) string { return l.ddls[operation] }
	return l, nil
}
