package dixatest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

func listTags(r *request) (any, error) { return data(r.tags.list(nil)), nil }

func getTag(r *request) (any, error) {
	row, err := r.tags.find(r.params["tagId"])
	return data(row), err
}

// createTag gives back the tag that has the name already, unchanged.
func createTag(r *request) (any, error) {
	name := r.text("name")
	for _, tag := range r.tags.list(nil) {
		if strings.EqualFold(text(tag, "name"), name) {
			return data(tag), nil
		}
	}
	row := record{"id": r.newID(), "name": name, "state": "Active", "color": cmp.Or(r.text("color"), "#8e8e93")}
	r.tags.put(text(row, "id"), row)
	return data(row), nil
}

func setTagState(to string) handler {
	return func(r *request) (any, error) {
		id := r.params["tagId"]
		row, err := r.tags.find(id)
		if err == nil {
			row = maps.Clone(row)
			row["state"] = to
			r.tags.put(id, row)
		}
		return nil, err
	}
}

func listEndpoints(r *request) (any, error) {
	wanted := r.query.Get("_type")
	list := []record{}
	for _, endpoint := range r.endpoints {
		if wanted == "" || endpoint["_type"] == wanted {
			list = append(list, endpoint)
		}
	}
	return data(list), nil
}

func getEndpoint(r *request) (any, error) {
	id := r.params["contactEndpointId"]
	if endpoint := r.endpoint(id); endpoint != nil {
		return data(endpoint), nil
	}
	return nil, notFound("Contact endpoint", id)
}

// endpoint finds an endpoint by its address or number; nil: there is none.
func (s *state) endpoint(id string) record {
	for _, endpoint := range s.endpoints {
		if strings.EqualFold(cmp.Or(text(endpoint, "address"), text(endpoint, "number")), id) {
			return endpoint
		}
	}
	return nil
}

func listFlows(r *request) (any, error) {
	channel := cmp.Or(r.query.Get("channel"), "PstnPhone")
	list := []record{}
	for _, flow := range r.flows {
		if flow["channel"] == channel {
			list = append(list, flow)
		}
	}
	return data(list), nil
}

func listAttributes(r *request) (any, error) { return data(r.attributes.list(nil)), nil }

// withAttributes gives the values of custom attributes with some of them set.
func (s *state) withAttributes(entity string, values []record, set record) ([]record, error) {
	values = slices.Clone(values)
	for _, id := range slices.Sorted(maps.Keys(set)) {
		definition, err := s.attributes.find(id)
		if err != nil {
			return nil, err
		}
		if definition["entityType"] != entity {
			return nil, badRequest("The custom attribute %s is not one of a %s", id, strings.ToLower(entity))
		}
		if err := checkValue(definition, set[id]); err != nil {
			return nil, err
		}
		value := record{"id": id, "name": definition["label"], "identifier": definition["identifier"], "value": set[id]}
		values = slices.DeleteFunc(values, func(other record) bool { return other["id"] == id })
		values = append(values, value)
	}
	return values, nil
}

// checkValue wants a text for a Text, and for a Select a way through its options.
func checkValue(definition record, value any) error {
	input, _ := definition["inputDefinition"].(record)
	_, isText := value.(string)
	if isSelect := input["_type"] == "Select"; isSelect == isText {
		return badRequest("The value of the custom attribute %s is not of its type %s", definition["id"], input["_type"])
	}
	options, _ := input["options"].([]record)
	for _, chosen := range texts(value) {
		i := slices.IndexFunc(options, func(option record) bool { return option["value"] == chosen && option["isDeactivated"] != true })
		if i < 0 {
			return badRequest("The custom attribute %s has no option %s there", definition["id"], chosen)
		}
		options, _ = options[i]["nestedOptions"].([]record)
	}
	return nil
}
