package mapping

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

// ruleTest is one mapping that works.
type ruleTest struct {
	name, rules, schema, source, want string
}

func (test ruleTest) run(t *testing.T) {
	t.Helper()
	t.Run(test.name, func(t *testing.T) {
		t.Parallel()
		out, err := mapped(t, withRules(test.rules), test.schema, test.source, "")
		if err != nil {
			t.Fatalf("%v %v", err, operations.AsError(err).Faults)
		}
		if diff := gocmp.Diff(test.want, string(out)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestTargets(t *testing.T) {
	t.Parallel()
	for _, test := range []ruleTest{
		{"no rules", `[]`, ``, `{"a":1}`, `{}`},
		{"objects only with values", `[{"target":"a.b","source":"x"},{"target":"a.c.d","source":"y"},{"target":"e","source":"z"}]`, ``, `{"z":1}`, `{"e":1}`},
		{"members keep the order of rules", `[{"target":"b.x","value":1},{"target":"a","value":2},{"target":"b.y","value":3}]`, ``, `{}`, `{"b":{"x":1,"y":3},"a":2}`},
		{"names with signs", `[{"target":"a\\.b","value":1},{"target":"c\\[0\\]","value":2},{"target":"\\@d","value":3},{"target":"q\"ø","value":4}]`, ``, `{}`, `{"a.b":1,"c[0]":2,"@d":3,"q\"ø":4}`},
		{"items by place", `[{"target":"a[3]","value":3},{"target":"a[0].x","value":0},{"target":"a[]","value":9},{"target":"a[1]","source":"no"}]`, ``, `{}`, `{"a":[{"x":0},3,9]}`},
		{"lists in lists", `[{"target":"a[0][]","value":1},{"target":"a[0][]","value":2},{"target":"a[1][]","value":[3,4]}]`, ``, `{}`, `{"a":[[1,2],[3,4]]}`},
		{"added items", `[{"target":"a[]","source":"none"},{"target":"a[]","source":"list"},{"target":"a[]","source":"one"},{"target":"a[]","source":"null"}]`, ``, `{"list":[1,[2]],"one":3,"null":null}`, `{"a":[1,[2],3,null]}`},
		{"nothing added", `[{"target":"a[]","source":"none"},{"target":"b[]","source":"empty"}]`, ``, `{"empty":[]}`, `{"b":[]}`},
		{"the first that has a value", `[{"target":"a","source":"none"},{"target":"a","source":"null"},{"target":"a","value":"late"}]`, ``, `{"null":null}`, `{"a":null}`},
		{"the whole", `[{"target":"@this","source":"list.#.x"}]`, ``, `{"list":[{"x":1},{"x":2}]}`, `[1,2]`},
		{"the whole, with white space", `[{"target":"@this","source":"@this"}]`, ``, " { \"a\" : [ 1 ,\n 2 ] , \"b c\" : { } } \n", `{"a":[1,2],"b c":{}}`},
		{"a source that is no object", `[{"target":"a","source":"@this"},{"target":"b","source":"x"}]`, ``, `"text"`, `{"a":"text"}`},
		{"a list as the source", `[{"target":"a","source":"1.x"},{"target":"n","source":"#"}]`, ``, `[{},{"x":5}]`, `{"a":5,"n":2}`},
	} {
		test.run(t)
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	source := `{"a":{"b":[{"c":1,"k":"x"},{"c":2,"k":"y"}]},"0":"zero","d.e":"dot","@t":"at","esc\u0061ped":"yes","ø":"ö","twice":1,"twice":2,"s":"l\u00edne\n\"q\"","n":12345678901234567890.10,"empty":{},"w1":"a","w2":"b","deep":[[1,[2]],[3]]}`
	for _, test := range []ruleTest{
		{"names and places", `[{"target":"x","source":"a.b.1.c"},{"target":"y","source":"a.b.5.c"},{"target":"z","source":"0"}]`, ``, source, `{"x":2,"z":"zero"}`},
		{"escapes in paths", `[{"target":"x","source":"d\\.e"},{"target":"y","source":"\\@t"}]`, ``, source, `{"x":"dot","y":"at"}`},
		{"escapes in the source", `[{"target":"x","source":"escaped"},{"target":"y","source":"s"},{"target":"z","source":"s","transforms":["upper"]}]`, ``, source, `{"x":"yes","y":"l\u00edne\n\"q\"","z":"LÍNE\n\"Q\""}`},
		{"other scripts", `[{"target":"ü","source":"ø"}]`, ``, source, `{"ü":"ö"}`},
		{"a name twice", `[{"target":"x","source":"twice"},{"target":"y","source":"twi*"}]`, ``, source, `{"x":1,"y":1}`},
		{"digits are kept", `[{"target":"x","source":"n"}]`, ``, source, `{"x":12345678901234567890.10}`},
		{"queries", `[{"target":"x","source":"a.b.#(k==\"y\").c"},{"target":"y","source":"a.b.#(c>0)#.k"},{"target":"z","source":"a.b.#(c>5)#.k"},{"target":"none","source":"a.b.#(c>5).k"}]`, ``, source, `{"x":2,"y":["x","y"],"z":[]}`},
		{"wildcards", `[{"target":"x","source":"w?"},{"target":"y","source":"a.*.#.c"}]`, ``, source, `{"x":"a","y":[1,2]}`},
		{"modifiers", `[{"target":"x","source":"a.b.0.@keys"},{"target":"y","source":"a.b.0.@values"},{"target":"z","source":"a.b.#.c|@reverse"},{"target":"f","source":"deep.@flatten"}]`, ``, source, `{"x":["c","k"],"y":[1,"x"],"z":[2,1],"f":[1,[2],3]}`},
		{"pipes", `[{"target":"x","source":"a.b.#.c|1"},{"target":"y","source":"a.b|#"}]`, ``, source, `{"x":2,"y":2}`},
		{"from the document", `[{"target":"x","source":"$.a.b.0.c"},{"target":"y","source":"$","transforms":[]}]`, ``, `{"a":{"b":[{"c":1}]}}`, `{"x":1,"y":{"a":{"b":[{"c":1}]}}}`},
	} {
		test.run(t)
	}
}

func TestEach(t *testing.T) {
	t.Parallel()
	source := `{"no":7,"l":[{"x":1,"s":[{"y":"a"},{"y":"b"}]},{"x":2,"s":{"y":"c"}},{"z":0},null,5],"o":{"x":9},"e":[],"nil":null}`
	for _, test := range []ruleTest{
		{"items", `[{"target":"r","each":{"over":"l","rules":[{"target":"v","source":"x"}]}}]`, ``, source, `{"r":[{"v":1},{"v":2}]}`},
		{"scalars", `[{"target":"r","each":{"over":"l","rules":[{"target":"@this","source":"x"}]}}]`, ``, source, `{"r":[1,2]}`},
		{"one object", `[{"target":"r","each":{"over":"o","rules":[{"target":"v","source":"x"}]}}]`, ``, source, `{"r":[{"v":9}]}`},
		{"empty, null, missing", `[{"target":"a","each":{"over":"e","rules":[{"target":"v","source":"x"}]}},{"target":"b","each":{"over":"nil","rules":[{"target":"v","source":"x"}]}},{"target":"c","each":{"over":"none","rules":[{"target":"v","source":"x"}]}}]`, ``, source, `{"a":[],"b":null}`},
		{"within each", `[{"target":"r","each":{"over":"l","rules":[{"target":"x","source":"x"},{"target":"no","source":"$.no","when":{"source":"x","exists":true}},{"target":"s","each":{"over":"s","rules":[{"target":"y","source":"y"},{"target":"no","source":"$.no"}]}}]}}]`, ``, source,
			`{"r":[{"x":1,"no":7,"s":[{"y":"a","no":7},{"y":"b","no":7}]},{"x":2,"no":7,"s":[{"y":"c","no":7}]}]}`},
		{"added", `[{"target":"r[]","value":0},{"target":"r[]","each":{"over":"l","where":{"source":"x","exists":true},"rules":[{"target":"@this","source":"x"}]}},{"target":"r[]","value":3}]`, ``, source, `{"r":[0,1,2,3]}`},
		{"from the document", `[{"target":"r","each":{"over":"o","rules":[{"target":"k","each":{"over":"$.l.0.s","rules":[{"target":"@this","source":"y"}]}}]}}]`, ``, source, `{"r":[{"k":["a","b"]}]}`},
		{"items themselves", `[{"target":"r","each":{"over":"l","where":{"source":"@this","in":[5,null]},"rules":[{"target":"@this","source":"@this"}]}}]`, ``, source, `{"r":[null,5]}`},
		{"paths that gjson reads", `[{"target":"r","each":{"over":"l","rules":[{"target":"n","source":"s.#"}]}}]`, ``, source, `{"r":[{"n":2}]}`},
		{"by the schema of items", `[{"target":"r","each":{"over":"l","rules":[{"target":"v","source":"x"},{"target":"w","source":"nil"}]}}]`, `{"properties":{"r":{"type":"array","items":{"type":"object","properties":{"v":{"type":"string"}}}}}}`, source, `{"r":[{"v":"1"},{"v":"2"}]}`},
	} {
		test.run(t)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	source := `{"t":"1","n":1,"f":1.50,"big":9007199254740993,"b":true,"nil":null,"e":"","l":[],"o":{},"ll":[0]}`
	tests := map[string]bool{
		`{"source":"t","exists":true}`:                                                 true,
		`{"source":"nil","exists":true}`:                                               true,
		`{"source":"none","exists":false}`:                                             true,
		`{"source":"nil","empty":true}`:                                                true,
		`{"source":"e","empty":true}`:                                                  true,
		`{"source":"l","empty":true}`:                                                  true,
		`{"source":"o","empty":true}`:                                                  true,
		`{"source":"none","empty":true}`:                                               true,
		`{"source":"ll","empty":true}`:                                                 false,
		`{"source":"n","empty":false}`:                                                 true,
		`{"source":"t","equals":"1"}`:                                                  true,
		`{"source":"t","equals":1}`:                                                    false,
		`{"source":"n","equals":1.0}`:                                                  true,
		`{"source":"f","equals":1.5}`:                                                  true,
		`{"source":"big","equals":9007199254740992}`:                                   false,
		`{"source":"b","equals":true}`:                                                 true,
		`{"source":"b","equals":false}`:                                                false,
		`{"source":"nil","equals":null}`:                                               true,
		`{"source":"none","equals":null}`:                                              false,
		`{"source":"n","in":["1",2,1e0]}`:                                              true,
		`{"source":"o","in":["x"]}`:                                                    false,
		`{"not":{"source":"n","equals":1}}`:                                            false,
		`{"all":[{"source":"n","equals":1},{"source":"t","equals":"1"}]}`:              true,
		`{"all":[{"source":"n","equals":1},{"source":"t","equals":"2"}]}`:              false,
		`{"any":[{"source":"n","equals":2},{"source":"t","equals":"1"}]}`:              true,
		`{"any":[{"source":"n","equals":2},{"not":{"source":"none","exists":false}}]}`: false,
	}
	for condition, want := range tests {
		out, err := mapped(t, withRules(`[{"target":"x","value":1,"when":`+condition+`}]`), "", source, "")
		if err != nil || strings.Contains(string(out), "x") != want {
			t.Errorf("%s: %s (%v), want %v", condition, out, err, want)
		}
	}
}

func TestPartsAndTables(t *testing.T) {
	t.Parallel()
	source := `{"a":"A","b":"","c":null,"n":3,"t":true,"l":["x",null,"","y"],"q":"say \"{{hi}}\"","S":"Yes"}`
	for _, test := range []ruleTest{
		{"template", `[{"target":"x","template":"{{a}}-{{b}}-{{c}}-{{none}}-{{n}}-{{t}}-{{l}}"},{"target":"y","template":"{{none}} {{c}}"},{"target":"z","template":"plain"},{"target":"e","template":"{{b}}"}]`, ``, source, `{"x":"A----3-true-x, y","z":"plain","e":""}`},
		{"escapes in templates", `[{"target":"x","template":"{{{{a}} {{q}} }} { \" \n"}]`, ``, source, `{"x":"{{a}} say \"{{hi}}\" }} { \" \n"}`},
		{"transforms in templates", `[{"target":"x","template":"{{ a | lower }}{{l.#(==\"x\")|@this | upper}}"},{"target":"y","template":"{{l | first | upper}}"}]`, ``, source, `{"x":"aX","y":"X"}`},
		{"concat", `[{"target":"x","concat":{"parts":["a","b","c","none","n","l",{"value":"end"}],"separator":"+"}},{"target":"y","concat":{"parts":["b","c"],"separator":"+"}}]`, ``, source, `{"x":"A+3+x+y+end"}`},
		{"first_of", `[{"target":"x","first_of":["none","c","b","n"]},{"target":"y","first_of":["none","c"]},{"target":"z","first_of":["c","none"]},{"target":"v","first_of":["c","b"]}]`, ``, source, `{"x":3,"y":null,"v":""}`},
		{"switch", `[{"target":"x","switch":{"on":"a","cases":{"A":{"k":[1, 2]}}}},{"target":"y","switch":{"on":"n","cases":{"3":"three"}}},{"target":"z","switch":{"on":"t","cases":{"true":null}}},{"target":"w","switch":{"on":"S","cases":{"yes":1},"ignore_case":true}}]`, ``, source, `{"x":{"k":[1,2]},"y":"three","z":null,"w":1}`},
		{"switch without a case", `[{"target":"x","switch":{"on":"a","cases":{},"default":0}},{"target":"y","switch":{"on":"a","cases":{},"on_miss":"null"}},{"target":"z","switch":{"on":"a","cases":{},"on_miss":"missing"}}]`, ``, source, `{"x":0,"y":null}`},
		{"switch on nothing", `[{"target":"x","switch":{"on":"none","cases":{},"default":0}},{"target":"y","switch":{"on":"c","cases":{}}},{"target":"z","switch":{"on":"none","cases":{}}}]`, ``, source, `{"x":0,"y":null}`},
		{"switch on a list", `[{"target":"x","switch":{"on":"l","cases":{"x":1,"":2},"on_miss":"missing"}}]`, ``, source, `{"x":[1,null,2]}`},
		{"nested", `[{"target":"x","first_of":[{"switch":{"on":{"concat":{"parts":["a","n"]}},"cases":{"A3":"found"}}},"a"],"transforms":["upper"]}]`, ``, source, `{"x":"FOUND"}`},
		{"value", `[{"target":"x","value":{ "a" : [ 1 , "b c" ] }},{"target":"y","value":null},{"target":"z","value":" v ","transforms":["trim"]}]`, ``, source, `{"x":{"a":[1,"b c"]},"y":null,"z":"v"}`},
	} {
		test.run(t)
	}
}
