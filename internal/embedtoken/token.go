// Package embedtoken makes and checks the tokens with which browser pages call the hub: short-lived, signed, for one end
// user, and good for the operations, credentials and origins that they name and for nothing else.
//
// A token is a JWT (RFC 7519) signed with HMAC-SHA256. What it allows is signed into it; that it was not revoked, and what
// is left of its budget of calls, is asked of the store that all hubs share.
package embedtoken

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tink-crypto/tink-go/v2/jwt"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// Prefix begins every token, so that scanners for leaked secrets know one.
const Prefix = "pbe_"

// Purpose tells the keys that sign tokens of pages from other keys.
const Purpose = "embed"

// maxToken bounds a token, in bytes: it travels in a header.
const maxToken = 8 << 10

var errTooLong = errors.New("it is too long for a token")

// Reasons of refusals.
const (
	ReasonInvalid = "token_invalid"
	ReasonExpired = "token_expired"
	ReasonRevoked = "token_revoked"
	ReasonBudget  = "budget_spent"
	ReasonOrigin  = "origin_not_allowed"
)

// Pass is what a token allows.
type Pass struct {
	ID        string
	Workspace string
	Grant     execute.Grant
	Origins   []string
	Expires   time.Time
}

// claims are the payload of a token.
type claims struct {
	ID          string   `json:"jti"`
	EndUser     string   `json:"sub"`
	Workspace   string   `json:"workspace"`
	Credentials []string `json:"credentials"`
	Operations  []string `json:"operations"`
	Origins     []string `json:"origins"`
	Calls       float64  `json:"calls"`
	Expires     float64  `json:"exp"` // seconds since 1970
}

const (
	issuer   = "patchbay"
	audience = "embed"
	kind     = "patchbay-embed+jwt" // https://www.rfc-editor.org/rfc/rfc8725#section-3.11
)

// signer signs tokens and checks their signatures.
type signer struct {
	mac    jwt.MAC
	anyDay *jwt.Validator
}

func newSigner(keys *keyset.Handle) (signer, error) {
	mac, err := jwt.NewMAC(keys)
	if err != nil {
		return signer{}, fmt.Errorf("preparing the keys of tokens: %w", err)
	}
	wanted := struct{ issuer, audience, kind string }{issuer, audience, kind}
	validator, err := jwt.NewValidator(&jwt.ValidatorOpts{
		ExpectedIssuer: &wanted.issuer, ExpectedAudience: &wanted.audience, ExpectedTypeHeader: &wanted.kind,
		FixedNow: time.Unix(1, 0), // the end of a token is checked apart: whose it was has to be known even then
	})
	if err != nil {
		return signer{}, fmt.Errorf("preparing the check of tokens: %w", err)
	}
	return signer{mac, validator}, nil
}

func (s signer) sign(p Pass, calls int64, issued time.Time) (string, error) {
	named := struct{ issuer, audience, kind string }{issuer, audience, kind}
	raw, err := jwt.NewRawJWT(&jwt.RawJWTOptions{
		Issuer: &named.issuer, Audience: &named.audience, TypeHeader: &named.kind,
		JWTID: &p.ID, Subject: &p.Grant.EndUser, IssuedAt: &issued, ExpiresAt: &p.Expires,
		CustomClaims: map[string]any{
			"workspace": p.Workspace, "credentials": anys(p.Grant.Credentials), "operations": anys(p.Grant.Operations),
			"origins": anys(p.Origins), "calls": calls,
		},
	})
	if err != nil {
		return "", fmt.Errorf("making a token: %w", err)
	}
	compact, err := s.mac.ComputeMACAndEncode(raw)
	if err != nil {
		return "", fmt.Errorf("signing a token: %w", err)
	}
	return Prefix + compact, nil
}

func anys(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}

// open checks a token's signature, and no more: it may be over.
func (s signer) open(token string) (Pass, error) {
	compact, ours := strings.CutPrefix(token, Prefix)
	if !ours {
		return Pass{}, invalid(errors.New("it does not begin as tokens do"))
	}
	verified, err := s.mac.VerifyMACAndDecode(compact, s.anyDay)
	if err != nil {
		return Pass{}, invalid(err)
	}
	payload, err := verified.JSONPayload()
	if err != nil {
		return Pass{}, invalid(err)
	}
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return Pass{}, invalid(err)
	}
	if c.ID == "" || c.Workspace == "" || len(c.Origins) == 0 || c.Expires <= 0 {
		return Pass{}, invalid(errors.New("it lacks a claim"))
	}
	return Pass{
		ID: c.ID, Workspace: c.Workspace, Origins: c.Origins, Expires: time.Unix(int64(c.Expires), 0).UTC(),
		Grant: execute.Grant{EndUser: c.EndUser, Credentials: c.Credentials, Operations: c.Operations},
	}, nil
}

func invalid(cause error) error {
	return refusal(operations.CodeUnauthenticated, ReasonInvalid, "the token is not valid here; ask the page's server for a new one", cause)
}

func refusal(code operations.Code, reason, detail string, cause error) *operations.Error {
	return &operations.Error{Code: code, Reason: reason, Detail: detail, Err: cause}
}
