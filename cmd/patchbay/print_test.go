package main

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func TestTable(t *testing.T) {
	t.Parallel()
	heading := []string{"NAME", "WHAT IT IS"}
	rows := [][]string{{"é", "short"}, {"longer", "a text of some words that has to go on several lines in the end"}}
	cases := []struct {
		name  string
		width int
		want  string
	}{
		{"not a terminal", 0, `
  NAME    WHAT IT IS
  é       short
  longer  a text of some words that has to go on several lines in the end
`},
		{"wrapped", 60, `
  NAME    WHAT IT IS
  é       short
  longer  a text of some words that has to go on several
          lines in the end
`},
		{"below", 40, `
  NAME
      WHAT IT IS
  é
      short
  longer
      a text of some words that has to
      go on several lines in the end
`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			printer{Writer: &out, width: c.width}.table("  ", heading, rows)
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), out.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestColoursAreForTerminalsOnly(t *testing.T) {
	t.Parallel()
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, p := range []printer{{}, console{}.printerTo(file), console{}.printerTo(new(bytes.Buffer))} {
		if p.color || p.style(red, "x") != "x" {
			t.Errorf("%+v colours", p)
		}
	}
	if got := (printer{color: true}).style(red, "x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("a terminal gets %q", got)
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	for width, want := range map[int]string{0: "{\"a\":1}\n", 80: "{\n  \"a\": 1\n}\n"} {
		var out bytes.Buffer
		printer{Writer: &out, width: width}.document([]byte("{\"a\":1}\n"))
		if out.String() != want {
			t.Errorf("width %d: %q", width, out.String())
		}
	}
}

func TestForeignTextCannotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	told := &problem{Code: "upstream_failed", Detail: "bad\x1b[2J\u009b2J\a", RequestID: "req_1"}
	var out bytes.Buffer
	printer{Writer: &out}.problem(told)
	if strings.ContainsAny(out.String(), "\x1b\a\u009b") {
		t.Errorf("%q", out.String())
	}
}

func TestProblemForPeople(t *testing.T) {
	t.Parallel()
	p := decode[problem](t, `{"code":"rate_limited","detail":"too many","errors":[{"pointer":"","detail":"must be an object"}],
		"suggestions":["a","b"],"retry_after":7,"request_id":"req_1","upstream":{"status":429,"request_id":"up_1","body":{"x":1}}}`)
	var out bytes.Buffer
	printer{Writer: &out}.problem(&p)
	want := `rate_limited: too many
  (the input)  must be an object
  did you mean a, b?
  try again in 7 s
  the service answered 429 (its request id is up_1)
    {
      "x": 1
    }
  request req_1
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	plainly := errors.New("x")
	for want, err := range map[int]error{
		exitDone: nil, exitFailed: plainly, exitUsage: errors.Join(usageError{plainly}, nil), exitUnreachable: unreachableError{plainly},
	} {
		if got := exitCode(err); got != want {
			t.Errorf("exitCode(%v) = %d, want %d", err, got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		time.Hour: "1h", time.Minute: "1m", time.Second: "1s", 90 * time.Second: "1m30s", 3700 * time.Second: "1h1m40s",
		10 * time.Second: "10s", time.Hour + time.Minute: "1h1m", time.Hour + time.Second: "1h0m1s", 0: "0s",
	} {
		if got := span(operations.Seconds(d)); got != want {
			t.Errorf("span(%s) = %s, want %s", d, got, want)
		}
	}
}

func TestFieldsOf(t *testing.T) {
	t.Parallel()
	const schema = `{"type":"object","required":["b"],"properties":{
		"a":{"type":["string","null"],"format":"date","description":"a day","default":"today"},
		"b":{"$ref":"#/$defs/thing"},
		"c":{"type":"array","items":{"type":"object","properties":{"d":{"type":"integer","minimum":1,"maximum":9}}}},
		"e":{"enum":["x","y"]},
		"f":{"anyOf":[{"type":"string"},{"type":"null"}],"x-lookup":{"operation":"list_f_ddl"}},
		"g":{"type":["string","number","boolean","null"],"minimum":5},
		"h":{"$ref":"#/properties/h"},
		"i":{"type":"array","items":{"type":"string","examples":["p","q"]}}
	},"$defs":{"thing":{"type":"object","properties":{"deep":{"type":"object","properties":{"er":{"type":"object","properties":{"est":{}}}}}}}}}`
	want := []field{
		{path: "b", kind: "object", required: true},
		{path: "b.deep", kind: "object"},
		{path: "b.deep.er", kind: "object"},
		{path: "a", kind: "string or null (date)", description: `a day. default: "today".`},
		{path: "c", kind: "list of object"},
		{path: "c[].d", kind: "integer", description: "1 to 9."},
		{path: "e", kind: "one of a set", description: "one of: x, y."},
		{path: "f", kind: "string or null", lookup: "list_f_ddl"},
		{path: "g", kind: "several types", description: "at least 5."},
		{path: "h", kind: "any"},
		{path: "i", kind: "list of string", description: "for example: p, q."},
	}
	if diff := cmp.Diff(want, fieldsOf(schema), cmp.AllowUnexported(field{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := fieldsOf(`true`); got != nil {
		t.Errorf("of no object: %v", got)
	}
}
