package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/patchbay/patchbay/internal/mappings"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/mapping"
	"github.com/patchbay/patchbay/operations"
)

// Mappings are the kept mappings, and what makes mappings ready to run: *mappings.Mappings.
type Mappings interface {
	MappingReader
	MappingWriter
	MappingCompiler
}

// MappingReader shows mappings. One that is not the workspace's is not_found.
type MappingReader interface {
	Get(ctx context.Context, workspace, id string, version int64) (store.Mapping, error)
	List(ctx context.Context, workspace string, filter store.MappingFilter) ([]store.Mapping, error)
	Versions(ctx context.Context, workspace, id string, before int64, limit int) ([]store.MappingVersion, error)
}

// MappingWriter changes mappings.
type MappingWriter interface {
	Put(ctx context.Context, workspace string, draft mappings.Draft) (store.Mapping, error)
	Delete(ctx context.Context, workspace, id string, base int64) error
}

// MappingCompiler makes mappings ready to run.
type MappingCompiler interface {
	// Compile gives a mapping for a target operation; "": the one that it names itself.
	Compile(ctx context.Context, workspace string, document json.RawMessage, target string) (*mapping.Mapping, error)
	Operation(ctx context.Context, workspace, name string) (*operations.Entry, error)
}

// mappingBody is what a mapping is stored with.
type mappingBody struct {
	ID       string          `json:"id"`
	Document json.RawMessage `json:"document"`
	Version  int64           `json:"version"` // that it takes the place of
}

func (s *Server) postMapping(ctx context.Context, x *exchange) error {
	var body mappingBody
	if err := s.decodeRaw(x, &body); err != nil {
		return err
	}
	made, err := s.putDocument(ctx, x, body.ID, body.Document, store.NoMapping)
	if err != nil {
		return err
	}
	x.Set(fiber.HeaderLocation, "/v1/mappings/"+made.ID)
	return x.sendMapping(http.StatusCreated, made)
}

func (s *Server) putMapping(ctx context.Context, x *exchange) error {
	var body mappingBody
	if err := s.decodeRaw(x, &body); err != nil {
		return err
	}
	base, err := x.baseVersion(body.Version)
	if err != nil {
		return err
	}
	stored, err := s.putDocument(ctx, x, x.param("mapping"), body.Document, base)
	if err != nil {
		return err
	}
	return x.sendMapping(http.StatusOK, stored)
}

func (s *Server) putDocument(ctx context.Context, x *exchange, id string, document json.RawMessage, base int64) (store.Mapping, error) {
	if s.Mappings == nil {
		return store.Mapping{}, lacks("mappings")
	}
	stored, err := s.Mappings.Put(ctx, x.key.Workspace, mappings.Draft{ID: id, Document: document, MadeBy: x.key.ID, Base: base})
	return stored, below("/document", err)
}

// below makes the pointers of an error, which lead into a document, lead into the body that holds it at a place.
func below(place string, err error) error {
	e := operations.AsError(err)
	if e == nil || len(e.Faults) == 0 {
		return err
	}
	moved := *e
	moved.Faults = make([]operations.InputFault, len(e.Faults))
	for i, fault := range e.Faults {
		moved.Faults[i] = operations.InputFault{Pointer: place + fault.Pointer, Detail: fault.Detail}
	}
	return &moved
}

// sendMapping sends a mapping with its version as entity tag.
func (x *exchange) sendMapping(status int, m store.Mapping) error {
	x.Set(fiber.HeaderETag, `"`+strconv.FormatInt(m.Version, 10)+`"`)
	return x.json(status, m)
}

// baseVersion tells which version a change is based on: by the body, or by If-Match and If-None-Match, RFC 9110, section 13.1.
func (x *exchange) baseVersion(named int64) (int64, error) {
	match, none := x.Get(fiber.HeaderIfMatch), x.Get(fiber.HeaderIfNoneMatch)
	switch {
	case none == "*" && match == "" && named == 0:
		return store.NoMapping, nil
	case none != "":
		return 0, operations.Errorf(operations.CodeInvalidInput, "If-None-Match must be *, and stand alone")
	case match == "":
		return named, nil
	}
	version, err := strconv.ParseInt(strings.Trim(match, `"`), 10, 64)
	if err != nil || version < 1 || named != 0 && named != version {
		return 0, operations.Errorf(operations.CodeInvalidInput, `If-Match must be the ETag of the mapping, such as "3", and the same as the version of the body`)
	}
	return version, nil
}

func (s *Server) listMappings(ctx context.Context, x *exchange) error {
	if s.Mappings == nil {
		return lacks("mappings")
	}
	limit, err := wholeNumber(x, "limit", defaultPage, maxPage)
	if err != nil {
		return err
	}
	found, err := s.Mappings.List(ctx, x.key.Workspace, store.MappingFilter{
		Source: x.Query("source"), Target: x.Query("target"), After: x.Query("cursor"), Limit: int(limit) + 1,
	})
	if err != nil {
		return err
	}
	page := struct {
		Mappings   []store.Mapping `json:"mappings"`
		NextCursor string          `json:"next_cursor,omitempty"`
	}{Mappings: list(found)}
	if len(found) > int(limit) {
		page.Mappings = found[:limit]
		page.NextCursor = page.Mappings[limit-1].ID
	}
	return x.json(http.StatusOK, page)
}

func (s *Server) getMapping(ctx context.Context, x *exchange) error {
	version, err := wholeNumber(x, "version", 0, maxVersion)
	if err != nil {
		return err
	}
	found, err := s.storedMapping(ctx, x, x.param("mapping"), version)
	if err != nil {
		return err
	}
	return x.sendMapping(http.StatusOK, found)
}

// maxVersion is greater than any version.
const maxVersion = 1 << 53

func (s *Server) storedMapping(ctx context.Context, x *exchange, id string, version int64) (store.Mapping, error) {
	if s.Mappings == nil {
		return store.Mapping{}, lacks("mappings")
	}
	return s.Mappings.Get(ctx, x.key.Workspace, id, version)
}

func (s *Server) listMappingVersions(ctx context.Context, x *exchange) error {
	if s.Mappings == nil {
		return lacks("mappings")
	}
	limit, err := wholeNumber(x, "limit", defaultPage, maxPage)
	if err != nil {
		return err
	}
	before, err := wholeNumber(x, "cursor", 0, maxVersion)
	if err != nil {
		return err
	}
	found, err := s.Mappings.Versions(ctx, x.key.Workspace, x.param("mapping"), before, int(limit)+1)
	if err != nil {
		return err
	}
	page := struct {
		Versions   []store.MappingVersion `json:"versions"`
		NextCursor string                 `json:"next_cursor,omitempty"`
	}{Versions: list(found)}
	if len(found) > int(limit) {
		page.Versions = found[:limit]
		page.NextCursor = strconv.FormatInt(page.Versions[limit-1].Version, 10)
	}
	return x.json(http.StatusOK, page)
}

func (s *Server) deleteMapping(ctx context.Context, x *exchange) error {
	if s.Mappings == nil {
		return lacks("mappings")
	}
	base, err := x.baseVersion(0)
	if err != nil {
		return err
	}
	if err := s.Mappings.Delete(ctx, x.key.Workspace, x.param("mapping"), base); err != nil {
		return err
	}
	x.Status(http.StatusNoContent)
	return nil
}

// decodeRaw reads the body of a request as decode does, and leaves the documents in it as they were written.
func (s *Server) decodeRaw(x *exchange, target any) error {
	raw, err := x.readBody()
	if err != nil {
		return err
	}
	document, err := operations.DecodeInput(raw)
	if err != nil {
		return err
	}
	if err := s.bodyFaults(x, document); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, target); err != nil {
		return fmt.Errorf("taking the body over: %w", err)
	}
	return nil
}
