package outreach

import (
	"fmt"
	"maps"
	"slices"
)

func (m *maker) ownID() (string, object) {
	return m.idInput(m.declared), m.idOf(m.Type, "the id of the "+m.Singular)
}

func (m *maker) createInput() object {
	if m.declared.Flat != nil {
		return m.flatInput()
	}
	properties, required := object{}, []string{}
	if attributes := m.attributesInput(); attributes != nil {
		properties["attributes"] = attributes
	}
	if relationships := m.relationshipsInput(false); relationships != nil {
		properties["relationships"] = relationships
		if relationships["required"] != nil {
			required = append(required, "relationships")
		}
	}
	o := closed(properties, required...)
	o["minProperties"] = 1
	return o
}

func (m *maker) flatInput() object {
	properties := object{}
	for name, flat := range m.declared.Flat {
		if flat.Relationship != "" {
			other := m.Relationships[flat.Relationship].Type
			properties[name] = m.idOf(other, "the id of the "+spaced(other))
			continue
		}
		properties[name] = flat.input(false)
	}
	return closed(properties, slices.Collect(maps.Keys(properties))...)
}

func (m *maker) updateInput() object {
	name, id := m.ownID()
	properties := object{name: id}
	var either []object
	if attributes := m.attributesInput(); attributes != nil {
		properties["attributes"] = attributes
		either = append(either, object{"required": []string{"attributes"}})
	}
	if relationships := m.relationshipsInput(true); relationships != nil {
		delete(relationships, "required")
		properties["relationships"] = relationships
		either = append(either, object{"required": []string{"relationships"}})
	}
	o := closed(properties, name)
	o["anyOf"] = either
	return o
}

// attributesInput describes the attributes that can be written, in snake_case; camelCase is taken too.
func (m *maker) attributesInput() object {
	properties := object{}
	for name, attribute := range m.Attributes {
		if !attribute.ReadOnly {
			properties[snake(name)] = m.lookUp(attribute, attribute.input(true))
		}
	}
	if len(properties) == 0 {
		return nil
	}
	o := closed(properties)
	o["minProperties"] = 1
	patterns := alsoCamel(m.Attributes, properties, "attributes")
	if m.Custom > 0 {
		patterns["^custom[1-9][0-9]{0,2}$"] = object{
			"type": []string{"string", "number", "boolean", "array", "null"}, "description": "a field of your own; what it takes is set up in Outreach",
		}
	}
	if len(patterns) > 0 {
		o["patternProperties"] = patterns
	}
	return o
}

// relationshipsInput describes the links that can be written, as bare ids.
func (m *maker) relationshipsInput(update bool) object {
	properties, required := object{}, []string{}
	for name, relationship := range m.Relationships {
		if !relationship.Writable {
			continue
		}
		properties[snake(name)] = m.linkInput(relationship, update)
		if relationship.Required {
			required = append(required, snake(name))
		}
	}
	if len(properties) == 0 {
		return nil
	}
	o := closed(properties, required...)
	o["minProperties"] = 1
	if patterns := alsoCamel(m.Relationships, properties, "relationships"); len(patterns) > 0 {
		o["patternProperties"] = patterns
	}
	return o
}

func (m *maker) linkInput(relationship Relationship, update bool) object {
	link := m.idOf(relationship.Type, "id of the "+spaced(relationship.Type))
	if len(relationship.Types) > 0 {
		link = closed(object{"type": object{"enum": relationship.Types}, "id": anID("its id")}, "id", "type")
		link["description"] = "a record of one of these types"
	}
	if update {
		link["description"] = link["description"].(string) + "; null takes it away"
		return object{"anyOf": []object{link, {"type": "null"}}}
	}
	return link
}

// alsoCamel lets each property whose vendor name differs be given under that name.
func alsoCamel[V any](names map[string]V, properties object, under string) object {
	patterns := object{}
	for name := range names {
		if _, ok := properties[snake(name)]; ok && snake(name) != name {
			patterns["^"+name+"$"] = object{"$ref": "#/properties/" + under + "/properties/" + snake(name)}
		}
	}
	return patterns
}

func (m *maker) getInput() object {
	name, id := m.ownID()
	return closed(object{name: id, "fields": m.fieldsInput()}, name)
}

func (m *maker) deleteInput() object {
	name, id := m.ownID()
	return closed(object{name: id}, name)
}

func (m *maker) fieldsInput() object {
	return object{
		"type": "array", "maxItems": 300, "items": object{"type": "string", "examples": m.shown()},
		"description": "attributes and relationships to read; all if not given",
	}
}

func (m *maker) listInput() object {
	scalar := object{"type": []string{"string", "number"}}
	criteria := object{
		"type": []string{"string", "number", "boolean", "null", "array", "object"}, "minItems": 1, "maxItems": 1000,
		"items":      object{"type": []string{"string", "number", "boolean"}},
		"properties": object{"gte": scalar, "lte": scalar}, "additionalProperties": false, "minProperties": 1,
		"description": "a value; a list of which one is to match; a range {gte, lte}; or null for records without a value",
	}
	properties := object{
		"page_size": object{"type": "integer", "minimum": 1, "maximum": maxPageSize, "default": pageSize, "description": "records on a page"},
		"fields":    m.fieldsInput(),
		"cursor":    object{"type": "string", "maxLength": maxCursor, "description": "next_cursor of the page before"},
		"all_pages": object{"type": "boolean", "default": false, "description": "true joins the pages, max_pages of them at most"},
		"max_pages": object{"type": "integer", "minimum": 1, "maximum": maxPages, "default": pages, "description": "the bound of all_pages"},
		"count":     object{"type": "boolean", "default": false, "description": "true counts all that match, in meta.count; slow on large lists"},
	}
	if filters := m.filters(); len(filters) > 0 {
		filter := closed(object{"field": object{"type": "string", "examples": filters}, "criteria": criteria}, "field", "criteria")
		properties["filters"] = object{"type": "array", "maxItems": 50, "items": filter, "description": "all of them are to match"}
	}
	if sorts := m.sorts(); len(sorts) > 0 {
		properties["sort"] = closed(object{
			"sort_by":        object{"type": "string", "examples": sorts},
			"sort_direction": object{"enum": []string{"asc", "desc"}, "default": "asc"},
		}, "sort_by")
	}
	return closed(properties)
}

func (m *maker) actionInput() object {
	name, id := m.ownID()
	says, names := "what is done:", slices.Sorted(maps.Keys(m.Actions))
	params := object{}
	for _, action := range names {
		says += fmt.Sprintf(" %s %s;", action, m.Actions[action].Description)
		for param, attribute := range m.Actions[action].Params {
			described := m.lookUp(attribute, attribute.input(false))
			if known, ok := params[param].(object); ok {
				described["description"] = known["description"]
			}
			usage := " (" + action
			if attribute.Required {
				usage += ", required"
			}
			described["description"] = fmt.Sprint(described["description"], usage, ")")
			params[param] = described
		}
	}
	properties := object{name: id, "action": object{"enum": names, "description": says[:len(says)-1]}}
	if len(params) > 0 {
		patterns := object{}
		for param := range params {
			if snake(param) != param {
				patterns["^"+snake(param)+"$"] = object{"$ref": "#/properties/action_params/properties/" + param}
			}
		}
		actionParams := closed(params)
		actionParams["patternProperties"] = patterns
		actionParams["description"] = "what the action needs to know"
		properties["action_params"] = actionParams
	}
	return closed(properties, name, "action")
}

func (m *maker) ddlInput() object {
	properties := object{
		"search":  object{"type": "string", "maxLength": 200, "description": "what the text of an option is to hold"},
		"cursor":  object{"type": "string", "maxLength": maxCursor, "description": "next_cursor of the page before"},
		"limit":   object{"type": "integer", "minimum": 1, "maximum": maxOptions, "default": pageSize, "description": "options on a page"},
		"refresh": object{"type": "boolean", "description": "read the list anew; one that is some seconds old at most is given as it is"},
	}
	for _, name := range m.DDL.Within {
		other := m.Relationships[name].Type
		properties[snake(name)+"_id"] = m.idOf(other, "only those of this "+spaced(other))
	}
	return closed(properties)
}
