package conformance

import (
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

var (
	snakeCase  = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`)
	identifier = regexp.MustCompile(`^[a-z0-9_]+:[a-z0-9]+(-[a-z0-9]+)*$`)
)

func checkConnector(t *testing.T, c operations.Connector) {
	t.Helper()
	if !snakeCase.MatchString(c.Name) {
		t.Errorf("connector name %q is not snake_case", c.Name)
	}
	if c.Title == "" || c.Description == "" || c.Version == "" {
		t.Errorf("connector %s lacks a title, a description or a version", c.Name)
	}
	if !isLink(c.Docs) {
		t.Errorf("connector %s: docs %q is not an https link", c.Name, c.Docs)
	}
	checkThrottlers(t, c.Throttlers)
	for _, auth := range c.Auth {
		if !snakeCase.MatchString(auth.Name) || auth.Title == "" || len(auth.Fields) == 0 {
			t.Errorf("auth scheme %q lacks a name, a title or fields", auth.Name)
		}
	}
	if len(c.Auth) > 0 && !slices.ContainsFunc(c.Operations, func(o operations.Operation) bool {
		return o.Spec().Name == c.Verify && o.Spec().Effect == operations.EffectRead
	}) {
		t.Errorf("connector %s: verify %q is not one of its reads", c.Name, c.Verify)
	}
}

func checkThrottlers(t *testing.T, throttlers []operations.Throttler) {
	t.Helper()
	for _, throttler := range throttlers {
		if err := throttler.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// checkCatalogue compares both ways: a missing operation is a fault, and so is an extra one.
func checkCatalogue(t *testing.T, c operations.Connector, required []Required) {
	t.Helper()
	var offered []Required
	for _, operation := range c.Operations {
		spec := operation.Spec()
		offered = append(offered, Required{spec.Name, spec.Kind, spec.Effect})
	}
	byName := func(a, b Required) int { return cmp.Compare(a.Name, b.Name) }
	slices.SortFunc(offered, byName)
	required = slices.SortedFunc(slices.Values(required), byName)
	if diff := gocmp.Diff(required, offered); diff != "" {
		t.Errorf("operations of %s differ from its catalogue (-required +offered):\n%s", c.Name, diff)
	}
}

func checkNames(t *testing.T, s operations.Spec) {
	t.Helper()
	checkThrottlers(t, s.Throttlers)
	if err := s.Cache.Validate(s.Input); err != nil {
		t.Error(err)
	}
	if !snakeCase.MatchString(s.Name) {
		t.Errorf("name %q is not snake_case", s.Name)
	}
	if !identifier.MatchString(s.Identifier) {
		t.Errorf("identifier %q is not like connector:do-this", s.Identifier)
	}
	if s.Title == "" || len(s.Description) < 10 {
		t.Errorf("title %q or description %q is missing or too short", s.Title, s.Description)
	}
	if !isLink(s.Docs) {
		t.Errorf("docs %q is not an https link", s.Docs)
	}
	kinds := []operations.Kind{operations.KindAction, operations.KindDDL, operations.KindRawHTTP, operations.KindLink}
	effects := []operations.Effect{operations.EffectRead, operations.EffectWrite, operations.EffectDestructive}
	if !slices.Contains(kinds, s.Kind) || !slices.Contains(effects, s.Effect) {
		t.Errorf("kind %q or effect %q is none of the known", s.Kind, s.Effect)
	}
	if isDDL := s.Kind == operations.KindDDL; isDDL != strings.HasSuffix(s.Name, "_ddl") || isDDL && s.Effect != operations.EffectRead {
		t.Errorf("a DDL operation, and no other, is called …_ddl and only reads; this is a %s %s", s.Effect, s.Kind)
	}
}

func isLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

func checkSchemas(t *testing.T, s operations.Spec) {
	t.Helper()
	if gjson.GetBytes(s.Input, "type").String() != "object" || gjson.GetBytes(s.Output, "type").String() != "object" {
		t.Error("input and output schema must describe objects")
	}
	if closed := gjson.GetBytes(s.Input, "additionalProperties").Raw == "false"; !closed && !s.LooseInput {
		t.Error("the input schema lets unknown fields pass")
	}
	checkSample(t, "input", s.Input, s.Sample.Input)
	checkSample(t, "output", s.Output, s.Sample.Output)
}

func checkSample(t *testing.T, what string, schema operations.Schema, sample json.RawMessage) {
	t.Helper()
	validator, err := schema.Compile()
	if err != nil {
		t.Errorf("%s schema: %v", what, err)
		return
	}
	document, err := operations.Decode(sample)
	if err != nil {
		t.Errorf("sample %s: %v", what, err)
		return
	}
	for _, fault := range validator.Faults(document) {
		t.Errorf("sample %s: %s %s", what, fault.Pointer, fault.Detail)
	}
}

// checkLookups wants every look-up to name a DDL operation and input fields which that operation has.
func checkLookups(t *testing.T, catalogue *operations.Catalogue, c operations.Connector, s operations.Spec) {
	t.Helper()
	eachLookup(gjson.ParseBytes(s.Input), func(lookup gjson.Result) {
		name := lookup.Get("operation").String()
		_, operation, err := catalogue.Operation(c.Name, name)
		if err != nil || operation.Spec().Kind != operations.KindDDL {
			t.Errorf("look-up %s does not name a DDL operation", lookup.Raw)
			return
		}
		lookup.Get("input").ForEach(func(field, _ gjson.Result) bool {
			if !gjson.GetBytes(operation.Spec().Input, "properties."+field.String()).Exists() {
				t.Errorf("look-up gives %s a field %q that it does not know", name, field.String())
			}
			return true
		})
		lookup.Get("fixed").ForEach(func(field, _ gjson.Result) bool {
			if !gjson.GetBytes(operation.Spec().Input, "properties."+field.String()).Exists() {
				t.Errorf("look-up always gives %s a field %q that it does not know", name, field.String())
			}
			return true
		})
	})
}

func eachLookup(node gjson.Result, visit func(gjson.Result)) {
	if !node.IsObject() && !node.IsArray() {
		return
	}
	node.ForEach(func(key, value gjson.Result) bool {
		if key.String() == "x-lookup" {
			visit(value)
		}
		eachLookup(value, visit)
		return true
	})
}

// checkResolve wants a resolution to be a read of the connector, whose input it makes of the sample.
func checkResolve(t *testing.T, catalogue *operations.Catalogue, c operations.Connector, s operations.Spec) {
	t.Helper()
	if s.Resolve == nil {
		return
	}
	_, read, err := catalogue.Operation(c.Name, s.Resolve.Operation)
	if err != nil || read.Spec().Effect != operations.EffectRead || s.Effect == operations.EffectRead {
		t.Errorf("resolution: %s is to be a read that finds out about a write (%v)", s.Resolve.Operation, err)
		return
	}
	enquiry, ok := s.Resolve.Enquiry(c.Name, s.Sample.Input)
	if !ok {
		t.Error("resolution: the sample lacks what it asks for")
		return
	}
	checkSample(t, "resolution", read.Spec().Input, enquiry.Input)
}

// checkUndo wants a compensation to be an operation of the connector, given fields it knows.
func checkUndo(t *testing.T, catalogue *operations.Catalogue, c operations.Connector, s operations.Spec) {
	t.Helper()
	if s.Compensation == nil {
		return
	}
	_, undo, err := catalogue.Operation(c.Name, s.Compensation.Operation)
	if err != nil {
		t.Errorf("compensation: %v", err)
		return
	}
	exchange, err := json.Marshal(s.Sample)
	if err != nil {
		t.Errorf("encoding the sample: %v", err)
	}
	for field, path := range s.Compensation.Input {
		if !gjson.GetBytes(undo.Spec().Input, "properties."+field).Exists() {
			t.Errorf("compensation fills %q, which %s does not know", field, undo.Spec().Name)
		}
		if !gjson.GetBytes(exchange, path).Exists() {
			t.Errorf("compensation takes %q, which the sample does not have", path)
		}
	}
}
