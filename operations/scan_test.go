package operations_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

// documents are some that are valid, and some that are not in one way.
var documents = []string{
	``, ` `, `{}`, `[]`, `{"a":1}`, ` { "a" : [ 1 , 2.5e-3 , true , false , null , "x" ] , "b" : { } } `, `"text"`, `-0`, `0.5`, `1E+9`,
	`{"a":1,}`, `{"a"}`, `{"a":}`, `{,}`, `[1,]`, `[,1]`, `[1 2]`, `{"a":1]`, `[1}`, `{"a":1}}`, `{} {}`, `{'a':1}`, `{a:1}`, `nul`, `truE`, `tru`,
	`01`, `-`, `1.`, `.5`, `1e`, `1e+`, `+1`, `0x1`, `1a`, `--1`, `"`, `"abc`, `"\`, `"\u12"`, `"\u12g4"`, `"\u00AF\n\/"`, `"\x"`, "\"a\tb\"", "\"\x7f\xff\"", "\"\x00\"",
	`"0123456789abcdef\"0123456"`, `"0123456` + "\n" + `789"`, "\ufeff{}", "{\"\x01\":1}", `["\u002F","\uDEAD","\u:000","\u000@","\u000` + "`" + `"]`,
	strings.Repeat("[", 255) + strings.Repeat("]", 255), strings.Repeat("[", 256) + strings.Repeat("]", 256),
	strings.Repeat(`{"a":[`, 200) + "1" + strings.Repeat("]}", 200), strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
}

func TestValid(t *testing.T) {
	t.Parallel()
	for _, document := range documents {
		if got, want := operations.Valid([]byte(document)), json.Valid([]byte(document)); got != want {
			t.Errorf("%.80q: %t, want %t", document, got, want)
		}
	}
}

func FuzzValid(f *testing.F) {
	for _, document := range documents {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, want := operations.Valid(data), json.Valid(data); got != want {
			t.Errorf("%q: %t, want %t", data, got, want)
		}
	})
}

func BenchmarkValid(b *testing.B) {
	document := []byte(`{"id":1,"name":"thing","text":"` + strings.Repeat("lorem ipsum ", 165) + `"}`)
	for name, valid := range map[string]func([]byte) bool{"own": operations.Valid, "encoding/json": json.Valid} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(document)))
			for b.Loop() {
				if !valid(document) {
					b.Fatal("not valid")
				}
			}
		})
	}
}
