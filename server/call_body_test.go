package server

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// FuzzWalker: it finds the members that a parser finds, and takes what encoding/json takes.
func FuzzWalker(f *testing.F) {
	for _, seed := range []string{
		`{}`, ` { } `, `{"a":1}`, "{\"a\" :\t1 ,\n\"b\":[{\"c\":\"]}\"}] }", `{"a\"":"\\\\\"","":""}`, `{"\u0061":true,"a":null}`,
		`{"a":"\\"}`, `{"a":{"b":{}},"c":[[],[1,"["]],"d":-1.5e+3}`, "{\"\xff\":\"\xfe\"}", `[]`, `1`, `{"a":1,}`, `{"a":"\u00e9\ud83d\ude00"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		valid := operations.Valid(document)
		if valid != json.Valid(document) {
			t.Fatalf("%q is valid: %v", document, valid)
		}
		if whole := gjson.ParseBytes(document); !valid || !whole.IsObject() {
			return
		}
		w := walker{json: document}
		w.space()
		gjson.ParseBytes(document).ForEach(func(name, value gjson.Result) bool {
			if !w.next() || string(w.name) != name.String() || string(w.value) != value.Raw {
				t.Fatalf("%q: %q is %q, want %q: %q", document, w.name, w.value, name, value.Raw)
			}
			return true
		})
		if w.next() || len(bytes.TrimSpace(document[w.at:])) != 1 {
			t.Fatalf("%q: it goes on with %q, at %d", document, w.name, w.at)
		}
	})
}

func TestDecodeCallKeepsNothingOfAnother(t *testing.T) {
	t.Parallel()
	body := []byte(`{"input":{"a":1},"credentialId":"acct"}`)
	got, err := decodeCall(body)
	if err != nil {
		t.Fatal(err)
	}
	_ = append(got.input, "xxxxxxxx"...)
	if string(body) != `{"input":{"a":1},"credentialId":"acct"}` {
		t.Errorf("what is added to the input is written over the body: %s", body)
	}
}

func TestNamesGivenTwice(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"input":{},"input":{}}`:             {"/input is given twice"},
		`{"input":{},"\u0069nput":{}}`:        {"/input is given twice"},
		`{"credentialId":1,"credentialId":2}`: {"/credentialId must be a string"},
		`{"made/up":1,"made/up":2,"bulk":1}`:  {"/made~1up is not a known field", "2 more"},
		`{"mapping":{},"source":1,"source":2}`: {
			"/source is given twice",
		},
	} {
		_, err := decodeCall([]byte(body))
		for _, part := range want {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v, want %s", body, err, part)
			}
		}
	}
}
