package outreachtest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// complete gives a new record what the service fills in, and says why it will not have it.
func (x *exchange) complete(r *record) []apiError {
	now := stamp(x.now)
	for _, name := range []string{"createdAt", "updatedAt", "stateChangedAt"} {
		r.set(name, now)
	}
	if len(r.relations["creator"]) == 0 {
		r.point("creator", caller())
	}
	r.point("updater", caller())
	r.derive()
	switch r.kind.Type {
	case "account":
		r.preset("named", true)
	case "call":
		r.set("state", callState(r))
		r.set("uid", batchID(r.kind.Type, x.now.UnixNano()))
	case "mailing":
		return x.completeMailing(r)
	case "prospect":
		return x.refuseTaken(r)
	case "sequence":
		r.set("enabled", false)
		r.preset("shareType", "private")
		r.preset("sequenceType", "interval")
	case "sequenceState":
		return x.completeSequenceState(r)
	case "task":
		return x.completeTask(r)
	}
	return nil
}

// change brings a changed record's derived values up to date.
func (x *exchange) change(before, r *record) []apiError {
	r.derive()
	switch r.kind.Type {
	case "prospect":
		if r.values["optedOut"] != before.values["optedOut"] {
			r.values["optedOutAt"] = nil
			if r.values["optedOut"] == true {
				r.values["optedOutAt"] = stamp(x.now)
			}
		}
		return x.refuseTaken(r)
	case "user":
		if r.values["email"] != before.values["email"] {
			return []apiError{invalid("/data/attributes/email", "email cannot be changed.")}
		}
	}
	return nil
}

// preset sets an attribute that has no value.
func (r *record) preset(name string, value any) {
	if r.values[name] == nil {
		r.set(name, value)
	}
}

// derive sets the attributes that follow from others.
func (r *record) derive() {
	switch r.kind.Type {
	case "prospect", "user":
		r.set("name", strings.TrimSpace(r.text("firstName")+" "+r.text("lastName")))
	case "template", "mailing":
		r.set("bodyText", plainText(r.text("bodyHtml")))
	case "phoneNumber":
		r.preset("rawNumber", r.text("number"))
	case "recipient":
		r.set("emailHash", emailHash(r.text("value")))
	case "mailbox":
		r.set("emailHash", emailHash(r.text("email")))
		if user, ok := r.to("user"); ok {
			r.set("userId", number(int(user.id)))
		}
	case "sequenceStep":
		kind := strings.ReplaceAll(r.text("stepType"), "_", " ")
		r.preset("displayName", fmt.Sprintf("Step #%v (%s)", r.show("order", r.kind.Attributes["order"]), kind))
	}
}

func emailHash(address string) string {
	sum := md5.Sum([]byte(strings.ToLower(address)))
	return hex.EncodeToString(sum[:])
}

var markup = regexp.MustCompile(`<[^<>]*>`)

func plainText(html string) string { return strings.TrimSpace(markup.ReplaceAllString(html, "")) }

func callState(r *record) string {
	switch {
	case r.values["completedAt"] != nil || r.values["outcome"] != nil:
		return "completed"
	case r.values["answeredAt"] != nil:
		return "in_progress"
	default:
		return "dialed"
	}
}

func (x *exchange) completeMailing(r *record) []apiError {
	r.set("mailingType", "single")
	state := "drafted"
	if r.values["scheduledAt"] != nil {
		state = "scheduled"
	}
	r.preset("state", state)
	if at, ok := r.to("template"); ok {
		template, _ := x.store.get(at)
		r.preset("subject", template.values["subject"])
		r.preset("bodyHtml", template.values["bodyHtml"])
		r.derive()
	}
	if at, ok := r.to("mailbox"); ok {
		mailbox, _ := x.store.get(at)
		r.set("mailboxAddress", mailbox.values["email"])
		r.follow("user", mailbox)
	}
	r.set("messageId", fmt.Sprintf("<%s@sandbox.example>", batchID("mailing", x.now.UnixNano())))
	return nil
}

// follow sets a relationship to where another record's relationship of that name leads.
func (r *record) follow(relation string, other *record) {
	if to, ok := other.to(relation); ok {
		r.point(relation, to)
	}
}

func (x *exchange) completeSequenceState(r *record) []apiError {
	prospect, _ := r.to("prospect")
	sequence, _ := r.to("sequence")
	for _, other := range x.store.all("sequenceState") {
		p, _ := other.to("prospect")
		s, _ := other.to("sequence")
		if p == prospect && s == sequence && slices.Contains([]string{"pending", "active", "paused"}, other.text("state")) {
			return []apiError{invalid("/data/relationships/prospect", "Prospect is already active in this sequence.")}
		}
	}
	now := stamp(x.now)
	r.set("state", "active")
	r.set("activeAt", now)
	if whom, ok := x.store.get(prospect); ok {
		r.follow("account", whom)
	}
	if at, ok := r.to("mailbox"); ok {
		mailbox, _ := x.store.get(at)
		r.follow("user", mailbox)
	}
	if step := x.step(sequence, 0); step != nil {
		r.point("sequenceStep", step.ref())
	}
	return nil
}

// step is the first step of a sequence whose order is above the one given; nil: there is none.
func (x *exchange) step(sequence ref, above float64) *record {
	var first *record
	for _, step := range x.store.all("sequenceStep") {
		at, _ := step.to("sequence")
		if order := stepOrder(step); at == sequence && order > above && (first == nil || order < stepOrder(first)) {
			first = step
		}
	}
	return first
}

func stepOrder(step *record) float64 { return keyOf("integer", step.values["order"]).Number }

func (x *exchange) completeTask(r *record) []apiError {
	r.set("state", "incomplete")
	r.set("taskType", "manual")
	r.set("completed", false)
	if subject, ok := r.to("subject"); ok {
		r.point(subject.kind, subject)
	}
	for _, name := range []string{"prospect", "opportunity", "account"} {
		to, ok := r.to(name)
		if _, has := r.to("subject"); ok && !has {
			r.point("subject", to)
		}
	}
	if _, ok := r.to("subject"); !ok {
		return []apiError{invalid("/data/relationships/subject", "subject must exist.")}
	}
	return nil
}

// refuseTaken finds another prospect with one of the addresses.
func (x *exchange) refuseTaken(r *record) []apiError {
	mine, _ := r.values["emails"].([]any)
	if !x.options.UniqueEmails || len(mine) == 0 {
		return nil
	}
	for _, other := range x.store.all("prospect") {
		theirs, _ := other.values["emails"].([]any)
		for _, address := range mine {
			same := func(a any) bool { return strings.EqualFold(fmt.Sprint(a), fmt.Sprint(address)) }
			if other.id != r.id && slices.ContainsFunc(theirs, same) {
				return []apiError{invalid("/data/attributes/emails", "emails has already been taken.")}
			}
		}
	}
	return nil
}
