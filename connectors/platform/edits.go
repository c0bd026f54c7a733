package platform

// edits are the changes that an update asks for, each of one field.
type edits[R any] []edit[R]

type edit[R any] struct {
	field, column string // as JSON and as the table have it
	apply         func(row *R) (changed bool)
}

// set adds the change of a field to a value. at gives the place of the field in a row.
func set[R any, V comparable](e *edits[R], field, column string, at func(row *R) *V, value V) {
	*e = append(*e, edit[R]{field, column, func(row *R) bool {
		place := at(row)
		changed := *place != value
		*place = value
		return changed
	}})
}

// apply changes a row, and names the columns and the fields that are not what they were.
func (e edits[R]) apply(row *R) (columns, fields []string) {
	for _, one := range e {
		if one.apply(row) {
			columns, fields = append(columns, one.column), append(fields, one.field)
		}
	}
	return columns, fields
}

// customEdit is the change of a record's custom values to those given, which customText has checked. Those of other
// fields stay. Stored values that cannot be read are replaced.
func customEdit[R any](given jsonText, at func(row *R) *jsonText) edit[R] {
	return edit[R]{"customFieldValues", "custom_fields", func(row *R) bool {
		place := at(row)
		merged, err := mergeCustom(*place, given)
		if err != nil {
			merged = given
		}
		changed := merged != *place
		*place = merged
		return changed
	}}
}
