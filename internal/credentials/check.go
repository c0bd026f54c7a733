package credentials

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// Bounds of what may be entered.
const (
	maxName   = 200      // characters
	maxValue  = 16 << 10 // bytes of one field
	maxFaults = 100
)

// checker gathers what is wrong with a credential that somebody enters, by JSON pointers into the draft or patch.
type checker struct {
	connector operations.Connector
	scheme    operations.Auth
	origin    string // the operator's own, if any
	faults    []operations.InputFault
}

func (c *checker) add(pointer, detail string) {
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, operations.InputFault{Pointer: pointer, Detail: detail})
	}
}

func (c *checker) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	detail := "the credential does not fit the connector: " + c.faults[0].Pointer + " " + c.faults[0].Detail
	if more := len(c.faults) - 1; more > 0 {
		detail = fmt.Sprintf("%s (and %d more)", detail, more)
	}
	return &operations.Error{Code: operations.CodeInvalidInput, Detail: detail, Faults: c.faults}
}

func (c *checker) schemeFault() {
	var names []string
	for _, auth := range c.connector.Auth {
		names = append(names, auth.Name)
	}
	if len(names) == 0 {
		c.add("/connector", "needs no credential")
		return
	}
	c.add("/scheme", "must be one of: "+strings.Join(names, ", "))
}

func (c *checker) id(id string) {
	if !store.ValidID(id) {
		c.add("/id", `must be 1 to 63 lower-case letters, digits, "_" or "-", beginning with a letter or a digit`)
	}
}

func (c *checker) name(name string) {
	switch {
	case strings.TrimSpace(name) == "":
		c.add("/name", "is required")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		c.add("/name", "holds a character that cannot be shown")
	case utf8.RuneCountInString(name) > maxName:
		c.add("/name", fmt.Sprintf("is longer than %d characters", maxName))
	}
}

// given checks what was entered, each value by itself.
func (c *checker) given(fields, secrets map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		c.value("/fields/", name, fields[name], false)
	}
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		c.value("/secrets/", name, secrets[name], true)
	}
}

func (c *checker) value(folder, name, value string, secret bool) {
	at := folder + token(name)
	field, known := c.field(name)
	switch {
	case name == expiresAt && c.scheme.OAuth2 != nil:
		c.add(at, "is kept by the hub itself")
	case !known:
		c.add(at, "is not a known field")
	case field.Secret && !secret:
		c.add(at, "is a secret; give it under /secrets")
	case !field.Secret && secret:
		c.add(at, "is not a secret; give it under /fields")
	case len(value) > maxValue:
		c.add(at, fmt.Sprintf("is longer than %d bytes", maxValue))
	default:
		c.characters(at, name, value)
	}
}

func (c *checker) field(name string) (operations.AuthField, bool) {
	i := slices.IndexFunc(c.scheme.Fields, func(f operations.AuthField) bool { return f.Name == name })
	if i < 0 {
		return operations.AuthField{}, false
	}
	return c.scheme.Fields[i], true
}

// characters refuses what would break the request that carries the value. A value that goes nowhere near a header or
// an address, such as a private key, may have line breaks.
func (c *checker) characters(at, name, value string) {
	isUser := c.scheme.Basic != nil && c.scheme.Basic.User == name
	switch {
	case !utf8.ValidString(value):
		c.add(at, "is not text in UTF-8")
	case c.isSent(name) && strings.ContainsFunc(value, unicode.IsControl):
		c.add(at, "holds a line break or another control character, which a request cannot carry")
	case c.isSent(name) && strings.TrimSpace(value) != value:
		c.add(at, "begins or ends with a space")
	case isUser && strings.Contains(value, ":"):
		c.add(at, "holds a colon, which a user name may not (RFC 7617)")
	case strings.ContainsFunc(value, isBinary):
		c.add(at, "holds a control character")
	}
}

func isBinary(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }

// isSent tells whether a field becomes part of a header or of the address of requests.
func (c *checker) isSent(name string) bool {
	placeholder := "{" + name + "}"
	if c.scheme.Basic != nil && (name == c.scheme.Basic.User || name == c.scheme.Basic.Password) {
		return true
	}
	return strings.Contains(c.connector.Origin+c.connector.BasePath, placeholder) ||
		slices.ContainsFunc(c.scheme.Headers, func(h operations.AuthHeader) bool { return strings.Contains(h.Value, placeholder) })
}

// whole checks the credential as it will be stored.
func (c *checker) whole(fields, secrets map[string]string) {
	for _, field := range c.scheme.Fields {
		folder, values := "/fields/", fields
		if field.Secret {
			folder, values = "/secrets/", secrets
		}
		if field.Required && values[field.Name] == "" {
			c.add(folder+token(field.Name), "is required")
		}
	}
	if len(c.faults) > 0 || c.connector.Origin == "" {
		return
	}
	if _, err := operations.NewBase(c.connector, c.origin, fields); err != nil {
		c.add(c.addressPointer(), operations.AsError(err).Detail)
	}
}

// addressPointer points at the field that the connector's address is made of, or at all if it is not just one.
func (c *checker) addressPointer() string {
	pointer := "/fields"
	for _, field := range c.scheme.Fields {
		if !strings.Contains(c.connector.Origin+c.connector.BasePath, "{"+field.Name+"}") {
			continue
		}
		if pointer != "/fields" {
			return "/fields"
		}
		pointer = "/fields/" + token(field.Name)
	}
	return pointer
}

// token makes a name one token of a JSON pointer, cut to what an error can carry. See RFC 6901.
func token(name string) string {
	const most = 100
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "…"
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(strings.ToValidUTF8(name, "\uFFFD"))
}
