package mapping

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

func TestTransforms(t *testing.T) {
	t.Parallel()
	tests := []struct{ transforms, value, want string }{ // want as in TestCoercion
		{`"trim"`, `"\t a b \u00a0"`, `"a b"`},
		{`"trim"`, `[" a ",["b "]]`, `["a",["b"]]`},
		{`"trim"`, `5`, `"5"`},
		{`"trim"`, `{}`, `fault: is an object, which is no text`},
		{`"trim"`, `null`, `null`},
		{`"lower"`, `"ÆØÅ"`, `"æøå"`},
		{`"upper"`, `"ærø 1"`, `"ÆRØ 1"`},
		{`"title"`, `"jANE o'neill-doe"`, `"Jane O'neill-Doe"`},
		{`{"truncate":3}`, `"æøåæ"`, `"æøå"`},
		{`{"truncate":{"length":4,"ellipsis":"…"}}`, `"abcdef"`, `"abc…"`},
		{`{"truncate":{"length":4,"ellipsis":"…"}}`, `"abcd"`, `"abcd"`},
		{`{"truncate":{"length":1,"ellipsis":"..."}}`, `"abcd"`, `"a"`},
		{`{"truncate":0}`, `"abcd"`, `""`},
		{`{"replace":{"old":".","new":""}}`, `"a.b.c"`, `"abc"`},
		{`{"split":","}`, `" a, b,,c "`, `["a","b","c"]`},
		{`{"split":";"}`, `["a;b","c"]`, `[["a","b"],["c"]]`},
		{`"text"`, `1.50`, `"1.50"`},
		{`"text"`, `true`, `"true"`},
		{`"hash"`, `"abc"`, `"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"`},

		{`"email"`, `" Jane Doe <Jane.Doe@ACME.com> "`, `"jane.doe@acme.com"`},
		{`"email"`, `"MAILTO:jane@acme.com?subject=x"`, `"jane@acme.com"`},
		{`"email"`, `"jane at acme"`, `fault: is not an email address`},
		{`"email"`, `"mailto:"`, `fault: is not an email address`},

		{`"phone"`, `"+45 20 12 34 56"`, `"+4520123456"`},
		{`{"phone":"DK"}`, `"20 12 34 56"`, `"+4520123456"`},
		{`{"phone":{"region":"US"}}`, `"(212) 555-0100 ext. 4"`, `"+12125550100"`},
		{`{"phone":"GB"}`, `"020 7946 0958"`, `"+442079460958"`},
		{`{"phone":"IT"}`, `"06 1234 5678"`, `"+390612345678"`},
		{`{"phone":"DK"}`, `20123456`, `"+4520123456"`},
		{`"phone"`, `"20 12 34 56"`, `fault: has no country code; give the region`},
		{`{"phone":"DK"}`, `"12"`, `fault: is not a phone number`},
		{`{"phone":"DK"}`, `"call me"`, `fault: is not a phone number`},
		{`{"phone":"DK"}`, `"` + strings.Repeat("1", 200) + `"`, `fault: too long`},

		{`"html_to_text"`, `"<p>Hi <b>you</b>,</p>\n<p>a &lt; b<br/>c</p><ul><li>x<li>y</ul><script>evil()</script><style>p{}</style>"`, `"Hi you,\n\na < b\nc\n\n- x\n- y"`},
		{`"html_to_text"`, `" plain text "`, `"plain text"`},
		{`"html_to_text"`, `"a < b and <unclosed"`, `"a < b and"`},

		{`"number"`, `"1,234,567.50"`, `1234567.50`},
		{`"number"`, `"+7"`, `7`},
		{`"number"`, `".5"`, `0.5`},
		{`"number"`, `"007"`, `7`},
		{`"number"`, `"-1 000"`, `-1000`},
		{`"number"`, `"1,5"`, `fault: makes no number`},
		{`"number"`, `"1,,000"`, `fault: makes no number`},
		{`"number"`, `"1,00,000"`, `100000`},
		{`"number"`, `",000"`, `fault: makes no number`},
		{`"number"`, `"1000,000"`, `fault: makes no number`},
		{`"number"`, `"$5"`, `fault: makes no number`},
		{`"number"`, `""`, `fault: makes no number`},
		{`"number"`, `"-"`, `fault: makes no number`},
		{`"number"`, `true`, `fault: is a boolean, which makes no number`},
		{`{"number":","}`, `"1.234,5"`, `1234.5`},
		{`{"number":{"decimal":","}}`, `"1\u00a0234"`, `1234`},
		{`{"number":","}`, `"1.5"`, `fault: makes no number`},
		{`"integer"`, `"1,000"`, `1000`},
		{`"integer"`, `3.00`, `3`},
		{`"integer"`, `3.5`, `fault: is a number with a fraction`},
		{`"round"`, `2.5`, `3`},
		{`"round"`, `-2.5`, `-3`},
		{`"round"`, `-0.4`, `0`},
		{`{"round":2}`, `"2.675"`, `2.68`},
		{`{"round":{"digits":2}}`, `2.50`, `2.5`},
		{`"round"`, `1e999`, `1` + strings.Repeat("0", 999)},
		{`"round"`, `1e9999999`, `fault: too large`},
		{`"boolean"`, `" Yes "`, `true`},
		{`"boolean"`, `"nej"`, `false`},
		{`"boolean"`, `0`, `false`},
		{`"boolean"`, `true`, `true`},
		{`"boolean"`, `"maybe"`, `fault: means neither true nor false`},
		{`{"boolean":{"true":["sold"],"false":["open"]}}`, `"SOLD"`, `true`},

		{`"date"`, `"2026-02-11T09:30:00.250+01:00"`, `"2026-02-11T09:30:00+01:00"`},
		{`"date"`, `"2026-02-11"`, `"2026-02-11T00:00:00Z"`},
		{`"date"`, `"2026-02-11 09:30"`, `"2026-02-11T09:30:00Z"`},
		{`"date"`, `"Wed, 11 Feb 2026 09:30:00 GMT"`, `"2026-02-11T09:30:00Z"`},
		{`"date"`, `"Wed, 11 Feb 2026 09:30:00 CET"`, `fault: is not a date`},
		{`"date"`, `1770802200`, `"2026-02-11T09:30:00Z"`},
		{`"date"`, `"1770802200999"`, `"2026-02-11T09:30:00Z"`},
		{`"date"`, `"2026-02-30"`, `fault: is not a date`},
		{`"date"`, `1e300`, `fault: is not a date`},
		{`"date"`, `true`, `fault: is a boolean, which makes no date`},
		{`{"date":"unix"}`, `"2026-02-11T09:30:00Z"`, `1770802200`},
		{`{"date":"unix_ms"}`, `"2026-02-11T09:30:00.5Z"`, `1770802200500`},
		{`{"date":{"from":"unix_ms","to":"date"}}`, `1770802200000`, `"2026-02-11"`},
		{`{"date":{"from":"D.M.YY","to":"MMMM D, YYYY"}}`, `"1.2.26"`, `"February 1, 2026"`},
		{`{"date":{"from":"YYYYMMDD[T]HHmmss","to":"dddd hh:mm a [on] DD MMM"}}`, `"20260211T213000"`, `"Wednesday 09:30 pm on 11 Feb"`},
		{`{"date":{"from":"YYYY-MM-DD HH:mm","from_zone":"America/New_York","to_zone":"Europe/Copenhagen"}}`, `"2026-07-01 12:00"`, `"2026-07-01T18:00:00+02:00"`},
		{`{"date":{"to":"YYYY-MM-DD HH:mm Z","to_zone":"Asia/Kolkata"}}`, `"2026-07-01T12:00:00Z"`, `"2026-07-01 17:30 +05:30"`},
		{`{"date":"rfc1123"}`, `"2026-02-11"`, `"Wed, 11 Feb 2026 00:00:00 +0000"`},

		{`"join"`, `["a",null,"",1,true]`, `"a, 1, true"`},
		{`{"join":""}`, `"a"`, `"a"`},
		{`{"join":"-"}`, `[["a"]]`, `fault: has an item that is a list`},
		{`"first"`, `[3,4]`, `3`},
		{`"first"`, `[]`, ``},
		{`"last"`, `[3,4]`, `4`},
		{`"last"`, `"a"`, `"a"`},
		{`"unique"`, `["a","\u0061",1,"1",{"x": 1},{"x":1}]`, `["a",1,"1",{"x":1}]`},
		{`"flatten"`, `[[1],[2,[3]],4]`, `[1,2,[3],4]`},
		{`"compact"`, `[null,"","a",0,false]`, `["a",0,false]`},
		{`"length"`, `["a","b"]`, `2`},
		{`"length"`, `"æ\n"`, `2`},
		{`"length"`, `5`, `fault: is a number, which has no length`},
		{`{"slice":{"from":1,"to":3}}`, `"æøåæ"`, `"øå"`},
		{`{"slice":{"from":-2}}`, `"abc"`, `"bc"`},
		{`{"slice":{"to":-1}}`, `[1,2,3]`, `[1,2]`},
		{`{"slice":{"from":5,"to":2}}`, `[1,2,3]`, `[]`},
		{`{"slice":{"from":-9,"to":9}}`, `"abc"`, `"abc"`},
		{`{"slice":{}}`, `{}`, `fault: is an object`},

		{`{"default":0}`, `null`, `0`},
		{`{"default":{"a":[]}}`, `""`, `{"a":[]}`},
		{`{"default":0}`, `false`, `false`},
		{`{"default":null}`, `""`, `null`},
		{`"required"`, `"a"`, `"a"`},
		{`"required"`, `null`, `fault: is null, and is required`},
		{`"required"`, `""`, `fault: is empty, and is required`},
		{`"trim","required"`, `" "`, `fault: is empty, and is required`},
		{`{"split":","},"first","upper",{"default":"x"}`, `"a,b"`, `"A"`},
		{`{"split":","},"first",{"default":"x"}`, `","`, `"x"`},
		{`"first","upper"`, `[]`, ``},
	}
	for _, test := range tests {
		t.Run(test.transforms+" "+test.value[:min(len(test.value), 40)], func(t *testing.T) {
			t.Parallel()
			out, err := mapped(t, withRules(fmt.Sprintf(`[{"target":"x","source":"x","transforms":[%s]}]`, test.transforms)), "", `{"x":`+test.value+`}`, "")
			if want, failing := strings.CutPrefix(test.want, "fault: "); failing {
				checkFaults(t, err, []string{want})
				return
			}
			want := `{"x":` + test.want + `}`
			if test.want == "" {
				want = "{}"
			}
			if err != nil || string(out) != want {
				t.Errorf("%s (%v), want %s", out, err, want)
			}
		})
	}
}

// TestTransformsOnMissing tries every transform on what is not there.
func TestTransformsOnMissing(t *testing.T) {
	t.Parallel()
	arguments := map[string]string{
		"truncate": `{"truncate":1}`, "replace": `{"replace":{"old":"a","new":"b"}}`, "split": `{"split":","}`, "default": `{"default":1}`,
	}
	for _, info := range Transforms() {
		transform, given := arguments[info.Name]
		if !given {
			transform = `"` + info.Name + `"`
		}
		out, err := mapped(t, withRules(`[{"target":"x","source":"x","transforms":[`+transform+`]}]`), "", `{}`, "")
		switch {
		case info.Name == "default" && string(out) == `{"x":1}`:
		case info.Name == "required" && err != nil:
			checkFaults(t, err, []string{"/rules/0/transforms/0 at: x is missing, and is required"})
		case string(out) != "{}" || err != nil:
			t.Errorf("%s: %s (%v)", info.Name, out, err)
		}
	}
}

// TestTransformsMadeInGo compiles documents that no schema has seen.
func TestTransformsMadeInGo(t *testing.T) {
	t.Parallel()
	for _, transform := range []Transform{
		{Name: "eval"}, {Name: ""}, {Name: "truncate", Argument: []byte(`{"length":null}`)}, {Name: "replace", Argument: []byte(`{"old":"","new":""}`)},
		{Name: "split", Argument: []byte(`""`)}, {Name: "trim", Argument: []byte(`1`)}, {Name: "number", Argument: []byte(`"x"`)}, {Name: "truncate", Argument: []byte(`{`)},
		{Name: "default", Argument: []byte(`{"a"`)}, {Name: "round", Argument: []byte(`1.5`)}, {Name: "date", Argument: []byte(`{"from":"unix","from_zone":"UTC"}`)},
		{Name: "date", Argument: []byte(`"[2006]"`)}, {Name: "date", Argument: []byte(`"YYYY [on"`)},
	} {
		document := Document{Version: 1, Rules: []Rule{{Target: "a", Expression: Expression{Source: "a", Transforms: []Transform{transform}}}}}
		if _, err := Compile(document, Options{}); operations.AsError(err) == nil || operations.AsError(err).Faults[0].Pointer != "/rules/0/transforms/0" {
			t.Errorf("%s %s: %v", transform.Name, transform.Argument, err)
		}
	}
}
