package nimchattest

import (
	"maps"
	"slices"
)

// stamped is when a record was made and changed, as some parts of the service have it.
func (x *exchange) stamped(r record) record {
	now := x.now.UTC().Format(timeLayout)
	if r["created_at"] == nil {
		r["created_at"] = now
	}
	r["updated_at"] = now
	return r
}

func (x *exchange) cannedView(r record) any {
	return only(r, "id", "account_id", "short_code", "content", "created_at", "updated_at")
}

func (x *exchange) listCanned() (any, *problem) {
	return each(x.own("canned_response", x.account), x.cannedView), nil
}

func (x *exchange) createCanned() (any, *problem) {
	if slices.ContainsFunc(x.own("canned_response", x.account), func(r record) bool { return r["short_code"] == x.body["short_code"] }) {
		return nil, invalid("short_code", "has already been taken")
	}
	r := x.stamped(record{"account_id": x.account})
	r.change(x.body, "short_code", "content")
	return x.cannedView(x.add("canned_response", r)), nil
}

func (x *exchange) attributeView(r record) any {
	view := only(r, "id", "attribute_display_name", "attribute_display_type", "attribute_description", "attribute_key", "attribute_values", "attribute_model", "created_at", "updated_at")
	view["default_value"], view["regex_pattern"] = nil, nil
	return view
}

func (x *exchange) listAttributes() (any, *problem) {
	model := map[string]string{"0": "conversation_attribute", "1": "contact_attribute"}[x.query.Get("attribute_model")]
	return each(x.where("custom_attribute", func(r record) bool {
		return r["account_id"] == x.account && (model == "" || r["attribute_model"] == model)
	}), x.attributeView), nil
}

func (x *exchange) getAttribute() (any, *problem) {
	r, problem := x.mine("custom_attribute", "id")
	if problem != nil {
		return nil, problem
	}
	return x.attributeView(r), nil
}

func (x *exchange) createAttribute() (any, *problem) {
	r := record{
		"account_id": x.account, "attribute_display_type": "text", "attribute_model": "conversation_attribute", "attribute_description": nil, "attribute_values": []any{},
	}
	if problem := x.fillAttribute(r); problem != nil {
		return nil, problem
	}
	return x.attributeView(x.add("custom_attribute", r)), nil
}

// fillAttribute takes over the definition: requests give types and models as numbers, answers as names.
func (x *exchange) fillAttribute(r record) *problem {
	models := []string{"conversation_attribute", "contact_attribute"}
	types := []string{"text", "number", "currency", "percent", "link", "date", "list", "checkbox"}
	changed := record{"attribute_key": r["attribute_key"], "attribute_model": r["attribute_model"]}
	changed.change(x.body, "attribute_display_name", "attribute_display_type", "attribute_description", "attribute_key", "attribute_values", "attribute_model")
	if n, isNumber := changed["attribute_display_type"].(int); isNumber {
		changed["attribute_display_type"] = types[n]
	}
	if n, isNumber := changed["attribute_model"].(int); isNumber {
		changed["attribute_model"] = models[n]
	}
	if slices.ContainsFunc(x.own("custom_attribute", x.account), func(other record) bool {
		return other.id() != r.id() && other["attribute_key"] == changed["attribute_key"] && other["attribute_model"] == changed["attribute_model"]
	}) {
		return invalid("attribute_key", "has already been taken")
	}
	maps.Copy(r, changed)
	x.stamped(r)
	return nil
}

func (x *exchange) updateAttribute() (any, *problem) {
	r, problem := x.mine("custom_attribute", "id")
	if problem == nil {
		problem = x.fillAttribute(r)
	}
	if problem != nil {
		return nil, problem
	}
	return x.attributeView(r), nil
}

func (x *exchange) filterView(r record) any {
	return only(r, "id", "name", "filter_type", "query", "created_at", "updated_at")
}

func (x *exchange) listFilters() (any, *problem) {
	kind := x.query.Get("filter_type")
	if kind == "" {
		kind = "conversation"
	}
	return each(x.where("custom_filter", func(r record) bool { return r["account_id"] == x.account && r["filter_type"] == kind }), x.filterView), nil
}

func (x *exchange) getFilter() (any, *problem) {
	r, problem := x.mine("custom_filter", "custom_filter_id")
	if problem != nil {
		return nil, problem
	}
	return x.filterView(r), nil
}

func (x *exchange) createFilter() (any, *problem) {
	r := x.stamped(record{"account_id": x.account})
	r.change(x.body, "name", "filter_type", "query")
	return x.filterView(x.add("custom_filter", r)), nil
}

func (x *exchange) updateFilter() (any, *problem) {
	r, problem := x.mine("custom_filter", "custom_filter_id")
	if problem != nil {
		return nil, problem
	}
	x.stamped(r).change(x.body, "name", "filter_type", "query")
	return x.filterView(r), nil
}
