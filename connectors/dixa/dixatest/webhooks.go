package dixatest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// administrator is the agent in whose name the token acts.
const administrator = "a53b25da-f676-4c52-acac-58c9280aa23d"

// mostDeliveries is how many deliveries of an event are kept.
const mostDeliveries = 20

func listWebhooks(r *request) (any, error) { return data(r.webhooks.list(nil)), nil }

func getWebhook(r *request) (any, error) {
	row, err := r.webhooks.find(r.params["webhookSubscriptionId"])
	return data(row), err
}

func createWebhook(r *request) (any, error) {
	id := r.newID()
	row := record{
		"id": id, "enabled": true, "headers": record{}, "subscribedEvents": []string{}, "createdAt": stamp(r.now), "createdBy": administrator,
		"secretKey": base64.RawURLEncoding.EncodeToString([]byte("sandbox-" + id[:18])),
	}
	r.fillWebhook(row)
	return data(row), nil
}

func patchWebhook(r *request) (any, error) {
	before, err := r.webhooks.find(r.params["webhookSubscriptionId"])
	if err != nil {
		return nil, err
	}
	row := maps.Clone(before)
	r.fillWebhook(row)
	return data(row), nil
}

// fillWebhook puts what a request gives into a subscription, and the subscription where it belongs.
func (r *request) fillWebhook(row record) {
	for name, value := range r.object() {
		switch name {
		case "events":
			row["subscribedEvents"] = slices.Compact(slices.Sorted(slices.Values(texts(value))))
		case "authorization":
			authorization, _ := value.(record)
			row["headers"] = headers(authorization)
		default:
			row[name] = value
		}
	}
	row["updatedAt"], row["updatedBy"] = stamp(r.now), administrator
	r.webhooks.put(text(row, "id"), row)
}

// headers are what a subscription sends to log in.
func headers(authorization record) record {
	switch text(authorization, "_type") {
	case "BasicAuth":
		pair := text(authorization, "username") + ":" + text(authorization, "password")
		return record{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))}
	case "TokenAuth":
		return record{"Authorization": "Bearer " + text(authorization, "value")}
	default:
		return record{}
	}
}

func deleteWebhook(r *request) (any, error) {
	id := r.params["webhookSubscriptionId"]
	_, err := r.webhooks.find(id)
	r.webhooks.remove(id)
	delete(r.deliveries, id)
	return nil, err
}

func getDeliveryStatus(r *request) (any, error) {
	id := r.params["webhookSubscriptionId"]
	row, err := r.webhooks.find(id)
	if err != nil {
		return nil, err
	}
	statuses := []record{}
	subscribed, _ := row["subscribedEvents"].([]string)
	for _, event := range subscribed {
		status := record{"_type": "NoRecentDelivery"}
		if logs := r.deliveries[id][event]; len(logs) > 0 {
			status, _ = logs[0]["deliveryDetail"].(record)
		}
		statuses = append(statuses, record{"event": event, "deliveryStatus": status})
	}
	return data(statuses), nil
}

func getEventLogs(r *request) (any, error) {
	id := r.params["webhookSubscriptionId"]
	if _, err := r.webhooks.find(id); err != nil {
		return nil, err
	}
	return data(append([]record{}, r.deliveries[id][r.params["event"]]...)), nil
}

// emit notes that an event was sent to those who want it. Nothing is sent.
func (s *state) emit(event string, c *conversation, at string) {
	for _, hook := range s.webhooks.list(nil) {
		subscribed, _ := hook["subscribedEvents"].([]string)
		if hook["enabled"] != true || !slices.Contains(subscribed, event) {
			continue
		}
		payload, err := json.Marshal(record{
			"event_fqn": snake(event), "event_version": "1", "event_timestamp": at, "data": record{"conversation": record{"csid": c.id}},
		})
		if err != nil {
			panic(fmt.Errorf("writing an event: %w", err))
		}
		id := text(hook, "id")
		if s.deliveries[id] == nil {
			s.deliveries[id] = map[string][]record{}
		}
		log := record{"payload": string(payload), "deliveryDetail": record{
			"_type": "DeliveryDetail", "success": true, "responseCode": 200, "responseText": "OK", "deliveryTimestamp": at,
		}}
		logs := append([]record{log}, s.deliveries[id][event]...)
		s.deliveries[id][event] = logs[:min(len(logs), mostDeliveries)]
	}
}

// snake turns "ConversationClosed" into "CONVERSATION_CLOSED".
func snake(name string) string {
	var b strings.Builder
	for i, c := range name {
		if i > 0 && c >= 'A' && c <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(c)
	}
	return strings.ToUpper(b.String())
}
