package platform

import (
	"slices"

	"github.com/patchbay/patchbay/operations"
)

// The lists of choices of accounts, of what belongs to them, and of contacts.
const (
	accountStatus         = "account_status"
	accountHealth         = "account_health"
	accountClassification = "account_classification"
	accountIndustry       = "account_industry"
	accountSource         = "account_source"
	activityType          = "activity_type"
	activityStatus        = "activity_status"
	noteType              = "note_type"
	taskType              = "task_type"
	taskStatus            = "task_status"
	taskPriority          = "task_priority"
	contactType           = "contact_type"
)

// defaultAccountChoices are those that every organisation has from the beginning. Where a list has no default, a record may
// go without.
func defaultAccountChoices() []choiceRow {
	var all []choiceRow
	add := func(list, word string, standard int, names ...string) {
		for i, name := range names {
			all = append(all, choiceRow{
				record: record{UID: fixedID(word, i+1)}, List: list, Name: name, Rank: i + 1, IsDefault: i+1 == standard, Configuration: "{}",
				IsClosed: slices.Contains([]string{"Churned", "COMPLETED", "CANCELLED", "Done"}, name),
			})
		}
	}
	add(accountStatus, "ASTA", 1, "Active", "Prospect", "Inactive", "Churned")
	add(accountHealth, "AHEA", 0, "Healthy", "At risk", "Critical")
	add(accountClassification, "ACAS", 0, "Enterprise", "Mid-market", "Small business", "Startup")
	add(accountIndustry, "ANDY", 0, "Technology", "Finance", "Healthcare", "Retail", "Manufacturing", "Education", "Media", "Logistics", "Government", "Other")
	add(accountSource, "ASRC", 1, "api", "web", "email", "import", "referral")
	add(activityType, "VTYP", 1, "CALL", "EMAIL", "MEETING", "SITE_VISIT")
	add(activityStatus, "VSTA", 1, "PENDING", "COMPLETED", "CANCELLED")
	add(noteType, "NTYP", 1, "General", "Call", "Meeting", "Feedback")
	add(taskType, "KTYP", 1, "Follow-up", "Call", "Email", "Meeting")
	add(taskStatus, "KSTA", 1, "Open", "In progress", "Done")
	add(taskPriority, "KPRY", 2, "Low", "Medium", "High", "Urgent")
	add(contactType, "CTYP", 0, "Primary", "Billing", "Technical", "Other")
	return all
}

func (d *desk) accountChoices() []operations.Operation {
	var all []operations.Operation
	for _, c := range []struct{ name, title, list, word, first string }{
		{"list_account_statuses_ddl", "Account statuses", accountStatus, "ASTA", "Active"},
		{"list_account_health_ddl", "Account health", accountHealth, "AHEA", "Healthy"},
		{"list_account_classifications_ddl", "Account classifications", accountClassification, "ACAS", "Enterprise"},
		{"list_account_industries_ddl", "Industries", accountIndustry, "ANDY", "Technology"},
		{"list_account_sources_ddl", "Account sources", accountSource, "ASRC", "api"},
		{"list_account_activity_types_ddl", "Activity types", activityType, "VTYP", "CALL"},
		{"list_account_activity_statuses_ddl", "Activity statuses", activityStatus, "VSTA", "PENDING"},
		{"list_account_note_types_ddl", "Note types", noteType, "NTYP", "General"},
		{"list_account_task_types_ddl", "Task types", taskType, "KTYP", "Follow-up"},
		{"list_account_task_statuses_ddl", "Task statuses", taskStatus, "KSTA", "Open"},
		{"list_account_task_priorities_ddl", "Task priorities", taskPriority, "KPRY", "Low"},
		{"list_customer_contact_types_ddl", "Contact types", contactType, "CTYP", "Primary"},
	} {
		all = append(all, d.listChoicesDDL(c.name, c.title, c.list, `{"text":"`+c.first+`","value":"`+fixedID(c.word, 1)+`"}`))
	}
	return all
}

// pickIfAny is pick for a list that need not have a default: without one, nothing is 0.
func (c choices) pickIfAny(f *faults, pointer, list, wanted string) int64 {
	isDefault := func(row choiceRow) bool { return row.List == list && row.IsDefault }
	if wanted == "" && !slices.ContainsFunc(c, isDefault) {
		return 0
	}
	return c.pick(f, pointer, list, wanted)
}

// filterBy makes the filter of a choice, named by id or name; without one, none. One that is not there is a fault.
func (c choices) filterBy(f *faults, pointer, list, column string, rank int, wanted string) []filter {
	if wanted == "" {
		return nil
	}
	return oneOf(column, rank, []any{c.pick(f, pointer, list, wanted)})
}

// setChoice adds the change of a choice, if the input names the field; null takes the choice away.
func setChoice[R any](s *session, f *faults, e *edits[R], all choices, field, column, list string, at func(*R) *int64, wanted *string) {
	if !s.given(field) {
		return
	}
	value := int64(0)
	if wanted != nil {
		value = all.pick(f, "/"+field, list, *wanted)
	}
	set(e, field, column, at, value)
}

// setText adds the change of a text, if one is given.
func setText[R any](e *edits[R], field, column string, at func(*R) *string, value *string) {
	if value != nil {
		set(e, field, column, at, clean(*value))
	}
}

// setOptional adds the change of a value that may be missing, if the input names the field.
func setOptional[R any, V comparable](s *session, e *edits[R], field, column string, at func(*R) **V, value *V) {
	if !s.given(field) {
		return
	}
	*e = append(*e, edit[R]{field, column, func(row *R) bool {
		place := at(row)
		same := *place == value || *place != nil && value != nil && **place == *value
		*place = value
		return !same
	}})
}
