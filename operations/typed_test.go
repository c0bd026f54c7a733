package operations_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

type paged struct {
	Limit int `json:"limit,omitempty" doc:"Items on a page." default:"20" minimum:"1" maximum:"100"`
}

type window struct {
	Unit string `json:"unit,omitempty" enum:"day,week" default:"day"`
}

type orderInput struct {
	paged
	Name   string          `json:"name" title:"Name" doc:"Who orders." minLength:"1" maxLength:"40" lookup:"list_people_ddl"`
	Kind   string          `json:"kind,omitempty" lookup:"list_kinds_ddl project=project.key team=team"`
	Tags   []string        `json:"tags,omitempty" enum:"red,blue" minItems:"1" maxItems:"2"`
	Level  int64           `json:"level,omitempty" enum:"1,2,3"`
	Due    *time.Time      `json:"due,omitempty" nullable:"true"`
	Window window          `json:"window,omitzero"`
	Extra  json.RawMessage `json:"extra,omitempty" doc:"Anything."`
	Labels map[string]int  `json:"labels,omitempty"`
	secret string
	Hidden string `json:"-"`
}

type orderOutput struct {
	Lines []orderLine `json:"lines"`
	Link  string      `json:"link,omitempty" format:"uri"`
}

type orderLine struct {
	Count int `json:"count"`
}

func order(run func(orderInput) (orderOutput, error)) operations.Operation {
	return operations.Typed(operations.Spec{Name: "order"}, func(_ context.Context, _ *operations.Call, in orderInput) (orderOutput, error) {
		return run(in)
	})
}

func TestTypedMakesSchemas(t *testing.T) {
	t.Parallel()
	spec := order(nil).Spec()
	wantInput := `{"type":"object","properties":{
		"limit":{"type":"integer","description":"Items on a page.","default":20,"minimum":1,"maximum":100},
		"name":{"type":"string","title":"Name","description":"Who orders.","minLength":1,"maxLength":40,"x-lookup":{"operation":"list_people_ddl"}},
		"kind":{"type":"string","x-lookup":{"operation":"list_kinds_ddl","input":{"project":"project.key","team":"team"}}},
		"tags":{"type":"array","items":{"type":"string","enum":["red","blue"]},"minItems":1,"maxItems":2},
		"level":{"type":"integer","enum":[1,2,3]},
		"due":{"type":["string","null"],"format":"date-time"},
		"window":{"type":"object","properties":{"unit":{"type":"string","enum":["day","week"],"default":"day"}},"additionalProperties":false},
		"extra":{"description":"Anything."},
		"labels":{"type":"object","additionalProperties":{"type":"integer"}}
	},"required":["name"],"additionalProperties":false}`
	wantOutput := `{"type":"object","properties":{
		"lines":{"type":"array","items":{"type":"object","properties":{"count":{"type":"integer"}},"required":["count"]}},
		"link":{"type":"string","format":"uri"}
	},"required":["lines"]}`
	for name, schema := range map[string][2]string{
		"input": {string(spec.Input), wantInput}, "output": {string(spec.Output), wantOutput},
	} {
		if diff := cmp.Diff(object(t, schema[1]), object(t, schema[0])); diff != "" {
			t.Errorf("%s schema (-want +got):\n%s", name, diff)
		}
		if _, err := operations.Schema(schema[0]).Compile(); err != nil {
			t.Errorf("%s schema: %v", name, err)
		}
	}
}

func object(t *testing.T, text string) any {
	t.Helper()
	var document any
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return document
}

func TestTypedRuns(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, input, want, fault string }{
		{name: "defaults", input: `{"name":"Ada"}`, want: `{"lines":[{"count":20}],"link":"day"}`},
		{name: "given", input: `{"name":"<Ada>","limit":3,"window":{"unit":"week"}}`, want: `{"lines":[{"count":3}],"link":"week"}`},
		{name: "a half-given object keeps its defaults", input: `{"name":"Ada","window":{}}`, want: `{"lines":[{"count":20}],"link":"day"}`},
		{name: "a number too large", input: `{"name":"Ada","level":99999999999999999999}`, fault: "/level"},
		{name: "deep inside", input: `{"name":"Ada","window":{"unit":7}}`, fault: "/window/unit"},
	}
	echo := order(func(in orderInput) (orderOutput, error) {
		return orderOutput{Lines: []orderLine{{Count: in.Limit}}, Link: in.Window.Unit}, nil
	})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			output, err := echo.Run(t.Context(), &operations.Call{Input: json.RawMessage(test.input)})
			if test.fault != "" {
				e := operations.AsError(err)
				if e == nil || e.Code != operations.CodeInvalidInput || e.Faults[0].Pointer != test.fault {
					t.Errorf("error %v, want a fault at %s", err, test.fault)
				}
				return
			}
			if err != nil || string(output) != test.want {
				t.Errorf("%s (%v), want %s", output, err, test.want)
			}
		})
	}
}

func TestTypedRefusesWhatMakesNoSchema(t *testing.T) {
	t.Parallel()
	tests := map[string]func(){
		"a field of no JSON type": func() { typed[struct{ F func() }]() },
		"a bound that is no number": func() {
			typed[struct {
				N int `json:"n" minimum:"few"`
			}]()
		},
		"a lookup of no operation": func() {
			typed[struct {
				N string `json:"n" lookup:""`
			}]()
		},
		"a lookup's input without a path": func() {
			typed[struct {
				N string `json:"n" lookup:"list_ddl project"`
			}]()
		},
	}
	for name, make := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			make()
		})
	}
}

func typed[In any]() {
	operations.Typed(operations.Spec{Name: "x"}, func(context.Context, *operations.Call, In) (struct{}, error) { return struct{}{}, nil })
}

func BenchmarkTyped(b *testing.B) {
	for b.Loop() {
		order(nil)
	}
}
