package imports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/openapi"
)

// Draft is a document to be made a connector of. Name and Document are required.
type Draft struct {
	Name     string
	Document []byte // as openapi.Source has it
	Overlay  []byte
	Title    string // empty: the document's, as Docs and BaseURL
	Docs     string
	BaseURL  string

	Replace bool // an import of that name may be there already
	DryRun  bool // nothing is stored
	Propose bool // an overlay is proposed as well
}

// Outcome is what became of a document.
type Outcome struct {
	Connector operations.Connector
	Report    *openapi.Report
	Proposal  []byte // an overlay in YAML, if it was asked for
}

// Import makes a connector of a document, and stores it unless it is a dry run. It is there when Import returns.
// Errors: invalid_input with the faults of draft (pointers: /name, /document, /overlay…), too_large, conflict for a
// name that is taken, for a workspace that is full, and for a replacement that would send stored secrets elsewhere.
func (i *Imports) Import(ctx context.Context, workspace string, draft Draft) (Outcome, error) {
	if err := i.check(ctx, workspace, draft); err != nil {
		return Outcome{}, err
	}
	row := store.ConnectorRow{
		Workspace: workspace, Name: draft.Name, Title: draft.Title, Docs: draft.Docs, BaseURL: draft.BaseURL,
		Document: draft.Document, Overlay: draft.Overlay,
	}
	outcome, err := i.make(ctx, row, draft.Propose)
	if err != nil {
		return Outcome{}, err
	}
	if err := i.keepSecrets(ctx, row, outcome.Connector); err != nil {
		return Outcome{}, err
	}
	if draft.DryRun {
		outcome.Connector.Import = &operations.Import{Workspace: workspace}
		return outcome, nil
	}
	if row, err = i.Store.PutConnector(ctx, row, draft.Replace); err != nil {
		return Outcome{}, err
	}
	ready, err := finish(outcome.Connector, row)
	if err != nil {
		return Outcome{}, err
	}
	if _, err := i.look(ctx, i.workspace(workspace), &ready); err != nil {
		return Outcome{}, err
	}
	outcome.Connector, err = ready.catalogue.Connector(row.Name)
	return outcome, err
}

// make reads the document, sees that it makes a catalogue, and proposes an overlay if one is wanted.
func (i *Imports) make(ctx context.Context, row store.ConnectorRow, propose bool) (Outcome, error) {
	var outcome Outcome
	var err error
	if outcome.Connector, outcome.Report, err = i.read(ctx, row); err != nil {
		return Outcome{}, blame(err)
	}
	if _, err := finish(outcome.Connector, row); err != nil {
		return Outcome{}, err
	}
	if err := checkAddress(outcome.Connector); err != nil {
		return Outcome{}, err
	}
	if !propose {
		return outcome, nil
	}
	leave, err := i.enter(ctx)
	if err != nil {
		return Outcome{}, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, readFor)
	defer cancel()
	if outcome.Proposal, err = openapi.Propose(ctx, row.Document); err != nil {
		return Outcome{}, blame(err)
	}
	return outcome, nil
}

// blame points at the part of the draft that an error of the reader is about. Its own pointers lead into the overlay.
func blame(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return operations.Errorf(operations.CodeTooLarge, "reading the document takes longer than %s; leave out what is not needed", readFor)
	}
	var own *operations.Error
	if !errors.As(err, &own) || own.Code != operations.CodeInvalidInput {
		return err
	}
	blamed := *own
	if len(own.Faults) == 0 {
		part := "/document"
		if strings.Contains(own.Detail, "overlay") {
			part = "/overlay"
		}
		blamed.Faults = []operations.InputFault{{Pointer: part, Detail: own.Detail}}
		return &blamed
	}
	blamed.Faults = slices.Clone(own.Faults)
	for n := range blamed.Faults {
		blamed.Faults[n].Pointer = "/overlay" + blamed.Faults[n].Pointer
	}
	return &blamed
}

// check refuses what needs no reading of the document.
func (i *Imports) check(ctx context.Context, workspace string, draft Draft) error {
	var faults []operations.InputFault
	add := func(wrong bool, pointer, detail string) {
		if wrong {
			faults = append(faults, operations.InputFault{Pointer: pointer, Detail: detail})
		}
	}
	add(!store.ValidConnectorName(draft.Name), "/name",
		"must be snake_case: lower-case letters and digits, words joined by \"_\", at most 63 characters, beginning with a letter")
	add(len(draft.Document) == 0, "/document", "is required")
	add(!isLine(draft.Title), "/title", "must be one line of at most 200 characters")
	add(draft.Docs != "" && !isURL(draft.Docs, "https"), "/docs", "must be an https URL")
	add(draft.BaseURL != "" && !isURL(draft.BaseURL, "https", "http"), "/baseUrl", "must be an http or https URL; {fields} of the credential may stand in it")
	if len(faults) > 0 {
		return invalid(faults)
	}
	if i.BuiltIn.Has(draft.Name) {
		return operations.Errorf(operations.CodeConflict, "%s is a built-in connector, which an import cannot replace; choose another name", draft.Name)
	}
	_, names, err := i.Store.ConnectorVersions(ctx, workspace)
	if err != nil {
		return err
	}
	if _, taken := names[draft.Name]; taken && !draft.Replace {
		return operations.Errorf(operations.CodeConflict,
			"there is already an imported connector named %s; ask for it to be replaced, or choose another name", draft.Name)
	}
	return nil
}

func invalid(faults []operations.InputFault) *operations.Error {
	detail := "the import does not fit: " + faults[0].Pointer + " " + faults[0].Detail
	if len(faults) > 1 {
		detail = fmt.Sprintf("%s (and %d more)", detail, len(faults)-1)
	}
	return &operations.Error{Code: operations.CodeInvalidInput, Detail: detail, Faults: faults}
}

func isLine(s string) bool {
	const most = 200
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
}

// isURL tells whether s is an absolute URL of one of the schemes. Placeholders count as if they were filled in.
func isURL(s string, schemes ...string) bool {
	const most = 2000
	u, err := url.Parse(strings.NewReplacer("{", "x", "}", "x").Replace(s))
	return err == nil && len(s) <= most && u.Host != "" && u.User == nil && slices.Contains(schemes, u.Scheme)
}

// checkAddress refuses a connector that could never be called. An address that the credential completes is checked
// with each credential.
func checkAddress(connector operations.Connector) error {
	if strings.Contains(connector.Origin+connector.BasePath, "{") {
		return nil
	}
	if _, err := operations.NewBase(connector, "", nil); err != nil {
		return invalid([]operations.InputFault{{
			Pointer: "/document", Detail: fmt.Sprintf("its server %q is not an http or https URL; give another as baseUrl", connector.Origin),
		}})
	}
	return nil
}

// keepSecrets refuses a replacement that would take the secrets of stored credentials to another place.
func (i *Imports) keepSecrets(ctx context.Context, row store.ConnectorRow, next operations.Connector) error {
	catalogue, err := i.Of(ctx, row.Workspace, "")
	if err != nil {
		return err
	}
	last, err := catalogue.Connector(row.Name)
	if err != nil || slices.Equal(destinations(last), destinations(next)) {
		return nil
	}
	held, err := i.Store.ListCredentials(ctx, row.Workspace, row.Name)
	if err != nil || len(held) == 0 {
		return err
	}
	return operations.Errorf(operations.CodeConflict,
		"the new document sends the %d stored credentials of %s to another address; remove them first, or import it under another name", len(held), row.Name)
}

// destinations are the places that see a connector's secrets.
func destinations(connector operations.Connector) []string {
	places := []string{connector.Origin}
	for _, auth := range connector.Auth {
		if auth.OAuth2 != nil {
			places = append(places, auth.OAuth2.TokenURL)
		}
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// Remove deletes an imported connector. Errors: conflict for one that is built in or for which credentials are
// stored, not_found.
func (i *Imports) Remove(ctx context.Context, workspace, name string) error {
	builtIn := i.BuiltIn.Has(name)
	err := i.Store.DeleteConnector(ctx, workspace, name, builtIn)
	if err != nil && builtIn && operations.AsError(err).Code == operations.CodeNotFound {
		return operations.Errorf(operations.CodeConflict, "%s is a built-in connector; only imported ones can be removed", name)
	}
	if err != nil {
		return cmp.Or(i.nearest(ctx, workspace, name, err), err)
	}
	_, err = i.look(ctx, i.workspace(workspace), nil)
	return err
}

// nearest replaces not_found by the catalogue's, which names what may be meant.
func (i *Imports) nearest(ctx context.Context, workspace, name string, err error) error {
	if operations.AsError(err).Code != operations.CodeNotFound {
		return nil
	}
	catalogue, missing := i.Of(ctx, workspace, "")
	if missing == nil {
		_, missing = catalogue.Connector(name)
	}
	return missing
}
