package dixatest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/connectors/dixa"
	"github.com/patchbay/patchbay/operations"
)

// addSamples makes every person, queue, team and tag that an operation's sample input names and that is not there yet,
// so that the sample of a new operation works without a change here.
func (b *builder) addSamples() {
	for _, named := range sampleIDs() {
		for _, id := range named.ids {
			b.need(named, id)
		}
	}
}

// sampleID is a field of a sample input that holds ids.
type sampleID struct {
	operation, field string
	ids              []string
}

// sampleIDs reads the samples of all operations, in their order.
func sampleIDs() []sampleID {
	var all []sampleID
	for _, operation := range dixa.Connector().Operations {
		spec := operation.Spec()
		input, err := operations.Decode(spec.Sample.Input)
		if err != nil {
			continue
		}
		all = readIDs(all, spec.Name, input)
	}
	return all
}

func readIDs(all []sampleID, operation string, v any) []sampleID {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			all = readIDs(all, operation, item)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if id, isText := v[name].(string); isText {
				all = append(all, sampleID{operation, name, []string{id}})
				continue
			}
			if strings.HasSuffix(name, "Ids") {
				all = append(all, sampleID{operation, name, texts(v[name])})
				continue
			}
			all = readIDs(all, operation, v[name])
		}
	}
	return all
}

// need makes what an id means, if it is not there.
func (b *builder) need(named sampleID, id string) {
	people := b.agents
	if strings.Contains(named.operation, "end_user") || named.field == "requesterId" {
		people = b.endUsers
	}
	n := strconv.Itoa(b.made)
	switch named.field {
	case "agentId", "agentIds", "userId", "id", "requesterId":
		_, known := people.rows[id]
		isUUID := len(id) == 36
		if known || !isUUID {
			return
		}
		b.made++
		if people == b.endUsers {
			b.customer(id, "Sample "+n, 100+b.made)
			return
		}
		b.person(people, id, "Sample "+n, "northwind.example", b.made)["roles"] = []string{"Agent"}
	case "queueId":
		if b.queues.rows[id] == nil {
			b.addQueue(id, record{"name": "Sample " + n, "isDefault": false, "isDoNotOfferEnabled": false})
		}
	case "teamId":
		if b.teams.rows[id] == nil {
			b.teams.put(id, record{"id": id, "name": "Sample " + n})
		}
	case "tagId":
		if b.tags.rows[id] == nil {
			b.tags.put(id, record{"id": id, "name": "sample " + n, "color": "#8e8e93", "state": "Active"})
		}
	}
}
