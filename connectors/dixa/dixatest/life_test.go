package dixatest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/connectors/dixa/dixatest"
)

func words(result gjson.Result) []string {
	list := []string{}
	for _, item := range result.Array() {
		list = append(list, item.String())
	}
	return list
}

// expect compares what lies at a path of an answer.
func expect(t *testing.T, answer gjson.Result, path string, want ...string) {
	t.Helper()
	got := answer.Get(path)
	texts := []string{got.String()}
	if got.IsArray() {
		texts = words(got)
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("%s (-want +got):\n%s%s", path, diff, answer.Raw)
	}
}

func TestAgentsLive(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{})
	made := c.want(t, 201, "POST", "/v1/agents", `{"email":"zoe@northwind.example","displayName":"Zoe","firstName":"Z","phoneNumber":"+4599"}`)
	id := made.Get("data.id").String()
	at := "/v1/agents/" + id
	expect(t, c.want(t, 200, "GET", "/v1/agents?email=ZOE@northwind.example", ""), "data.#.id", id)
	expect(t, c.want(t, 200, "GET", "/v1/agents?phone=%2B4599", ""), "data.#.id", id)
	expect(t, c.want(t, 200, "PATCH", at, `{"lastName":"Ek"}`), "data.firstName", "Z")
	updated := c.want(t, 200, "PUT", at, `{"displayName":"Zoe Ek"}`)
	expect(t, updated, "data.firstName", "")
	expect(t, updated, "data.email", "zoe@northwind.example")
	c.want(t, 200, "PATCH", "/v1/teams/"+line+"/agents", `{"agentIds":["`+id+`"]}`)
	expect(t, c.want(t, 200, "GET", at+"/teams", ""), "data.#.id", line)
	c.want(t, 200, "GET", at+"/presence", "")
	c.want(t, 204, "DELETE", at, "")
	c.want(t, 404, "GET", at, "")
	expect(t, c.want(t, 200, "GET", "/v1/endusers/"+id, ""), "data.displayName", "Zoe Ek")
	expect(t, c.want(t, 200, "GET", "/v1/teams/"+line+"/agents", ""), `data.#(id=="`+id+`").id`, "")
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{})
	answer := c.want(t, 200, "PATCH", "/v1/agents", `[{"id":"`+agent+`","displayName":"Bo J."},{"id":"`+nobody+`","displayName":"N"},{"id":"`+admin+`"}]`)
	expect(t, answer, "data.0.data.displayName", "Bo J.")
	expect(t, answer, "data.#.error._type", "NotFound", "EmptyPatchSet")
	expect(t, answer, "data.1.error.id", nobody)
	answer = c.want(t, 201, "POST", "/v1/endusers/bulk", `{"data":[{"email":"x@y.example"},{"email":"x@y.example"}]}`)
	expect(t, answer, "data.0.data.email", "x@y.example")
	expect(t, answer, "data.1.error._type", "Integrity")
	expect(t, c.want(t, 200, "PUT", "/v1/agents", ""), "data.#", "0")
	answer = c.want(t, 200, "PATCH", "/v1/queues/"+support+"/members", `{"agentIds":["`+nobody+`","`+agent+`"]}`)
	expect(t, answer, "data.1.data", agent)
	answer = c.want(t, 200, "POST", "/v1/conversations/1101/notes/bulk", `{"data":[{"message":"a"},{"message":"b","agentId":"`+nobody+`"}]}`)
	expect(t, answer, "data.0.data.message", "a")
	expect(t, answer, "data.1.error.message", "Agent "+nobody+" was not found")
}

func TestConversationsLive(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{})
	id := c.want(t, 201, "POST", "/v1/conversations", `{"_type":"Email","requesterId":"`+grace+`","emailIntegrationId":"my-integration@email.dixa.io",
		"subject":"Where is the teapot?","message":{"_type":"Inbound","content":{"_type":"Text","value":"I ordered a teapot & it is not here."}}}`).Get("data.id").String()
	at := "/v1/conversations/" + id
	expect(t, c.want(t, 200, "GET", at, ""), "data._type", "EmailConversation")
	expect(t, c.want(t, 200, "GET", "/v1/search/conversations?query=teapot+ordered", ""), "data.0.innerHits.0.highlight.content", "I <em>ordered</em> a <em>teapot</em> &amp; it is not here.")
	c.want(t, 204, "PUT", at+"/transfer/queue", `{"queueId":"`+support+`"}`)
	expect(t, c.want(t, 200, "GET", at, ""), "data.queue.id", support)
	c.now = c.now.Add(time.Minute)
	c.want(t, 204, "PUT", at+"/claim", `{"agentId":"`+agent+`"}`)
	c.want(t, 200, "POST", at+"/messages", `{"_type":"Outbound","agentId":"`+agent+`","content":{"_type":"Html","value":"<p>On its way</p>"},"externalId":"e1"}`)
	messages := c.want(t, 200, "GET", at+"/messages", "")
	expect(t, messages, "data.#.attributes.direction", "Inbound", "Outbound")
	c.want(t, 204, "PUT", at+"/tags/"+shipping, "")
	expect(t, c.want(t, 200, "GET", at+"/tags", ""), "data.#.name", "shipping")
	c.want(t, 204, "DELETE", at+"/tags/"+shipping, "")
	expect(t, c.want(t, 200, "PATCH", at+"/custom-attributes", `{"2f5515b6-7e98-4f4d-9010-bfd2a27d4f35":"48213","e14708a6-eed9-495c-9d88-c72331e9e247":["delivery","late"]}`), "data.#.identifier", "order_number", "reason")
	c.want(t, 200, "POST", at+"/notes", `{"message":"n","createdAt":"2021-12-01T12:46:36.581Z[GMT]"}`)
	expect(t, c.want(t, 200, "GET", at+"/notes", ""), "data.0.createdAt", "2021-12-01T12:46:36.581Z")
	c.want(t, 204, "PUT", at+"/close", "")
	c.want(t, 200, "POST", at+"/messages", `{"_type":"Inbound","content":{"_type":"Text","value":"Thanks"}}`)
	expect(t, c.want(t, 200, "GET", at, ""), "data.state", "Open")
	expect(t, c.want(t, 200, "GET", at+"/activitylog", ""), "data.#._type",
		"ConversationCreatedByCustomer", "MessageAddedByCustomer", "TransferSuccessful", "ConversationClaimed", "MessageAddedByAgent", "TagAdded",
		"TagRemoved", "NoteAdded", "ConversationClosed", "ConversationReopened", "MessageAddedByCustomer")
	request := c.want(t, 202, "PATCH", at+"/anonymize?force=true", "").Get("data.id").String()
	expect(t, c.want(t, 200, "GET", "/v1/anonymization/request/"+request, ""), "data.targetEntityId", id)
	expect(t, c.want(t, 200, "GET", at, ""), "data._type", "AnonymizedConversation")
	expect(t, c.want(t, 200, "GET", at+"/messages", ""), "data.#", "0")
	c.want(t, 409, "PUT", at+"/reopen", "")
}

func TestOtherChannels(t *testing.T) {
	t.Parallel()
	message := `"message":{"_type":"Inbound","content":{"_type":"Text","value":"Hi"}}`
	for name, tc := range map[string]struct{ body, variant, path, want string }{
		"callback": {`"_type":"Callback","direction":"Outbound","contactEndpointId":"+4570001122","queueId":"` + support + `"`, "PstnPhoneConversation", "data.queue.id", support},
		"chat":     {`"_type":"Chat","widgetId":"` + nobody + `","browserInfo":{"name":"Firefox"},` + message, "ChatConversation", "data.browserInfo.name", "Firefox"},
		"form":     {`"_type":"ContactForm","emailIntegrationId":"my-integration@email.dixa.io","subject":"s",` + message, "ContactFormConversation", "data.fromEmail", "grace.hall@customer.example"},
		"sms":      {`"_type":"Sms","contactEndpointId":"+4570001133",` + message, "SmsConversation", "data.fromNumber", "+4570001133"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, dixatest.Options{})
			id := c.want(t, 201, "POST", "/v1/conversations", `{"requesterId":"`+grace+`",`+tc.body+`}`).Get("data.id").String()
			got := c.want(t, 200, "GET", "/v1/conversations/"+id, "")
			expect(t, got, "data._type", tc.variant)
			expect(t, got, tc.path, tc.want)
			c.want(t, 200, "GET", "/v1/conversations/"+id+"/messages", "")
		})
	}
}

func TestForgettingAPerson(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{})
	c.want(t, 202, "PATCH", "/v1/endusers/"+grace+"/anonymize?force=true", "")
	expect(t, c.want(t, 200, "GET", "/v1/endusers/"+grace, ""), "data.email", "")
	expect(t, c.want(t, 200, "GET", "/v1/endusers/"+grace+"/conversations?pageLimit=1", ""), "data.0._type", "AnonymizedConversation")
	c.want(t, 202, "PATCH", "/v1/conversations/1106/messages/"+
		c.want(t, 200, "GET", "/v1/conversations/1106/messages", "").Get("data.0.id").String()+"/anonymize", "")
	expect(t, c.want(t, 200, "GET", "/v1/conversations/1106/messages", ""), "data.0.attributes.emailContent.content.value", "[anonymized]")
}

func TestSettingsLive(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{})
	expect(t, c.want(t, 200, "POST", "/v1/tags", `{"name":"Shipping","color":"#000000"}`), "data.id", shipping)
	tag := c.want(t, 200, "POST", "/v1/tags", `{"name":"new"}`).Get("data.id").String()
	c.want(t, 204, "PATCH", "/v1/tags/"+tag+"/deactivate", "")
	expect(t, c.want(t, 200, "GET", "/v1/tags/"+tag, ""), "data.state", "Inactive")
	queue := c.want(t, 201, "POST", "/v1/queues", `{"request":{"name":"Q","isDefault":true,"callFunctionality":true,"isDoNotOfferEnabled":false,"offerAlgorithm":"LongestIdle"}}`)
	expect(t, queue, "data.offeringAlgorithm", "LongestIdle")
	expect(t, c.want(t, 200, "GET", "/v1/queues", ""), "data.#(isDefault==true)#.name", "Q")
	c.want(t, 204, "DELETE", "/v1/queues/"+support+"/members", `{"agentIds":["`+agent+`"]}`)
	expect(t, c.want(t, 200, "GET", "/v1/queues/"+support+"/members", ""), `data.#(agentId=="`+agent+`").agentId`, "")
	team := c.want(t, 201, "POST", "/v1/teams", `{"name":"T"}`).Get("data.id").String()
	c.want(t, 200, "PATCH", "/v1/teams/"+team+"/agents", `{"agentIds":["`+agent+`","`+admin+`"]}`)
	c.want(t, 204, "DELETE", "/v1/teams/"+team+"/agents", `{"agentIds":["`+admin+`"]}`)
	expect(t, c.want(t, 200, "GET", "/v1/teams/"+team+"/agents", ""), "data.#.name", "Bo Jensen")
	expect(t, c.want(t, 200, "GET", "/v1/teams/"+team+"/presence", ""), "data.#.userId", agent)
	expect(t, c.want(t, 200, "GET", "/v1/contact-endpoints?_type=TelephonyEndpoint", ""), "data.#.number", "+4570001122", "+4570001133")
	expect(t, c.want(t, 200, "GET", "/v1/conversations/flows", ""), "data.#.channel", "PstnPhone")
	expect(t, c.want(t, 200, "GET", "/v1/conversations/1101/linked", ""), "data.0.link.parentId", "1101")
}

func TestWebhooksLive(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{})
	made := c.want(t, 201, "POST", "/v1/webhooks", `{"name":"n","url":"https://h.example","events":["ConversationNoteAdded"],"authorization":{"_type":"BasicAuth","username":"u","password":"p"}}`)
	at := "/v1/webhooks/" + made.Get("data.id").String()
	expect(t, made, "data.headers.Authorization", "Basic dTpw")
	expect(t, c.want(t, 200, "GET", at+"/delivery-status", ""), "data.0.deliveryStatus._type", "NoRecentDelivery")
	c.want(t, 200, "POST", "/v1/conversations/1101/notes", `{"message":"n"}`)
	expect(t, c.want(t, 200, "GET", at+"/delivery-status", ""), "data.0.deliveryStatus.responseCode", "200")
	logs := c.want(t, 200, "GET", at+"/delivery-status/logs/ConversationNoteAdded", "")
	expect(t, gjson.Parse(logs.Get("data.0.payload").String()), "event_fqn", "CONVERSATION_NOTE_ADDED")
	expect(t, c.want(t, 200, "PATCH", at, `{"enabled":false,"authorization":{"_type":"TokenAuth","value":"t"}}`), "data.headers.Authorization", "Bearer t")
	c.want(t, 204, "DELETE", at, "")
	c.want(t, 404, "GET", at+"/delivery-status", "")
}

func TestAnalyticsCount(t *testing.T) {
	t.Parallel()
	c := newClient(t, dixatest.Options{})
	ask := func(id, rest string) gjson.Result {
		return c.want(t, 200, "POST", "/v1/analytics/metrics", `{"id":"`+id+`","timezone":"Europe/Copenhagen",`+rest+`}`)
	}
	year := `"periodFilter":{"_type":"Interval","start":"2025-03-11T00:00:00Z","end":"2026-03-12T00:00:00Z"}`
	all := ask("created_conversations", year).Get("data.aggregates.0.value").Int()
	mails := ask("created_conversations", year+`,"filters":[{"attribute":"channel","values":["email"]}]`).Get("data.aggregates.0.value").Int()
	if all != 41 || mails <= 0 || mails >= all {
		t.Errorf("got %d conversations, %d of them mails", all, mails)
	}
	for _, preset := range []string{"Today", "Yesterday", "ThisWeek", "PreviousWeek", "ThisMonth", "PreviousMonth", "ThisQuarter", "PreviousQuarter", "ThisYear"} {
		object := ask("closed_conversations", `"periodFilter":{"_type":"Preset","value":{"_type":"`+preset+`"}}`)
		text := ask("closed_conversations", `"periodFilter":{"_type":"Preset","value":"`+preset+`"}`)
		if object.Raw != text.Raw {
			t.Errorf("%s: got %s and %s", preset, object.Raw, text.Raw)
		}
	}
	spread := ask("csat", year).Get("data.aggregates")
	least, mean, most := spread.Get(`#(measure=="Min").value`).Num, spread.Get(`#(measure=="Average").value`).Num, spread.Get(`#(measure=="Max").value`).Num
	if least < 1 || least > mean || mean > most || most > 5 {
		t.Errorf("got %s", spread.Raw)
	}
	rows := c.want(t, 200, "POST", "/v1/analytics/records?pageLimit=5", `{"id":"ratings","timezone":"UTC",`+year+`}`)
	expect(t, rows, "data.#", "5")
	c.want(t, 200, "POST", rows.Get("meta.next").String(), `{"id":"ratings","timezone":"UTC",`+year+`}`)
	before := ask("closed_conversations", year).Get("data.aggregates.0.value").Int()
	c.want(t, 204, "PUT", "/v1/conversations/1101/close", "")
	if after := ask("closed_conversations", year).Get("data.aggregates.0.value").Int(); after != before+1 {
		t.Errorf("closed: %d, then %d", before, after)
	}
	for _, path := range []string{"filter/channel", "filter/agent_id", "filter/initial_direction", "metrics", "metrics/csat", "records", "records/ratings"} {
		c.want(t, 200, "GET", "/v1/analytics/"+path, "")
	}
	log := c.want(t, 200, "GET", "/v1/conversations/activitylog?fromDatetime=2026-03-10&toDatetime=2026-03-11T09:30:00Z&pageLimit=2", "")
	expect(t, log, "data.#", "2")
	c.want(t, 200, "GET", log.Get("meta.next").String(), "")
	c.want(t, 400, "GET", "/v1/conversations/activitylog?fromDatetime=soon", "")
}
