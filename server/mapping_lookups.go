package server

import (
	"context"
	"encoding/json"
	"sync/atomic"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/internal/mappings"
	"github.com/patchbay/patchbay/mapping"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// maxLookups bounds how many different questions the mapping of one request may ask; a batch may ask as many as it likes, some
// at a time.
const maxLookups = 200

// lookups answers those of a mapping by the drop-downs of the hub, on behalf of whoever asks for it: he gets nothing by a
// mapping that he could not get himself.
type lookups struct {
	server  *Server
	request execute.Request // of whoever asks; its connector is that of its credential
	bounded bool
	asked   atomic.Int64
}

// Match finds the option that a text names.
func (l *lookups) Match(ctx context.Context, call mapping.LookupCall) (json.RawMessage, error) {
	if l.server.Lists == nil {
		return nil, lacks("look-up of options")
	}
	if l.bounded && l.asked.Add(1) > maxLookups {
		return nil, operations.Errorf(operations.CodeInvalidInput, "the mapping of one request may look up %d different texts; this asks for more", maxLookups)
	}
	entry, err := l.list(ctx, call.Operation)
	if err != nil {
		return nil, err
	}
	request := l.request
	if call.Credential != "" || request.Connector != entry.Connector.Name {
		request.Credential = call.Credential
	}
	request.Connector, request.Operation, request.Input = entry.Connector.Name, entry.Spec.Name, call.Input
	if request.Credential == "" && len(entry.Connector.Auth) > 0 {
		return nil, operations.Errorf(operations.CodeInvalidInput, "%s needs a credential; name one in the rule", call.Operation)
	}
	result, err := l.server.counted(ctx, request, func() (execute.Result, error) { return l.server.Lists.Match(ctx, request, call.Text) })
	if err != nil {
		return nil, asRuleFault(err)
	}
	return json.RawMessage(gjson.GetBytes(result.Output, "value").Raw), nil
}

// asRuleFault makes a credential that is not there a fault of the rule that names it.
func asRuleFault(err error) error {
	e := operations.AsError(err)
	if e.Code != operations.CodeNotFound || e.Reason != "" {
		return err
	}
	return operations.Errorf(operations.CodeInvalidInput, "%s", e.Detail)
}

// list finds the drop-down that a rule names. That there is none is a fault of the rule.
func (l *lookups) list(ctx context.Context, name string) (*operations.Entry, error) {
	connector, operation := mappings.SplitName(name)
	catalogue, err := l.server.Catalogue.Of(ctx, l.request.Caller.Workspace, connector)
	if err != nil {
		return nil, err
	}
	entry, err := catalogue.Entry(connector, operation)
	switch {
	case err != nil && l.request.Caller.Grant != nil:
		return nil, execute.NotGranted()
	case err != nil:
		return nil, asRuleFault(err)
	case entry.Spec.Kind != operations.KindDDL:
		return nil, operations.Errorf(operations.CodeInvalidInput, "%s is no drop-down", name)
	}
	return entry, nil
}

// lookupsFor makes the lookups of a mapping that is run with a credential of the caller's choice, which may be empty.
func (s *Server) lookupsFor(ctx context.Context, x *exchange, credential string) (*lookups, error) {
	l := &lookups{server: s, request: execute.Request{ID: x.id, Caller: x.caller(), Credential: credential}}
	if credential != "" {
		found, err := s.credentialOf(ctx, x, credential, "")
		if err != nil {
			return nil, err
		}
		l.request.Connector = found.Connector
	}
	return l, nil
}
