package dixatest

import (
	"hash/fnv"
	"slices"
	"time"
)

func listTeams(r *request) (any, error) { return data(r.teams.list(nil)), nil }

func getTeam(r *request) (any, error) {
	row, err := r.teams.find(r.params["teamId"])
	return data(row), err
}

func createTeam(r *request) (any, error) {
	row := record{"id": r.newID(), "name": r.text("name")}
	r.teams.put(text(row, "id"), row)
	return data(row), nil
}

func deleteTeam(r *request) (any, error) {
	id := r.params["teamId"]
	_, err := r.teams.find(id)
	r.teams.remove(id)
	delete(r.teamMembers, id)
	return nil, err
}

func listTeamMembers(r *request) (any, error) {
	id := r.params["teamId"]
	if _, err := r.teams.find(id); err != nil {
		return nil, err
	}
	members := []record{}
	for _, agentID := range r.teamMembers[id] {
		if agent, err := r.agents.find(agentID); err == nil {
			member := record{"id": agentID}
			for name, field := range map[string]string{"name": "displayName", "email": "email", "phoneNumber": "phoneNumber"} {
				if agent[field] != nil {
					member[name] = agent[field]
				}
			}
			members = append(members, member)
		}
	}
	return data(members), nil
}

func addTeamMembers(r *request) (any, error) {
	id := r.params["teamId"]
	if _, err := r.teams.find(id); err != nil {
		return nil, err
	}
	for _, agent := range texts(r.object()["agentIds"]) {
		if _, err := r.agents.find(agent); err != nil {
			return nil, err
		}
	}
	for _, agent := range texts(r.object()["agentIds"]) {
		r.teamMembers[id] = append(without(r.teamMembers[id], agent), agent)
	}
	return nil, nil
}

func removeTeamMembers(r *request) (any, error) {
	id := r.params["teamId"]
	_, err := r.teams.find(id)
	if err == nil {
		r.teamMembers[id] = without(r.teamMembers[id], texts(r.object()["agentIds"])...)
	}
	return nil, err
}

func listAgentTeams(r *request) (any, error) {
	id := r.params["agentId"]
	if _, err := r.agents.find(id); err != nil {
		return nil, err
	}
	teams := []record{}
	for _, team := range r.teams.ids {
		if slices.Contains(r.teamMembers[team], id) {
			teams = append(teams, record{"id": team})
		}
	}
	return data(teams), nil
}

func listTeamPresence(r *request) (any, error) {
	id := r.params["teamId"]
	if _, err := r.teams.find(id); err != nil {
		return nil, err
	}
	p, err := r.begin()
	if err != nil {
		return nil, err
	}
	return paged(p, r.presences(r.teamMembers[id]))
}

// listPresence answers a bare array, as the service does.
func listPresence(r *request) (any, error) { return r.presences(r.agents.ids), nil }

func getPresence(r *request) (any, error) {
	id := r.params["agentId"]
	if _, err := r.agents.find(id); err != nil {
		return nil, err
	}
	return data(r.presences([]string{id})[0]), nil
}

// presences makes up who is online, the same for each agent every time.
func (r *request) presences(agents []string) []record {
	list := make([]record, 0, len(agents))
	for _, id := range agents {
		h := fnv.New32a()
		h.Write([]byte(id)) // never fails
		n := h.Sum32()
		p := record{
			"userId": id, "requestTime": stamp(r.now), "activeChannels": []string{}, "connectionStatus": "Offline",
			"lastSeen": stamp(r.now.Add(-time.Duration(n%600) * time.Minute)),
		}
		if n%3 > 0 {
			p["connectionStatus"], p["lastSeen"] = "Online", stamp(r.now.Add(-time.Duration(n%50)*time.Second))
			p["presenceStatus"] = []string{"Working", "Away"}[n%2]
			p["activeChannels"] = []string{"Email", "WidgetChat", "PstnPhone"}[:1+n%3]
		}
		list = append(list, p)
	}
	return list
}
