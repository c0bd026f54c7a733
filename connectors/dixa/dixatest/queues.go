package dixatest

import "slices"

// organization is the id of the company that the sandbox is about.
const organization = "5c1f7a90-2e4b-4d83-9b6c-0a7d3e8f1b25"

// mostMembers bounds how many agents a request may add to a queue or take out of it.
const mostMembers = 10

func listQueues(r *request) (any, error) { return data(r.queues.list(nil)), nil }

func getQueue(r *request) (any, error) {
	row, err := r.queues.find(r.params["queueId"])
	return data(row), err
}

func createQueue(r *request) (any, error) {
	wanted, _ := r.object()["request"].(record)
	row := r.addQueue(r.newID(), wanted)
	return data(row), nil
}

// addQueue makes a queue of what is asked for. Only one is the default.
func (s *state) addQueue(id string, wanted record) record {
	row := record{
		"id": id, "organizationId": organization, "slaCalculationMethod": "AbandonedIgnored", "memberListType": "Default",
		"queueThresholds": record{}, "doNotOfferTimeouts": record{}, "preferredAgentTimeouts": record{},
		"usages": record{"queueId": id, "usages": record{}},
	}
	names := map[string]string{"offerAlgorithm": "offeringAlgorithm"}
	for name, value := range wanted {
		if renamed := names[name]; renamed != "" {
			name = renamed
		}
		if name != "callFunctionality" { // asked for, and not shown
			row[name] = value
		}
	}
	if row["isDefault"] == true {
		for _, other := range s.queues.list(nil) {
			other["isDefault"] = false
		}
	}
	s.queues.put(id, row)
	return row
}

func listQueueMembers(r *request) (any, error) {
	id := r.params["queueId"]
	if _, err := r.queues.find(id); err != nil {
		return nil, err
	}
	members := []record{}
	for _, agent := range r.queueMembers[id] {
		members = append(members, record{"agentId": agent, "priority": 1})
	}
	return data(members), nil
}

// members reads a request about a queue's agents.
func (r *request) members() (queue string, agents []string, err error) {
	queue, agents = r.params["queueId"], texts(r.object()["agentIds"])
	if _, err := r.queues.find(queue); err != nil {
		return "", nil, err
	}
	if len(agents) > mostMembers {
		return "", nil, badRequest("agentIds must be at most %d", mostMembers)
	}
	return queue, agents, nil
}

func assignQueueMembers(r *request) (any, error) {
	queue, agents, err := r.members()
	if err != nil {
		return nil, err
	}
	outcomes := []record{}
	for _, agent := range agents {
		_, err := r.agents.find(agent)
		if err == nil && !slices.Contains(r.queueMembers[queue], agent) {
			r.queueMembers[queue] = append(r.queueMembers[queue], agent)
		}
		outcomes = append(outcomes, outcome(agent, agent, err))
	}
	return data(outcomes), nil
}

func removeQueueMembers(r *request) (any, error) {
	queue, agents, err := r.members()
	if err != nil {
		return nil, err
	}
	r.queueMembers[queue] = without(r.queueMembers[queue], agents...)
	return nil, nil
}
