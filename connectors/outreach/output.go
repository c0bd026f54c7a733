package outreach

// anyLinks describes the links of a document, record or relationship.
func anyLinks() object { return object{"type": "object"} }

func (m *maker) recordOutput() object {
	return object{
		"type": "object", "required": []string{"data"},
		"properties": object{"data": m.record(), "links": anyLinks(), "meta": object{"type": "object"}},
	}
}

func (m *maker) listOutput() object {
	return object{
		"type": "object", "required": []string{"data"},
		"properties": object{
			"data":        object{"type": "array", "items": m.record()},
			"links":       anyLinks(),
			"meta":        object{"type": "object", "properties": object{"count": object{"type": []string{"integer", "null"}, "description": "all that match, if count was asked for"}}},
			"next_cursor": object{"type": "string", "description": "gives the next page as cursor; not there on the last one"},
			"truncated":   object{"type": "boolean", "description": "true: all_pages ended at its bound and there is more"},
		},
	}
}

func (m *maker) deleteOutput() object {
	return object{
		"type": "object", "required": []string{"deleted"},
		"properties": object{"deleted": object{"const": true}},
	}
}

// record describes a record as answers hold it. Nothing is required that fields can leave out.
func (m *maker) record() object {
	attributes, relationships := object{}, object{}
	for name, attribute := range m.Attributes {
		if !attribute.WriteOnly {
			attributes[name] = attribute.describe(true)
		}
	}
	for name, relationship := range m.Relationships {
		relationships[name] = relationship.describe()
	}
	id := object{"type": "integer"}
	if m.StringIDs {
		id = object{"type": []string{"string", "integer"}}
	}
	properties := object{
		"type": object{"const": m.Type}, "id": id, "links": anyLinks(),
		"attributes": object{"type": "object", "properties": attributes},
	}
	if len(relationships) > 0 {
		properties["relationships"] = object{"type": "object", "properties": relationships}
	}
	return object{"type": "object", "required": []string{"type", "id"}, "properties": properties}
}

func (r Relationship) describe() object {
	other := object{"type": object{"type": "string"}, "id": object{"type": []string{"integer", "string"}}}
	data := object{"type": []string{"object", "null"}, "properties": other}
	if r.Many {
		data = object{"type": []string{"array", "null"}, "items": object{"type": "object", "properties": other}}
	}
	return object{"type": "object", "properties": object{"data": data, "links": anyLinks()}}
}

func (m *maker) ddlOutput() object {
	value := object{"type": "integer", "description": "the id of the " + m.Singular}
	properties := object{"text": object{"type": "string"}, "value": value, "id": value}
	for _, name := range m.DDL.Fields {
		if attribute, ok := m.Attributes[name]; ok {
			properties[name] = attribute.describe(true)
			continue
		}
		properties[name+"Id"] = object{"type": []string{"integer", "null"}}
	}
	return object{
		"type": "object", "required": []string{"result"},
		"properties": object{
			"result":      object{"type": "array", "items": object{"type": "object", "required": []string{"text", "value"}, "properties": properties}},
			"next_cursor": object{"type": "string", "description": "gives the next options as cursor; not there at the end"},
			"truncated":   object{"type": "boolean", "description": "true: the search ended at its bound; go on with next_cursor"},
			"stale":       object{"type": "boolean", "description": "true: an older list, while a new one is being fetched"},
		},
	}
}
