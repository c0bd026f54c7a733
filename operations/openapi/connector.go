package openapi

import (
	"cmp"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

func (l *loader) connector() (operations.Connector, error) {
	if err := l.find(); err != nil {
		return operations.Connector{}, err
	}
	info := child(l.root, "info")
	c := operations.Connector{
		Name:       l.options.Name,
		Title:      l.report.Title,
		Version:    l.report.Version,
		Throttlers: l.vocabulary.throttlers("", l.root),
	}
	c.Description = cmp.Or(l.options.Description, clip(str(child(info, "description")), maxText), c.Title+", by its OpenAPI document.")
	c.Origin, c.BasePath = l.address()
	c.Docs = cmp.Or(l.options.Docs, link(str(at(l.root, "externalDocs", "url"))), link(str(at(info, "contact", "url"))), link(c.Origin))
	if len(l.options.Throttlers) > 0 {
		c.Throttlers = l.options.Throttlers
	}
	c.ReadError = l.errorReader()
	c.Auth = l.auths()
	l.accepted = c.Auth
	for _, e := range l.entries {
		if err := l.ctx.Err(); err != nil {
			return operations.Connector{}, err
		}
		c.Operations = append(c.Operations, l.operations(e)...)
	}
	if len(c.Operations) == 0 {
		return operations.Connector{}, invalid("the document has no operation that the hub can run")
	}
	c.Auth = l.withFields(c.Auth)
	c.Verify = l.verify(c)
	if l.overlaid {
		l.vocabulary.unread(l.root)
	}
	l.checkLookups(c)
	l.count(c)
	slices.SortStableFunc(l.report.Issues, func(a, b Issue) int { return cmp.Compare(a.Line, b.Line) })
	return c, nil
}

// checkLookups reports look-ups that give a drop-down what it does not take, or not what it needs.
func (l *loader) checkLookups(c operations.Connector) {
	inputs := map[string]operations.Schema{}
	for _, o := range c.Operations {
		if spec := o.Spec(); spec.Kind == operations.KindDDL {
			inputs[spec.Name] = spec.Input
		}
	}
	for _, placed := range l.schemas.lookups {
		fields := gjson.GetBytes(inputs[placed.ddl], "properties").Map()
		for name := range placed.input {
			if _, known := fields[name]; !known {
				l.report.add(Approximated, "", placed.node, "x-lookup: %s has no input field %s", placed.ddl, name)
			}
		}
		for _, name := range gjson.GetBytes(inputs[placed.ddl], "required").Array() {
			if _, given := placed.input[name.Str]; !given {
				l.report.add(Approximated, "", placed.node, "x-lookup: %s needs the input field %s, which is not given", placed.ddl, name.Str)
			}
		}
	}
}

func (l *loader) count(c operations.Connector) {
	for _, o := range c.Operations {
		if o.Spec().Kind == operations.KindDDL {
			l.report.DDLs++
		} else {
			l.report.Operations++
		}
	}
}

// verify is the operation that x-verify names; without it, the first read that needs a login and no input.
func (l *loader) verify(c operations.Connector) string {
	wanted := l.vocabulary.text("", l.root, "x-verify")
	i := slices.IndexFunc(c.Operations, func(o operations.Operation) bool {
		spec := o.Spec()
		login, bare := l.bare[spec.Name]
		return bare && spec.Kind == operations.KindAction && spec.Effect == operations.EffectRead &&
			(wanted == spec.Name || wanted == "" && login)
	})
	switch {
	case i >= 0:
		return c.Operations[i].Spec().Name
	case wanted != "":
		l.report.add(Skipped, "", child(l.root, "x-verify"), "x-verify: %s is not an operation that reads and needs no input", wanted)
	}
	return ""
}
