package mapping

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// fuzzSchema is a target with something of everything.
const fuzzSchema = `{"type":"object","required":["a"],"properties":{"a":{"type":"string"},"b":{"type":"integer"},"c":{"type":"boolean"},
	"d":{"type":"array","items":{"type":"string"}},"e":{"type":"object","properties":{"f":{"type":"number"}}},"g":{"type":["string","null"]}}}`

// rich is a mapping that uses every kind of rule and every transform.
func rich() string {
	var rules []string
	for _, path := range []string{
		"a", "a.b", "a.0.b", "0", "l.#", "l.#.x", "l.#(x==1).y", "l.#(x>0)#.y", "*", "a*.b?", "@this", "a.@reverse", "a.@keys", "a.@values", "a.@flatten", "a|0", "l.#.x|@reverse|0",
	} {
		rules = append(rules, `{"target":"paths[]","source":`+string(appendText(nil, path))+`}`, `{"target":"texts[]","template":`+string(appendText(nil, "<{{"+path+" | first}}>"))+`}`)
	}
	arguments := map[string]string{
		"truncate": `{"truncate":3}`, "replace": `{"replace":{"old":"a","new":"bb"}}`, "split": `{"split":","}`, "default": `{"default":1}`,
		"phone": `{"phone":"DK"}`, "number": `{"number":","}`, "slice": `{"slice":{"from":-2,"to":5}}`,
		"date": `{"date":{"from_zone":"Europe/Copenhagen","to":"YYYY-MM-DD HH:mm:ss Z"}}`,
	}
	for _, info := range Transforms() {
		transform := arguments[info.Name]
		if transform == "" {
			transform = `"` + info.Name + `"`
		}
		rules = append(rules, `{"target":"`+info.Name+`","source":"`+info.Name+`","transforms":[`+transform+`],"when":{"source":"`+info.Name+`","exists":true}}`)
	}
	rules = append(rules,
		`{"target":"each","each":{"over":"l","where":{"source":"x","empty":false},"rules":[{"target":"x","source":"x"},{"target":"r","source":"$.a"},{"target":"n","each":{"over":"l","rules":[{"target":"@this","source":"@this"}]}}]}}`,
		`{"target":"switch","switch":{"on":"a","cases":{"1":2,"true":"yes"},"default":null}}`,
		`{"target":"first","first_of":["a.b",{"concat":{"parts":["a","l"],"separator":"-"}},{"value":0}],"when":{"any":[{"source":"a","in":[1,"b",null]},{"not":{"source":"l","exists":true}}]}}`,
		`{"target":"b","source":"b"},{"target":"c","source":"b"},{"target":"d","source":"b"},{"target":"e","source":"e"},{"target":"g","source":"b"}`)
	return withRules("[" + strings.Join(rules, ",") + "]")
}

func FuzzDocument(f *testing.F) {
	f.Add([]byte(rich()))
	f.Add([]byte(withRules(`[{"target":"a.b[0].c","lookup":{"operation":"x.y_ddl","from":"a","input":{"k":{"value":1}},"on_miss":"null"}},{"target":"d[]","template":"{{{{ {{a.#(b==\"}}\").c | trim}}"}]`)))
	f.Add([]byte(withRules("[{\"target\":\"a\",\"value\":\"\xae\"}]")))
	for _, name := range goldenMappings {
		f.Add(readTestdata(f, name+".mapping.json"))
	}
	sources := [][]byte{
		[]byte(`{"a":{"b":[1,"x",null]},"l":[{"x":1,"y":"z","l":[1]},{"x":null}],"b":"12","e":{"f":"1.5"},"0":true}`),
		[]byte(`[[1,2,[3]],"a",{"a":"b"}]`), []byte(`"text"`),
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		document, err := Parse(data)
		if err != nil {
			if operations.AsError(err).Code == operations.CodeInternal {
				t.Fatalf("not said as a fault: %v", err)
			}
			return
		}
		written, err := operations.Encode(document)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(written); err != nil && operations.AsError(err).Code != operations.CodeTooLarge {
			t.Fatalf("written anew as %s it is refused: %v", written, err)
		}
		m, err := Compile(document, Options{TargetSchema: operations.Schema(fuzzSchema)})
		if err != nil {
			t.Fatalf("Parse takes it, Compile does not: %v", err)
		}
		for _, source := range sources {
			checkRun(t, m, source)
		}
	})
}

// checkRun maps a source, and looks at what must be so of every result.
func checkRun(t *testing.T, m *Mapping, source []byte) {
	t.Helper()
	lookups := lookupFunc(func(context.Context, LookupCall) (json.RawMessage, error) { return json.RawMessage(`[1]`), nil })
	out, steps, err := m.RunTraced(t.Context(), source, lookups)
	again, errAgain := m.Run(t.Context(), source, lookups)
	if (err == nil) != (errAgain == nil) || err == nil && !bytes.Equal(out, again) {
		t.Fatalf("not the same twice: %s (%v) and %s (%v)", out, err, again, errAgain)
	}
	if out != nil && (!json.Valid(out) || !utf8.Valid(out) || bytes.ContainsAny(out, "\n\r")) {
		t.Fatalf("the result is no line of JSON: %q", out)
	}
	for _, step := range steps {
		if step.In != nil && !json.Valid(step.In) || step.Out != nil && !json.Valid(step.Out) {
			t.Fatalf("the step is no JSON: %s: %q → %q", step.Rule, step.In, step.Out)
		}
	}
	if err == nil {
		return
	}
	e := operations.AsError(err)
	if e.Code == operations.CodeInternal || e.Code == operations.CodeInvalidInput && len(e.Faults) == 0 {
		t.Fatalf("not said as a fault: %+v", err)
	}
	for _, fault := range e.Faults {
		if !strings.HasPrefix(fault.Pointer, "/rules") || fault.Detail == "" {
			t.Fatalf("the fault names no rule: %+v", fault)
		}
	}
}

func FuzzRecord(f *testing.F) {
	f.Add(readTestdata(f, "twenty.source.json"))
	f.Add([]byte(`{"a":{"b":[1,"x",null]},"l":[{"x":1,"y":"z","l":[1]},{"x":null}],"b":"12","e":{"f":"1.5"},"0":true}`))
	f.Add([]byte(`{"date":"2026-02-11","phone":"20 12 34 56","email":"a@b.c","html_to_text":"<p>x</p>","number":"1.234,5","round":1e3,"slice":[1,2],"unique":["\u0061","a"],"title":"x y"}`))
	f.Add([]byte(` { "\u0061" : [ {"b":"\ud83d\ude00\ud83d"} , 1e400, -0.0 ] , "a":2, "":{} } `))
	f.Add([]byte(`{"a":"[5]","l":["{\"x\":1}",{"x":1,"y":"a"},{"x":2,"l":[{"x":3}]},"a"],"ab":{"bc":[0]}}`))
	f.Add([]byte(`"[["`))
	f.Add([]byte(`{"split":"a,b","boolean":"yes","length":"å","join":[1,[2]],"hash":"x","integer":"1e2","replace":"aaa","truncate":"æøåæ"}`))
	parsed, err := Parse([]byte(rich()))
	if err != nil {
		f.Fatal(err, operations.AsError(err).Faults)
	}
	typed, err := Compile(parsed, Options{TargetSchema: operations.Schema(fuzzSchema)})
	if err != nil {
		f.Fatal(err)
	}
	loose, err := Compile(parsed, Options{})
	if err != nil {
		f.Fatal(err)
	}
	twenty := compiled(f, "twenty")
	f.Fuzz(func(t *testing.T, source []byte) {
		sound := json.Valid(source) && utf8.Valid(source) && operations.Depth(source) <= operations.MaxDepth
		_, err := loose.Run(t.Context(), source, nil)
		if refused := err != nil && operations.AsError(err).Code == operations.CodeMalformedRequest; refused == sound {
			t.Fatalf("%q: sound is %v, and the run says %v", source, sound, err)
		}
		if !sound {
			return
		}
		for _, m := range []*Mapping{typed, loose, twenty} {
			checkRun(t, m, source)
		}
		checkPaths(t, string(source))
		checkFind(t, string(source))
	})
}

// checkPaths holds what one pass finds to what gjson finds.
func checkPaths(t *testing.T, source string) {
	t.Helper()
	texts := []string{"a", "a.b", "a.0", "a.0.b", "a.1", "0", "1.a", "b", "l.1.x", "data.id", "data.attributes.firstName", "e.f", `\@x`, `a\.b`}
	root := newNode(pathName{index: -1})
	for slot, written := range texts {
		p, err := parsePath(written)
		if err != nil || p.names == nil {
			t.Fatalf("%s is not plain: %v", written, err)
		}
		root.add(p.names).slot = slot
	}
	found, again := make([]string, len(texts)), make([]string, len(texts))
	if wrong, deep := check(source, root, found); wrong || deep {
		t.Fatalf("%q is refused", source)
	}
	scan(strings.TrimSpace(source), root, again, len(texts))
	for i, written := range texts {
		if trimmed := strings.TrimSpace(source); trimmed[0] != '[' && trimmed[0] != '{' {
			continue // gjson looks into texts for brackets
		}
		want := gjson.Get(source, written).Raw
		if found[i] != want || again[i] != want {
			t.Fatalf("%s in %q: %q, by scan %q, by gjson %q", written, source, found[i], again[i], want)
		}
	}
}

// checkFind holds find to gjson, where no text has brackets in it.
func checkFind(t *testing.T, source string) {
	t.Helper()
	if bracketsInTexts(source) {
		return
	}
	for _, written := range []string{
		"l.#", "l.#.x", "l.#(x==1).y", "l.#(x>0)#.y", "l.#(y%\"*a*\")#", "l.#(==\"a\")", "*", "a*.b?", "a.*.0", "*.*", "l.#.x|0", "@this", "l.#.l.#.x", "l|#", "l.#(x==1)#|0.y",
		"#.a", "#", "0.#.x", "l.@reverse.0", `\0.a`, "00", "a.00",
	} {
		p, err := parsePath(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		found, want := p.find(strings.TrimSpace(source)), gjson.Get(source, written).Raw
		if string(operations.Canonical([]byte(found))) != string(operations.Canonical([]byte(want))) {
			t.Fatalf("%s in %q: %q, by gjson %q", written, source, found, want)
		}
	}
}

func bracketsInTexts(source string) bool {
	quoted := false
	for i := 0; i < len(source); i++ {
		switch c := source[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted && (c == '[' || c == '{'):
			return true
		}
	}
	return false
}
