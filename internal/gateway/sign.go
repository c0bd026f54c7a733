package gateway

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/patchbay/patchbay/operations"
)

// signature is what a credential puts on each request.
type signature struct {
	connector *operations.Connector
	headers   []signed
	token     string // the access token it was made of, if the scheme is OAuth2
}

type signed struct {
	name  string // in canonical spelling
	value []string
}

// apply puts the signature on. It wins over what a caller has set.
func (s *signature) apply(header http.Header) {
	header.Del("Authorization")
	for i := range s.headers {
		header[s.headers[i].name] = s.headers[i].value
	}
}

func newSignature(connector *operations.Connector, credential *operations.Credential) (*signature, error) {
	scheme, ok := connector.Scheme(credential.Scheme)
	if !ok {
		return nil, operations.Errorf(operations.CodeCredentialRejected,
			"the credential was made for a way to log in that %s does not have; connect the account again", connector.Name)
	}
	s := &signature{connector: connector}
	if scheme.OAuth2 != nil {
		s.token = credential.Secrets["access_token"]
	}
	for _, header := range scheme.Headers {
		lacking, required := lacks(scheme, header.Value, credential)
		if required {
			return nil, operations.Errorf(operations.CodeCredentialRejected,
				"the credential lacks %s; connect the account again", lacking)
		}
		if lacking == "" {
			s.add(header.Name, operations.Expand(header.Value, credential.Fields, credential.Secrets))
		}
	}
	if basic := scheme.Basic; basic != nil {
		userinfo := field(credential, basic.User) + ":" + field(credential, basic.Password)
		s.add("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(userinfo)))
	}
	for _, header := range s.headers {
		if !httpguts.ValidHeaderFieldValue(header.value[0]) {
			return nil, operations.Errorf(operations.CodeCredentialRejected,
				"a field of the credential that goes into %s holds characters that HTTP does not allow; enter it again", header.name)
		}
	}
	return s, nil
}

func (s *signature) add(name, value string) {
	s.headers = append(s.headers, signed{name: http.CanonicalHeaderKey(name), value: []string{value}})
}

// lacks names a field that a template asks for and the credential does not have. A field that the scheme declares
// as optional is not required: its header is left out.
func lacks(scheme operations.Auth, template string, credential *operations.Credential) (name string, required bool) {
	for rest := template; ; {
		_, after, found := strings.Cut(rest, "{")
		placeholder, tail, closed := strings.Cut(after, "}")
		if !found || !closed {
			return name, false
		}
		if field(credential, placeholder) == "" {
			name = placeholder
			if !optional(scheme, placeholder) {
				return name, true
			}
		}
		rest = tail
	}
}

func optional(scheme operations.Auth, name string) bool {
	for _, f := range scheme.Fields {
		if f.Name == name {
			return !f.Required
		}
	}
	return false
}

func field(credential *operations.Credential, name string) string {
	if value, ok := credential.Fields[name]; ok {
		return value
	}
	return credential.Secrets[name]
}

// signatureFor gives the signature for a request to a URL: none where it does not go to the connector's own origin.
func (c *client) signatureFor(ctx context.Context, u *url.URL) (*signature, error) {
	if !c.target.Base.Owns(u) {
		return nil, nil
	}
	return c.sign(ctx)
}

// sign gives the signature for the next request, of a token that is good for a while. Nil: the service wants none.
func (c *client) sign(ctx context.Context) (*signature, error) {
	if c.target.Credential == nil {
		return nil, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.renewEarly(ctx); err != nil {
		return nil, err
	}
	if c.signature == nil {
		made, err := signatureOf(c.target.Connector, c.credential)
		if err != nil {
			return nil, err
		}
		c.signature = made
	}
	return c.signature, nil
}

// signatureOf is the one that is kept with a credential, or a new one.
func signatureOf(connector *operations.Connector, credential *operations.Credential) (*signature, error) {
	kept := credential.Kept
	if kept == nil {
		return newSignature(connector, credential)
	}
	if made, ok := kept.Signature.Load().(*signature); ok && made.connector == connector {
		return made, nil
	}
	made, err := newSignature(connector, credential)
	if err == nil {
		kept.Signature.Store(made)
	}
	return made, err
}
