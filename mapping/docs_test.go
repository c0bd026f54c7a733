package mapping

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

var update = flag.Bool("update", false, "write the goldens anew")

// example is one of the page: what it is made of, by the word behind ```json.
type example struct {
	line   int
	blocks map[string]string
}

// examples reads the blocks of the page. One ends with its result or its faults.
func examples(page string) []example {
	var all []example
	current := example{blocks: map[string]string{}}
	kind, source := "", ""
	var block strings.Builder
	for i, line := range strings.Split(page, "\n") {
		switch {
		case strings.HasPrefix(line, "```json "):
			kind = strings.TrimPrefix(line, "```json ")
			current.line = cmp.Or(current.line, i+1)
			block.Reset()
		case line == "```" && kind != "":
			current.blocks[kind] = block.String()
			if kind == "source" {
				source = block.String()
				current = example{blocks: map[string]string{}}
			}
			if kind == "result" || kind == "faults" {
				current.blocks["source"] = source
				all = append(all, current)
				current = example{blocks: map[string]string{}}
			}
			kind = ""
		case kind != "":
			block.WriteString(line + "\n")
		}
	}
	return all
}

// tableLookups answers out of a table: operation → text → value.
type tableLookups map[string]map[string]json.RawMessage

func (l tableLookups) Match(_ context.Context, call LookupCall) (json.RawMessage, error) {
	if value, known := l[call.Operation][call.Text]; known {
		return value, nil
	}
	e := operations.Errorf(operations.CodeNotFound, "no option is called %q", call.Text)
	e.Reason = ReasonNoMatch
	return nil, e
}

func TestDocsExamples(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "docs", "mapping.md"))
	if err != nil {
		t.Fatal(err)
	}
	all := examples(string(page))
	if len(all) < 12 {
		t.Fatalf("%d examples were found", len(all))
	}
	for _, e := range all {
		t.Run(fmt.Sprintf("line %d", e.line), func(t *testing.T) { t.Parallel(); e.check(t) })
	}
}

func (e example) check(t *testing.T) {
	document := e.blocks["mapping"]
	if rules := e.blocks["rules"]; rules != "" {
		document = `{"version":1,"rules":` + rules + `}`
	}
	out, err := mapped(t, document, e.blocks["schema"], e.blocks["source"], e.blocks["lookups"])
	if want, failing := e.blocks["faults"]; failing {
		var faults []operations.InputFault
		if err := json.Unmarshal([]byte(want), &faults); err != nil {
			t.Fatal(err)
		}
		if err == nil {
			t.Fatalf("no fault, but %s", out)
		}
		if diff := gocmp.Diff(faults, operations.AsError(err).Faults); diff != "" {
			t.Errorf("faults (-want +got):\n%s", diff)
		}
		return
	}
	if err != nil {
		t.Fatalf("%v %v", err, operations.AsError(err).Faults)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, []byte(e.blocks["result"])); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want.String(), string(out)); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

// mapped parses, compiles and runs. schema and lookups may be empty.
func mapped(t *testing.T, document, schema, source, lookups string) ([]byte, error) {
	t.Helper()
	parsed, err := Parse([]byte(document))
	if err != nil {
		return nil, err
	}
	m, err := Compile(parsed, Options{TargetSchema: operations.Schema(schema)})
	if err != nil {
		return nil, err
	}
	var answers Lookups
	if lookups != "" {
		table := tableLookups{}
		if err := json.Unmarshal([]byte(lookups), &table); err != nil {
			t.Fatal(err)
		}
		answers = table
	}
	return m.Run(t.Context(), []byte(source), answers)
}

// TestDocsListTransforms holds the table of the page to that of the code.
func TestDocsListTransforms(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "docs", "mapping.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const head = "| transform | what it does | argument |\n| --- | --- | --- |\n"
	before, after, found := strings.Cut(string(page), head)
	if !found {
		t.Fatal("the page has no table of transforms")
	}
	old, rest, _ := strings.Cut(after, "\n\n")
	var rows []string
	for _, info := range Transforms() {
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", info.Name, info.Summary, argumentsOf(info)))
	}
	want := strings.Join(rows, "\n")
	if *update {
		if err := os.WriteFile(path, []byte(before+head+want+"\n\n"+rest), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(want, old); diff != "" {
		t.Errorf("the table of transforms is not current; run go test ./mapping -update (-want +got):\n%s", diff)
	}
}

func argumentsOf(info TransformInfo) string {
	var arguments []string
	for _, arg := range info.Args {
		name := "`" + arg.Name + "`"
		if arg.Name == info.Bare {
			name += " (may stand alone)"
		}
		arguments = append(arguments, name+": "+arg.Summary)
	}
	return strings.Join(arguments, "; ")
}
