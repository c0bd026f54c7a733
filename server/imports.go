package server

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/internal/imports"
	"github.com/patchbay/patchbay/operations"
)

// Imports makes connectors of OpenAPI documents: *imports.Imports, or a fake.
type Imports interface {
	Import(ctx context.Context, workspace string, draft imports.Draft) (imports.Outcome, error)
	Remove(ctx context.Context, workspace, name string) error
}

// decodeImport reads the body of an import. A document that is an object is taken as it stands, so that what is said
// of it names its own lines.
func decodeImport(body []byte) (imports.Draft, error) {
	if !json.Valid(body) {
		return imports.Draft{}, malformed(body)
	}
	document := gjson.ParseBytes(body)
	if !document.IsObject() {
		return imports.Draft{}, invalidBody([]operations.InputFault{{Detail: "must be an object"}})
	}
	var draft imports.Draft
	var faults []operations.InputFault
	seen := map[string]bool{}
	document.ForEach(func(key, value gjson.Result) bool {
		name := key.String()
		fault := setImport(&draft, name, value)
		if seen[name] {
			fault = "is given twice"
		}
		seen[name] = true
		if fault != "" {
			faults = append(faults, operations.InputFault{Pointer: "/" + escapeToken(name), Detail: fault})
		}
		const most = 100
		return len(faults) < most
	})
	for _, name := range []string{"name", "document"} {
		if !seen[name] {
			faults = append(faults, operations.InputFault{Pointer: "/" + name, Detail: missingField})
		}
	}
	if len(faults) > 0 {
		return imports.Draft{}, invalidBody(faults)
	}
	return draft, nil
}

// setImport takes over one member and says what is wrong with it.
func setImport(draft *imports.Draft, name string, value gjson.Result) (fault string) {
	texts := map[string]*string{"name": &draft.Name, "title": &draft.Title, "docs": &draft.Docs, "baseUrl": &draft.BaseURL}
	documents := map[string]*[]byte{"document": &draft.Document, "overlay": &draft.Overlay}
	switches := map[string]*bool{"replace": &draft.Replace, "dryRun": &draft.DryRun, "propose": &draft.Propose}
	switch text, document, flag := texts[name], documents[name], switches[name]; {
	case text != nil:
		*text = value.String()
		if value.Type != gjson.String {
			return "must be a string"
		}
	case document != nil && value.Type == gjson.String:
		*document = []byte(value.String())
	case document != nil:
		*document = []byte(value.Raw)
		if !value.IsObject() {
			return "must be a string or an object"
		}
	case flag != nil:
		*flag = value.Bool()
		if !value.IsBool() {
			return "must be true or false"
		}
	default:
		return "is not a known field"
	}
	return ""
}

func (s *Server) postConnector(ctx context.Context, x *exchange) error {
	raw, err := x.readBodyOf(maxImport)
	if err != nil {
		return err
	}
	draft, err := decodeImport(raw)
	if err != nil {
		return err
	}
	if s.Imports == nil {
		return noImports()
	}
	outcome, err := s.Imports.Import(ctx, x.key.Workspace, draft)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if !draft.DryRun {
		status = http.StatusCreated
		x.Set(fiber.HeaderLocation, "/v1/connectors/"+url.PathEscape(outcome.Connector.Name))
	}
	report := *outcome.Report
	report.Issues = list(report.Issues)
	return x.json(status, struct {
		Connector connectorSummary `json:"connector"`
		Stored    bool             `json:"stored"`
		Report    any              `json:"report"`
		Proposal  string           `json:"proposal,omitempty"`
	}{summarise(outcome.Connector), !draft.DryRun, report, string(outcome.Proposal)})
}

func noImports() error {
	return operations.Errorf(operations.CodeNotConfigured, "this hub cannot import connectors")
}

func (s *Server) deleteConnector(ctx context.Context, x *exchange) error {
	if s.Imports == nil {
		return noImports()
	}
	if err := s.Imports.Remove(ctx, x.key.Workspace, x.param("connector")); err != nil {
		return err
	}
	x.Status(http.StatusNoContent)
	return nil
}
