package openapi

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// members writes keywords about an object's members.
func (d *draft) members(n *yaml.Node, keyword string, value *yaml.Node) {
	switch {
	case keyword == "required":
		if value.Kind != yaml.SequenceNode {
			d.odd(keyword, value)
			return
		}
		if names := d.required(n, value); len(names) > 0 {
			d.b = appendStrings(appendKey(d.b, keyword), names)
		}
	case !isMapping(value):
		d.odd(keyword, value)
	case keyword == "dependentRequired":
		d.b = append(appendKey(d.b, keyword), '{')
		for name, list := range pairs(value) {
			d.b = appendStrings(appendKey(d.b, name.Value), texts(list))
		}
		d.b = append(d.b, '}')
	default:
		d.b = append(appendKey(d.b, keyword), '{')
		for name, schema := range pairs(value) {
			if keyword == "patternProperties" && !d.pattern(name) || keyword == "properties" && d.hiddenHere(schema) {
				continue
			}
			d.b = appendKey(d.b, name.Value)
			d.schema(schema)
		}
		d.b = append(d.b, '}')
	}
}

func (d *draft) hiddenHere(property *yaml.Node) bool {
	return d.mode == forInput && d.vocabulary.hidden("", property)
}

// required lists the properties that must be there, going this way.
func (d *draft) required(n, value *yaml.Node) []string {
	return slices.DeleteFunc(texts(value), func(name string) bool {
		property := d.member(child(n, "properties"), name)
		return d.otherWay(property, d.mode) || d.hiddenHere(property)
	})
}

// otherWay tells whether a property is only read, or only written, and so has no place in this mode.
func (d *document) otherWay(property *yaml.Node, mode mode) bool {
	keyword := "readOnly"
	if mode == forOutput {
		keyword = "writeOnly"
	}
	if isTrue(child(property, keyword)) {
		return true
	}
	return child(property, "$ref") != nil && isTrue(child(d.deref(property), keyword))
}

// texts are the distinct texts of a list.
func texts(n *yaml.Node) []string {
	var list []string
	seen := map[string]bool{}
	for _, item := range items(n) {
		if s := item.Value; item.Kind == yaml.ScalarNode && !seen[s] {
			seen[s] = true
			list = append(list, s)
		}
	}
	return list
}

// branches writes allOf, anyOf and oneOf. A oneOf with a discriminator names the value of each branch. One without
// becomes anyOf: whether a value fits one branch only is left to the service, as documents rarely keep to it.
func (d *draft) branches(n *yaml.Node, keyword string, value *yaml.Node) {
	if keyword == "allOf" || keyword == "prefixItems" || len(items(value)) == 0 {
		d.list(keyword, value)
		return
	}
	disc := newDiscriminator(n)
	if disc == nil {
		if keyword == "oneOf" && child(n, "anyOf") == nil {
			keyword = "anyOf"
		}
		d.list(keyword, value)
		return
	}
	d.b = append(appendKey(d.b, keyword), '[')
	for i, branch := range value.Content {
		if i > 0 {
			d.b = append(d.b, ',')
		}
		values := disc.values(branch)
		if len(values) == 0 {
			d.schema(branch)
			continue
		}
		if len(branch.Content) == 2 { // a reference and nothing beside it
			d.b = append(d.b, '{')
			d.keywords(branch)
		} else {
			d.b = append(d.b, `{"allOf":[`...)
			d.schema(branch)
			d.b = append(d.b, `]`...)
		}
		d.b = append(appendTag(d.b, disc.property, values, nil), '}')
	}
	d.b = append(d.b, ']')
}

// appendTag demands that a property has one of the values, and that it and others are there.
func appendTag(b []byte, property string, values, required []string) []byte {
	b = append(appendKey(append(appendKey(b, "properties"), '{'), property), '{')
	b = append(appendStrings(appendKey(b, "enum"), values), "}}"...)
	return appendStrings(appendKey(b, "required"), append([]string{property}, required...))
}

// values writes default, const, enum and examples. An example stays where it is one value; whole documents are
// samples of operations.
func (d *draft) values(n *yaml.Node, keyword string, value *yaml.Node) {
	switch keyword {
	case "example":
		if value.Kind != yaml.ScalarNode || child(n, "examples") != nil || len(value.Value) > 200 {
			return
		}
		d.b = append(appendJSON(append(appendKey(d.b, "examples"), '['), value), ']')
		return
	case "examples":
		if value.Kind != yaml.SequenceNode || slices.ContainsFunc(value.Content, func(n *yaml.Node) bool { return n.Kind != yaml.ScalarNode }) {
			return
		}
	case "enum":
		if len(items(value)) == 0 {
			d.odd(keyword, value)
			return
		}
		d.b = append(appendKey(d.b, keyword), '[')
		for i, item := range value.Content {
			if i > 0 {
				d.b = append(d.b, ',')
			}
			d.b = appendJSON(d.b, item)
		}
		if nullable(n) && plainType(n) && !slices.ContainsFunc(value.Content, isNull) {
			d.b = append(d.b, ",null"...)
		}
		d.b = append(d.b, ']')
		return
	}
	d.b = appendJSON(appendKey(d.b, keyword), value)
}

// discriminator tells the branches of a oneOf apart by the value of one property.
type discriminator struct {
	property string
	mapping  map[string][]string // what a branch refers to → values of the property
}

func newDiscriminator(n *yaml.Node) *discriminator {
	declared := child(n, "discriminator")
	property := str(child(declared, "propertyName"))
	if property == "" {
		return nil
	}
	d := &discriminator{property, map[string][]string{}}
	for value, to := range pairs(child(declared, "mapping")) {
		d.mapping[component(str(to))] = append(d.mapping[component(str(to))], value.Value)
	}
	return d
}

// values are those of a branch that is a reference: the names that the mapping gives it, else its component's.
func (d *discriminator) values(branch *yaml.Node) []string {
	ref := str(child(branch, "$ref"))
	if ref == "" {
		return nil
	}
	if values := d.mapping[component(ref)]; len(values) > 0 {
		return values
	}
	return []string{component(ref)}
}
