package dixatest

import (
	"math"
	"slices"
	"strings"
	"time"
)

// row is one unit of the analytics: something that happened at a time, with a value and what it can be filtered by.
type row struct {
	at     time.Time
	value  int64
	id     int64 // of the conversation
	facets map[string]string
}

// rowKind is a kind of row.
type rowKind struct {
	id, description string
	timestamp       string // the name of its time
	value           string // what its value is
	facets          []string
	rows            func(*state) []row
}

// metric is a figure over the rows of a kind.
type metric struct {
	id, description, of string
	measures            []string
}

func rowKinds() []rowKind {
	return []rowKind{
		{"created_conversations", "Conversations by when they began.", "created_at", "", facets(), (*state).createdRows},
		{"closed_conversations", "Conversations by when they were closed.", "closed_at", "handling time in seconds", facets(), (*state).closedRows},
		{"ratings", "Ratings by when they were given.", "rated_at", "score", []string{"channel", "agent_id"}, (*state).ratingRows},
	}
}

func facets() []string { return []string{"channel", "initial_direction", "agent_id"} }

func metrics() []metric {
	spread := []string{"Count", "Min", "Max", "Average", "StdDev"}
	return []metric{
		{"created_conversations", "How many conversations began.", "created_conversations", []string{"Count"}},
		{"closed_conversations", "How many conversations were closed.", "closed_conversations", []string{"Count"}},
		{"handling_duration", "Seconds from the beginning of a conversation until it is closed.", "closed_conversations", append(spread, "Sum")},
		{"csat", "How satisfied customers were, from 1 to 5.", "ratings", spread},
	}
}

func facetDescription(name string) string {
	return map[string]string{
		"channel": "Channel of the conversation", "initial_direction": "Who began the conversation", "agent_id": "Agent who had it",
	}[name]
}

func (k rowKind) describe() record {
	fields, related := []record{{"field": "csid", "nullable": false, "description": "Id of the conversation"}}, []string{}
	for _, name := range k.facets {
		fields = append(fields, record{"field": name, "nullable": true, "description": facetDescription(name)})
	}
	for _, m := range metrics() {
		if m.of == k.id {
			related = append(related, m.id)
		}
	}
	return record{"id": k.id, "description": k.description, "filters": filters(k), "fieldsMetadata": fields, "relatedMetricIds": related}
}

func filters(k rowKind) []record {
	list := []record{}
	for _, name := range k.facets {
		list = append(list, record{"filterAttribute": name, "description": facetDescription(name)})
	}
	return list
}

func (m metric) describe() record {
	measures := []record{}
	for _, measure := range m.measures {
		measures = append(measures, record{"measure": measure})
	}
	kind, _ := kindOf(m.of)
	return record{
		"id": m.id, "description": m.description, "filters": filters(kind), "aggregations": measures, "relatedRecordIds": []string{m.of},
	}
}

func kindOf(id string) (rowKind, error) {
	kinds := rowKinds()
	i := slices.IndexFunc(kinds, func(k rowKind) bool { return k.id == id })
	if i < 0 {
		return rowKind{}, notFound("Record", id)
	}
	return kinds[i], nil
}

func metricOf(id string) (metric, error) {
	all := metrics()
	i := slices.IndexFunc(all, func(m metric) bool { return m.id == id })
	if i < 0 {
		return metric{}, notFound("Metric", id)
	}
	return all[i], nil
}

func listMetrics(r *request) (any, error) {
	p, err := r.begin()
	if err != nil {
		return nil, err
	}
	list := []record{}
	for _, m := range metrics() {
		list = append(list, m.describe())
	}
	return paged(p, list)
}

func getMetric(r *request) (any, error) {
	m, err := metricOf(r.params["metricId"])
	return data(m.describe()), err
}

func listRecordKinds(r *request) (any, error) {
	p, err := r.begin()
	if err != nil {
		return nil, err
	}
	list := []record{}
	for _, k := range rowKinds() {
		list = append(list, k.describe())
	}
	return paged(p, list)
}

func getRecordKind(r *request) (any, error) {
	k, err := kindOf(r.params["recordId"])
	return data(k.describe()), err
}

func listFilterValues(r *request) (any, error) {
	p, err := r.begin()
	if err != nil {
		return nil, err
	}
	list := []record{}
	switch name := r.params["filterAttribute"]; name {
	case "channel":
		for _, channel := range []string{"Callback", "ContactForm", "Email", "PstnPhone", "Sms", "WidgetChat"} {
			list = append(list, record{"value": strings.ToLower(channel), "label": channel})
		}
	case "initial_direction":
		list = append(list, record{"value": "INBOUND", "label": "Inbound"}, record{"value": "OUTBOUND", "label": "Outbound"})
	case "agent_id":
		for _, agent := range r.agents.list(nil) {
			list = append(list, record{"value": agent["id"], "label": agent["displayName"]})
		}
	default:
		return nil, notFound("Filter attribute", name)
	}
	return paged(p, list)
}

func getMetricData(r *request) (any, error) {
	m, err := metricOf(r.text("id"))
	if err != nil {
		return nil, err
	}
	wanted := texts(r.object()["aggregations"])
	if len(wanted) == 0 {
		wanted = m.measures
	}
	for _, measure := range wanted {
		if !slices.Contains(m.measures, measure) {
			return nil, badRequest("The metric %s has no aggregation %s", m.id, measure)
		}
	}
	kind, err := kindOf(m.of)
	if err != nil {
		return nil, err
	}
	rows, err := r.rows(kind)
	if err != nil {
		return nil, err
	}
	aggregates := []record{}
	for _, measure := range wanted {
		if value, ok := aggregate(measure, rows); ok {
			aggregates = append(aggregates, value)
		}
	}
	return data(record{"id": m.id, "aggregates": aggregates}), nil
}

// aggregate sums rows up. ok is false where there is nothing to say of none.
func aggregate(measure string, rows []row) (value record, ok bool) {
	if measure == "Count" {
		return record{"_type": "LongAggregateValue", "measure": measure, "value": len(rows)}, true
	}
	if len(rows) == 0 {
		return nil, false
	}
	least, most, sum, squares := math.Inf(1), math.Inf(-1), 0.0, 0.0
	for _, row := range rows {
		v := float64(row.value)
		least, most, sum, squares = min(least, v), max(most, v), sum+v, squares+v*v
	}
	n := float64(len(rows))
	deviation := math.Sqrt(max(0, squares/n-sum/n*sum/n))
	found := map[string]float64{"Min": least, "Max": most, "Sum": sum, "Average": sum / n, "StdDev": deviation}[measure]
	return record{"_type": "DoubleAggregateValue", "measure": measure, "value": found}, true
}

func getRows(r *request) (any, error) {
	p, err := r.begin()
	if err != nil {
		return nil, err
	}
	kind, err := kindOf(r.text("id"))
	if err != nil {
		return nil, err
	}
	rows, err := r.rows(kind)
	if err != nil {
		return nil, err
	}
	list := []record{}
	for _, row := range rows {
		list = append(list, row.show(kind))
	}
	return paged(p, list)
}

func (w row) show(kind rowKind) record {
	fields := []record{{"name": "csid", "field": record{"_type": "LongField", "value": w.id}}}
	for _, name := range kind.facets {
		if value := w.facets[name]; value != "" {
			fields = append(fields, record{"name": name, "field": record{"_type": "StringField", "value": value}})
		}
	}
	shown := record{
		"fields":                fields,
		"primaryTimestampField": record{"_type": "TimestampField", "name": kind.timestamp, "timestamp": stamp(w.at)},
	}
	if kind.value != "" {
		shown["value"] = record{"_type": "LongField", "value": w.value}
	}
	return shown
}
