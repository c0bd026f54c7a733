package server

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/mapping"
	"github.com/patchbay/patchbay/operations"
)

// namedMapping is how a request names a mapping: one that is stored, or the document itself.
type namedMapping struct {
	Mapping   json.RawMessage `json:"mapping"`
	MappingID string          `json:"mappingId"`
	Version   int64           `json:"version"`
}

// documentOf finds the document of a request, and where in the body it stands.
func (s *Server) documentOf(ctx context.Context, x *exchange, named namedMapping) (document json.RawMessage, err error) {
	switch {
	case named.Mapping != nil && named.MappingID != "":
		return nil, invalidBody([]operations.InputFault{{Pointer: "/mapping", Detail: "cannot stand beside mappingId"}})
	case named.Mapping != nil && named.Version != 0:
		return nil, invalidBody([]operations.InputFault{{Pointer: "/version", Detail: "needs mappingId beside it"}})
	case named.Mapping != nil:
		return named.Mapping, nil
	case named.MappingID == "":
		return nil, invalidBody([]operations.InputFault{{Pointer: "/mapping", Detail: "is required, or mappingId"}})
	}
	stored, err := s.storedMapping(ctx, x, named.MappingID, named.Version)
	return stored.Document, err
}

// maxPreviewed bounds the records of one preview.
const maxPreviewed = 20

type previewBody struct {
	namedMapping
	Records    []json.RawMessage `json:"records"`
	Credential string            `json:"credentialId"`
}

// previewed is what a mapping makes of a record.
type previewed struct {
	Source json.RawMessage         `json:"source"`
	Output json.RawMessage         `json:"output,omitempty"`
	Steps  []mapping.Step          `json:"steps"`
	Error  *previewError           `json:"error,omitempty"`
	Input  []operations.InputFault `json:"inputErrors,omitempty"` // what the target operation would not take of the output
}

type previewError struct {
	Code   operations.Code         `json:"code"`
	Detail string                  `json:"detail"`
	Errors []operations.InputFault `json:"errors,omitempty"`
}

// postPreview maps some records, or the sample of the source operation, and tells rule by rule what came in and went out.
func (s *Server) postPreview(ctx context.Context, x *exchange) error {
	var body previewBody
	if err := s.decodeRaw(x, &body); err != nil {
		return err
	}
	document, err := s.documentOf(ctx, x, body.namedMapping)
	if err != nil {
		return err
	}
	if s.Mappings == nil {
		return lacks("mappings")
	}
	compiled, err := s.Mappings.Compile(ctx, x.key.Workspace, document, "")
	if err != nil {
		return below("/mapping", err)
	}
	isSample := body.Records == nil
	if isSample {
		if body.Records, err = s.sampleRecords(ctx, x, compiled.Document().Source); err != nil {
			return err
		}
	}
	l, err := s.lookupsFor(ctx, x, body.Credential)
	if err != nil {
		return err
	}
	l.bounded = true
	target, err := s.inputOf(ctx, x, compiled.Document().Target)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, mappingTime)
	defer cancel()
	items, over := mapping.Preview(ctx, compiled, body.Records, l)
	shown := make([]previewed, len(body.Records))
	for i, record := range body.Records {
		var item mapping.PreviewItem
		if i < len(items) {
			item = items[i]
		} else {
			item.Error = operations.AsError(over)
		}
		shown[i] = previewOf(record, item, target)
	}
	return x.json(http.StatusOK, map[string]any{"sample": isSample, "records": shown})
}

// previewOf shows what became of one record. target checks the result; nil: it is for no operation in particular.
func previewOf(record json.RawMessage, item mapping.PreviewItem, target *operations.Validator) previewed {
	p := previewed{Source: record, Output: item.Output, Steps: list(item.Steps)}
	if item.Error != nil {
		e := operations.AsError(outOfTime(item.Error))
		p.Error = &previewError{e.Code, e.Detail, e.Faults}
		return p
	}
	if target == nil {
		return p
	}
	if decoded, err := operations.Decode(item.Output); err == nil {
		p.Input = target.Faults(decoded)
	}
	return p
}

// inputOf gives what checks the input of the operation that a mapping is for; nil: it names none.
func (s *Server) inputOf(ctx context.Context, x *exchange, target *mapping.Target) (*operations.Validator, error) {
	if target == nil {
		return nil, nil
	}
	entry, err := s.Mappings.Operation(ctx, x.key.Workspace, target.Operation)
	if err != nil {
		return nil, err
	}
	return entry.Input()
}

// sampleRecords are the source documents in the sample of the operation that a mapping starts from.
func (s *Server) sampleRecords(ctx context.Context, x *exchange, source *mapping.Source) ([]json.RawMessage, error) {
	if source == nil {
		return nil, invalidBody([]operations.InputFault{{Pointer: "/records", Detail: "is required: the mapping names no source, whose sample could be taken"}})
	}
	entry, err := s.Mappings.Operation(ctx, x.key.Workspace, source.Operation)
	if err != nil {
		return nil, err
	}
	sample := entry.Spec.Sample.Output
	if source.Document == mapping.DocumentInput {
		sample = entry.Spec.Sample.Input
	}
	if len(sample) == 0 {
		return nil, invalidBody([]operations.InputFault{{Pointer: "/records", Detail: "is required: " + source.Operation + " has no sample"}})
	}
	if source.Items == "" {
		return []json.RawMessage{sample}, nil
	}
	items, err := mapping.Select(sample, source.Items)
	if err != nil {
		return nil, err
	}
	records := []json.RawMessage{}
	for _, item := range gjson.ParseBytes(items).Array() {
		if len(records) < maxPreviewed {
			records = append(records, json.RawMessage(item.Raw))
		}
	}
	return records, nil
}

// getMappingSchema serves the JSON Schema of mappings, for editors and other programs.
func (s *Server) getMappingSchema(_ context.Context, x *exchange) error {
	x.Set(fiber.HeaderCacheControl, "public, max-age=300")
	return x.send(answer{http.StatusOK, fiber.MIMEApplicationJSON, mapping.DocumentSchema()})
}
