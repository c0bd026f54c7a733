package conformance

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/patchbay/patchbay/operations"
)

func checkRun(t *testing.T, s operations.Spec, harness Harness) {
	t.Helper()
	answer := harness.Call(t, s.Name, s.Sample.Input)
	checkLeak(t, harness, answer)
	if answer.Code == operations.CodeNotConfigured && s.Metadata["requires"] != "" {
		return // it says itself which part of a hub it needs, and this one lacks it
	}
	if answer.Code != "" {
		t.Fatalf("running with its own sample input: %s\n%s", answer.Code, answer.Whole)
	}
	checkSample(t, "answer", s.Output, answer.Output)
	for _, warning := range answer.Warnings {
		t.Errorf("running with its own sample input: warning: %s", warning)
	}
	if s.Kind == operations.KindDDL {
		checkOptions(t, answer.Output)
	}
}

// checkOptions wants the one shape of a drop-down: {"result":[{"text":string,"value":string|number,…}]}, filled.
func checkOptions(t *testing.T, output json.RawMessage) {
	t.Helper()
	result := gjson.GetBytes(output, "result")
	if !result.IsArray() || len(result.Array()) == 0 {
		t.Errorf("a DDL answers {\"result\":[…]} and the sandbox has something to list; got %.200s", output)
	}
	for _, option := range result.Array() {
		text, value := option.Get("text"), option.Get("value")
		if text.Type != gjson.String || text.String() == "" || value.Type != gjson.String && value.Type != gjson.Number {
			t.Errorf("option %s lacks a text or a value", option.Raw)
		}
	}
}

// checkRefusal wants an unknown field and a wrong type named by pointer.
func checkRefusal(t *testing.T, s operations.Spec, harness Harness) {
	t.Helper()
	if !s.LooseInput {
		wantFault(t, harness, s, "/no_such_field", func(in []byte) ([]byte, error) {
			return sjson.SetBytes(in, "no_such_field", 1)
		})
	}
	for _, field := range gjson.GetBytes(s.Input, "required").Array() {
		wantFault(t, harness, s, "/"+field.String(), func(in []byte) ([]byte, error) {
			return sjson.DeleteBytes(in, field.String())
		})
	}
}

func wantFault(t *testing.T, harness Harness, s operations.Spec, pointer string, spoil func([]byte) ([]byte, error)) {
	t.Helper()
	input, err := spoil(bytes.Clone(s.Sample.Input))
	if err != nil {
		t.Fatalf("spoiling the sample input: %v", err)
	}
	answer := harness.Call(t, s.Name, input)
	checkLeak(t, harness, answer)
	if answer.Code != operations.CodeInvalidInput {
		t.Errorf("input %s: code %q, want %q", input, answer.Code, operations.CodeInvalidInput)
	}
	for _, fault := range answer.Faults {
		if fault.Pointer == pointer {
			return
		}
	}
	t.Errorf("input %s: no fault at %s in %v", input, pointer, answer.Faults)
}

func checkLeak(t *testing.T, harness Harness, answer Answer) {
	t.Helper()
	for _, secret := range harness.Secrets {
		if bytes.Contains(answer.Whole, []byte(secret)) {
			t.Errorf("the answer holds a secret of the credential")
		}
	}
}
