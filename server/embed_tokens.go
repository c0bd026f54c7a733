package server

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/patchbay/patchbay/internal/embedtoken"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// EmbedTokens makes, shows and ends the tokens of browser pages: *embedtoken.Tokens.
type EmbedTokens interface {
	Issue(ctx context.Context, workspace string, draft embedtoken.Draft) (made store.EmbedToken, token string, err error)
	List(ctx context.Context, workspace string, filter store.EmbedTokenFilter) ([]store.EmbedToken, error)
	Revoke(ctx context.Context, workspace, id string) error
}

// embedBody is what a token is asked for with.
type embedBody struct {
	EndUser     string   `json:"endUser"`
	Credentials []string `json:"credentials"`
	Operations  []string `json:"operations"`
	Origins     []string `json:"origins"`
	ExpiresIn   int64    `json:"expiresIn"` // seconds
	Calls       int64    `json:"calls"`
}

func (s *Server) postEmbedToken(ctx context.Context, x *exchange) error {
	if s.EmbedTokens == nil {
		return lacks("tokens for browser pages")
	}
	body := embedBody{ExpiresIn: 900, Calls: 1000, Operations: []string{execute.AllLists}}
	if err := s.decode(x, &body); err != nil {
		return err
	}
	faults, err := s.embedFaults(ctx, x, &body)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return invalidBody(faults)
	}
	made, token, err := s.EmbedTokens.Issue(ctx, x.key.Workspace, embedtoken.Draft{
		EndUser: body.EndUser, Credentials: body.Credentials, Operations: body.Operations, Origins: body.Origins,
		Lifetime: time.Duration(body.ExpiresIn) * time.Second, Calls: body.Calls, MadeBy: x.key.ID,
	})
	if err != nil {
		return err
	}
	return x.json(http.StatusCreated, struct {
		store.EmbedToken
		Token string `json:"token"`
	}{made, token})
}

// embedFaults says what is wrong with what a token is to allow.
func (s *Server) embedFaults(ctx context.Context, x *exchange, body *embedBody) ([]operations.InputFault, error) {
	var faults []operations.InputFault
	if strings.ContainsFunc(body.EndUser, unicode.IsControl) {
		faults = append(faults, operations.InputFault{Pointer: "/endUser", Detail: "holds a character that cannot be shown"})
	}
	for i, id := range body.Credentials {
		if _, err := s.Credentials.Get(ctx, x.key.Workspace, id); err != nil {
			fault, err := faultAt("/credentials/"+strconv.Itoa(i), err)
			if err != nil {
				return nil, err
			}
			faults = append(faults, fault)
		}
	}
	for i, granted := range body.Operations {
		if err := s.checkGrant(ctx, x.key.Workspace, granted); err != nil {
			fault, err := faultAt("/operations/"+strconv.Itoa(i), err)
			if err != nil {
				return nil, err
			}
			faults = append(faults, fault)
		}
	}
	return faults, nil
}

// faultAt makes what cannot be found, or not be granted, a fault of the body. Other errors stay errors.
func faultAt(pointer string, err error) (operations.InputFault, error) {
	if e := operations.AsError(err); slices.Contains([]operations.Code{operations.CodeNotFound, operations.CodeForbidden}, e.Code) {
		return operations.InputFault{Pointer: pointer, Detail: "cannot be granted: " + e.Detail}, nil
	}
	return operations.InputFault{}, err
}

// checkGrant wants an operation that is there and may be granted, or the drop-downs of a connector that is there.
func (s *Server) checkGrant(ctx context.Context, workspace, granted string) error {
	if granted == execute.AllLists {
		return nil
	}
	connector, name, _ := strings.Cut(granted, ".")
	catalogue, err := s.Catalogue.Of(ctx, workspace, connector)
	if err != nil {
		return err
	}
	if name == execute.AllLists {
		_, err := catalogue.Connector(connector)
		return err
	}
	entry, err := catalogue.Entry(connector, name)
	if err != nil {
		return err
	}
	if !execute.Grantable(entry.Spec.Kind) {
		return operations.Errorf(operations.CodeForbidden, "a page may not send requests of its own making")
	}
	return nil
}

func (s *Server) listEmbedTokens(ctx context.Context, x *exchange) error {
	if s.EmbedTokens == nil {
		return lacks("tokens for browser pages")
	}
	limit, err := wholeNumber(x, "limit", defaultPage, maxPage)
	if err != nil {
		return err
	}
	tokens, err := s.EmbedTokens.List(ctx, x.key.Workspace, store.EmbedTokenFilter{
		EndUser: x.Query("endUser"), Before: x.Query("cursor"), Limit: int(limit) + 1,
	})
	if err != nil {
		return err
	}
	page := struct {
		Tokens     []store.EmbedToken `json:"tokens"`
		NextCursor string             `json:"next_cursor,omitempty"`
	}{Tokens: list(tokens)}
	if len(tokens) > int(limit) {
		page.Tokens = tokens[:limit]
		page.NextCursor = page.Tokens[limit-1].ID
	}
	return x.json(http.StatusOK, page)
}

func (s *Server) deleteEmbedToken(ctx context.Context, x *exchange) error {
	if s.EmbedTokens == nil {
		return lacks("tokens for browser pages")
	}
	if err := s.EmbedTokens.Revoke(ctx, x.key.Workspace, x.param("token")); err != nil {
		return err
	}
	x.Status(http.StatusNoContent)
	return nil
}
