package mapping

import (
	"slices"
	"strings"
)

// meaning is what the names on the way to a field say: what it tells (an email address), and of whom (the requester).
type meaning struct {
	attribute int      // concept; -1: none that is known
	word      string   // the words of the attribute
	of        int      // concept of whom; -1: of the document's own subject, or of nobody known
	around    []int    // concepts of what stands further out
	apart     []string // words that set it apart from others: "shipping"
	reference bool     // it names another record: by its id
	implied   bool     // the name is only whom: "owner"
	depth     int      // names that mean something before the last
}

// subjectOf is the concept of what an operation is about: of "create_customer_contact", contact; -1: not known.
func (v *vocabulary) subjectOf(operation string) int {
	_, name, found := strings.Cut(operation, ".")
	if !found {
		name = operation
	}
	subject := -1
	tokens := tokenise(name)
	for _, u := range v.units(tokens[min(1, len(tokens)):]) {
		if c := v.pick(u, false, ""); c >= 0 && !v.concepts[c].Attribute {
			subject = c
		}
	}
	return subject
}

// wordOf is what an operation calls its subject: of "list_webhooks", "webhook".
func wordOf(operation string) string {
	tokens := tokenise(operation)
	if len(tokens) == 0 {
		return ""
	}
	return tokens[len(tokens)-1]
}

// pick takes one of the concepts of a unit: an attribute, if one is wanted, that may be said of that kind.
func (v *vocabulary) pick(u unit, attribute bool, kind string) int {
	best := -1
	for _, c := range u.concepts {
		one := v.concepts[c]
		if one.Attribute && len(one.Of) > 0 && kind != "" && !slices.Contains(one.Of, kind) {
			continue
		}
		if one.Attribute == attribute && (best < 0 || v.concepts[best].Attribute != attribute || len(one.Of) > 0) {
			best = c
		} else if best < 0 {
			best = c
		}
	}
	return best
}

// meaningOf reads the names on the way to a field of a source or target.
func (v *vocabulary) meaningOf(names []string, subject int, target bool) meaning {
	m := meaning{attribute: -1, of: -1}
	for _, name := range names[:max(len(names)-1, 0)] {
		m.container(v, name, subject)
	}
	if len(names) == 0 {
		return m
	}
	units := v.units(tokenise(names[len(names)-1]))
	units = slices.DeleteFunc(units, func(u unit) bool { return len(units) > 1 && len(u.concepts) == 0 && v.noise[u.text] })
	units, m.reference = v.cutReference(units)
	m.leaf(v, units, subject, target)
	return m
}

// container takes in what a name on the way says.
func (m *meaning) container(v *vocabulary, name string, subject int) {
	for _, u := range v.units(tokenise(name)) {
		c := v.pick(u, false, "")
		switch {
		case c >= 0 && c == subject:
		case c >= 0:
			m.bearer(c)
			m.depth++
		case v.noise[u.text] || v.primary[u.text]:
		default:
			m.apart = append(m.apart, u.text)
			m.depth++
		}
	}
}

// bearer makes a concept the one of whom something is told.
func (m *meaning) bearer(c int) {
	if m.of >= 0 && m.of != c {
		m.around = append(m.around, m.of)
	}
	m.of = c
}

// cutReference takes "id" off the end of "status id" and "owner id": what is left says which record is named.
func (v *vocabulary) cutReference(units []unit) ([]unit, bool) {
	last := len(units) - 1
	if last < 1 {
		return units, false
	}
	tail := v.byName["id"]
	if slices.Contains(units[last].concepts, tail) && len(units[last-1].concepts) > 0 {
		return units[:last], true
	}
	if slices.Contains(units[last].concepts, v.byName["name"]) { // "status name" is the status
		if c := v.pick(units[last-1], true, ""); c >= 0 && v.concepts[c].Attribute {
			return units[:last], false
		}
	}
	return units, false
}

// leaf takes in what the last name says: its last unit is the attribute, what stands before says of whom.
func (m *meaning) leaf(v *vocabulary, units []unit, subject int, target bool) {
	if len(units) == 0 {
		return
	}
	last := units[len(units)-1]
	for len(units) > 1 && len(last.concepts) == 0 && v.primary[last.text] { // "website url 1"
		units = units[:len(units)-1]
		last = units[len(units)-1]
	}
	for _, u := range units[:len(units)-1] {
		c := v.pick(u, false, "")
		switch {
		case c >= 0 && c == subject && m.of < 0:
		case c >= 0 && !v.concepts[c].Attribute:
			m.bearer(c)
		case v.primary[u.text] || v.noise[u.text]:
		default:
			m.apart = append(m.apart, u.text)
		}
	}
	kind := v.kindOf(m.of)
	if m.of < 0 {
		kind = v.kindOf(subject)
	}
	m.word = last.text
	c := v.pick(last, true, kind)
	switch {
	case c < 0:
	case v.concepts[c].Attribute:
		m.attribute = c
	default:
		m.implied = true
		if c != subject || m.of >= 0 || target { // a target that names one of its own kind names another one
			m.bearer(c)
		}
		m.attribute = v.byName["name"]
	}
	if m.reference && m.implied {
		m.attribute = v.byName["id"]
	}
	m.unfold(v)
}

// unfold takes {"status": {"name": …, "id": …}} for the status and the id of it.
func (m *meaning) unfold(v *vocabulary) {
	id := m.attribute == v.byName["id"]
	if m.implied || m.of < 0 || !v.concepts[m.of].Attribute || !id && m.attribute != v.byName["name"] {
		return
	}
	m.attribute, m.word, m.reference = m.of, strings.ReplaceAll(v.concepts[m.of].Name, "_", " "), id
	m.of = -1
	if last := len(m.around) - 1; last >= 0 {
		m.of, m.around = m.around[last], m.around[:last]
	}
}
