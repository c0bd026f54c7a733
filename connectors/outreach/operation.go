package outreach

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// verb is what an operation does with a record: how that is described and how it is done.
type verb struct {
	effect operations.Effect
	scope  string // the right it needs: prospects.read
	input  func(*maker) object
	output func(*maker) object
	run    func(*maker, context.Context, *operations.Call) (json.RawMessage, error)
}

func verbs() map[string]verb {
	return map[string]verb{
		"create": {operations.EffectWrite, "write", (*maker).createInput, (*maker).recordOutput, (*maker).create},
		"get":    {operations.EffectRead, "read", (*maker).getInput, (*maker).recordOutput, (*maker).get},
		"list":   {operations.EffectRead, "read", (*maker).listInput, (*maker).listOutput, (*maker).list},
		"update": {operations.EffectWrite, "write", (*maker).updateInput, (*maker).recordOutput, (*maker).update},
		"delete": {operations.EffectDestructive, "delete", (*maker).deleteInput, (*maker).deleteOutput, (*maker).delete},
		"set":    {operations.EffectWrite, "write", (*maker).actionInput, (*maker).recordOutput, (*maker).act},
		"ddl":    {operations.EffectRead, "read", (*maker).ddlInput, (*maker).ddlOutput, (*maker).options},
	}
}

// maker makes one operation out of its declaration.
type maker struct {
	*Resource
	name     string
	declared Operation
	lists    map[string]string // type of record → the DDL operation that lists it
}

// makeOperations makes every operation of the table.
func makeOperations(resources []Resource) []operations.Operation {
	lists := map[string]string{}
	for _, r := range resources {
		if r.DDL != nil {
			lists[r.Type] = r.ddlName()
		}
	}
	var made []operations.Operation
	for i := range resources {
		for _, name := range slices.Sorted(maps.Keys(resources[i].Operations)) {
			m := &maker{Resource: &resources[i], name: name, declared: resources[i].Operations[name], lists: lists}
			made = append(made, m.operation())
		}
	}
	return made
}

func (r *Resource) ddlName() string { return "list_" + snake(r.Path) + "_ddl" }

func (m *maker) operation() operations.Operation {
	v := verbs()[m.declared.verb(m.name)]
	spec := operations.Spec{
		Name: m.name, Title: title(m.name), Description: m.declared.Description, Docs: m.Docs, Resource: m.Type,
		Kind: operations.KindAction, Effect: v.effect, Scopes: []string{m.Path + "." + v.scope},
		Input: v.input(m).schema(), Output: v.output(m).schema(),
		Sample:  operations.Sample{Input: compact(m.declared.Sample.Input), Output: compact(m.declared.Sample.Output)},
		Resolve: m.declared.Resolve,
	}
	if m.declared.Effect != "" {
		spec.Effect = m.declared.Effect
	}
	if m.declared.Output != nil {
		spec.Output = operations.Schema(compact(m.declared.Output))
	}
	switch m.declared.verb(m.name) {
	case "list":
		spec.Paging = &operations.Paging{
			CursorInput: "cursor", SizeInput: "page_size", AllInput: "all_pages", CursorOutput: "next_cursor",
			Items: "data", MaxPages: maxPages, MaxSize: maxPageSize,
		}
	case "ddl":
		spec.Kind = operations.KindDDL
		spec.Cache = operations.CacheRule{TTL: operations.Seconds(time.Minute), StaleFor: operations.Seconds(10 * time.Minute)}
		spec.Paging = &operations.Paging{
			CursorInput: "cursor", SizeInput: "limit", CursorOutput: "next_cursor",
			Items: "result", MaxPages: maxScanned, MaxSize: maxOptions,
		}
	case "create":
		spec.Compensation = m.undo()
	}
	return operations.Func(spec, func(ctx context.Context, call *operations.Call) (json.RawMessage, error) {
		return v.run(m, ctx, call)
	})
}

// undo is the resource's delete operation, where it has one and a record comes back whose id it can take.
func (m *maker) undo() *operations.Compensation {
	name := "delete_" + snake(m.Type)
	undo, ok := m.Operations[name]
	if !ok {
		return nil
	}
	return &operations.Compensation{Operation: name, Input: map[string]string{m.idInput(undo): "output.data.id"}}
}

// title turns "list_accounts_ddl" into "List accounts (DDL)".
func title(name string) string {
	words, isDDL := strings.CutSuffix(strings.ReplaceAll(name, "_", " "), " ddl")
	words = strings.ToUpper(words[:1]) + words[1:]
	if isDDL {
		words += " (DDL)"
	}
	return words
}

// compact takes the white space out of a document that has been decoded before.
func compact(document json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, document) != nil {
		return document
	}
	return b.Bytes()
}
