package ai

import (
	"encoding/json"
	"fmt"

	"github.com/patchbay/patchbay/operations"
)

// Bounds of what of a ticket is sent, in characters; of metadata and the like in bytes of JSON.
const (
	maxShort       = 500    // titles and names
	maxDescription = 20_000 // the description
	maxExtra       = 8_000  // metadata, custom fields: each
	maxTags        = 100
)

// ticketInput is a ticket as operations take it that need not look it up.
type ticketInput struct {
	ID           string           `json:"id" doc:"Ticket ID"`
	Title        string           `json:"title" doc:"Ticket title"`
	Description  string           `json:"description,omitempty" doc:"Ticket description"`
	TeamID       string           `json:"teamId" doc:"Team ID"`
	Customer     customerInput    `json:"customer" doc:"Who asks. Only the name is sent to the model."`
	StatusID     string           `json:"statusId,omitempty" doc:"Current status ID"`
	StatusName   string           `json:"statusName,omitempty" doc:"Current status name"`
	PriorityID   string           `json:"priorityId,omitempty" doc:"Priority ID"`
	PriorityName string           `json:"priorityName,omitempty" doc:"Priority name"`
	AssignedTo   string           `json:"assignedTo,omitempty" doc:"Assigned agent ID"`
	AssignedName string           `json:"assignedName,omitempty" doc:"Assigned agent name"`
	Source       string           `json:"source,omitempty" doc:"Ticket source"`
	Tags         []string         `json:"tags" doc:"Ticket tags"`
	IsArchived   bool             `json:"isArchived" doc:"Whether ticket is archived"`
	IsEscalated  bool             `json:"isEscalated" doc:"Whether ticket is escalated"`
	CreatedAt    string           `json:"createdAt" doc:"Ticket creation timestamp"`
	Metadata     map[string]any   `json:"metadata,omitempty" doc:"Additional ticket metadata"`
	CustomFields []map[string]any `json:"customFields,omitempty" doc:"Custom field values"`
}

type customerInput struct {
	ID    string `json:"id,omitempty" doc:"Customer ID"`
	Name  string `json:"name,omitempty" doc:"Customer name"`
	Email string `json:"email" doc:"Customer email"`
}

// speech is how an answer is written.
type speech struct {
	Language string `json:"language,omitempty" doc:"The language to write in, such as English; the ticket's own if it is left out." pattern:"^\\p{L}[\\p{L} ()-]{0,49}$"`
}

// ticketData is what of a ticket is sent to a model: no ids and no addresses of people.
type ticketData struct {
	Title        string          `json:"title"`
	Description  string          `json:"description,omitempty"`
	Customer     string          `json:"customer,omitempty"`
	Team         string          `json:"team,omitempty"`
	Status       string          `json:"status,omitempty"`
	Priority     string          `json:"priority,omitempty"`
	Assignee     string          `json:"assignee,omitempty"`
	Source       string          `json:"source,omitempty"`
	Tags         []string        `json:"tags,omitempty"`
	Archived     bool            `json:"archived,omitempty"`
	Escalated    bool            `json:"escalated,omitempty"`
	CreatedAt    string          `json:"created_at,omitempty"`
	Metadata     json.RawMessage `json:"metadata,omitempty"`
	CustomFields json.RawMessage `json:"custom_fields,omitempty"`
}

// data takes of a ticket what the model is sent, within bounds.
func (in ticketInput) data(call *operations.Call) (ticketData, error) {
	t := ticketData{
		Title: in.Title, Description: in.Description, Customer: in.Customer.Name, Status: in.StatusName, Priority: in.PriorityName,
		Assignee: in.AssignedName, Source: in.Source, Archived: in.IsArchived, Escalated: in.IsEscalated, CreatedAt: in.CreatedAt,
	}
	for _, tag := range in.Tags[:min(len(in.Tags), maxTags)] {
		t.Tags = append(t.Tags, clip(clean(tag), maxShort))
	}
	if len(in.Tags) > maxTags {
		call.Warn("only the first %d tags were sent to the model", maxTags)
	}
	var err error
	if len(in.Metadata) > 0 {
		if t.Metadata, err = extra(call, "metadata", in.Metadata); err != nil {
			return t, err
		}
	}
	if len(in.CustomFields) > 0 {
		if t.CustomFields, err = extra(call, "customFields", in.CustomFields); err != nil {
			return t, err
		}
	}
	return t.bounded(call), nil
}

// bounded cuts the texts of a ticket.
func (t ticketData) bounded(call *operations.Call) ticketData {
	for _, s := range []*string{&t.Title, &t.Customer, &t.Team, &t.Status, &t.Priority, &t.Assignee, &t.Source, &t.CreatedAt} {
		*s = clip(clean(*s), maxShort)
	}
	whole := clean(t.Description)
	if t.Description = clip(whole, maxDescription); len(t.Description) < len(whole) {
		call.Warn("the description is long; only its first %d characters were sent to the model", maxDescription)
	}
	return t
}

// extra writes a part of a ticket that may hold anything; nil if it is too large.
func extra(call *operations.Call, name string, value any) (json.RawMessage, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", name, err)
	}
	if len(encoded) > maxExtra {
		call.Warn("%s holds more than %d bytes and was not sent to the model", name, maxExtra)
		return nil, nil
	}
	return encoded, nil
}
