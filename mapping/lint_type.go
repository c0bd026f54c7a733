package mapping

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// Types by what they may become. The table in docs/mapping.md has the same.
const typeNumeric = typeNumber | typeInteger

// transform tells what a transform makes of a value, and finds fault with it.
func (l *linter) transform(t Transform, pointer string, g given) given {
	info, known := transformNamed(t.Name)
	if !known {
		return given{name: g.name}
	}
	made := given{name: g.name}
	from := g.types() &^ typeNull
	switch info.On {
	case OnAny:
		return l.fallback(t, g)
	case OnValue:
		if only(from, typeArray) {
			one := l.single(t, info, pointer, given{place: g.item(), name: "an item of " + g.name})
			made.place = listOfPlace(one.place)
			return made
		}
		return l.single(t, info, pointer, g)
	}
	return l.listTransform(t, info, pointer, g)
}

func transformNamed(name string) (TransformInfo, bool) {
	infos := Transforms()
	i := slices.IndexFunc(infos, func(info TransformInfo) bool { return info.Name == name })
	if i < 0 {
		return TransformInfo{}, false
	}
	return infos[i], true
}

// fallback is what default and required make of a value: it is not null any more.
func (l *linter) fallback(t Transform, g given) given {
	s := g.types() &^ typeNull
	if t.Name == "default" && s != 0 {
		one := constantGiven(defaultOf(t)).types()
		if one == 0 {
			return given{name: g.name}
		}
		s |= one
	}
	if s == 0 {
		return given{name: g.name}
	}
	made := given{says: g.says, name: g.name, place: place{known: &shape{types: s, items: g.item().known}}}
	if g.known != nil {
		made.known.properties, made.known.names = g.known.properties, g.known.names
	}
	return made
}

// single tells what a transform makes of a single value.
func (l *linter) single(t Transform, info TransformInfo, pointer string, g given) given {
	from := g.types() &^ typeNull
	switch {
	case from == 0:
	case from&^typeObject == 0:
		l.find(SeverityError, FindTypeClash, pointer, t.Name+" works on single values, and "+g.name+" is an object; name a field of it.")
	case from&takes(t.Name) == 0 && !from.has(typeArray):
		l.find(SeverityError, FindTypeClash, pointer, t.Name+" makes nothing of "+from.String()+", which "+g.name+" is.")
	case from&^typeNamed(info.Result) == 0 && (t.Name == "text" || t.Name == "number" || t.Name == "integer" || t.Name == "boolean"):
		l.find(SeverityInfo, FindPointless, pointer, g.name+" is "+from.String()+" already.")
	}
	l.loses(t, pointer, g)
	made := givenTypes(typeNamed(info.Result), g.name)
	if t.Name == "split" {
		made.known.items = &shape{types: typeString}
	}
	if t.Name == "date" && slices.Contains([]string{formUnix, formUnixMs}, argumentText(t, "to")) {
		made.known.types = typeInteger
	}
	if g.types().has(typeNull) {
		made.known.types |= typeNull
	}
	if length, cut := truncation(t); cut {
		made.says = &facets{maxLength: length}
	} else if g.says != nil && g.says.maxLength > 0 && slices.Contains([]string{"trim", "email", "phone"}, t.Name) {
		made.says = &facets{maxLength: g.says.maxLength}
	}
	return made
}

// takes gives the types that a transform of single values can make something of.
func takes(name string) types {
	switch name {
	case "number", "integer", "round", "date":
		return typeString | typeNumeric
	case "email":
		return typeString
	case "phone":
		return typeString | typeNumeric
	}
	return typeString | typeNumeric | typeBoolean
}

// listTransform tells what a transform makes of a list, or of a text as a whole.
func (l *linter) listTransform(t Transform, info TransformInfo, pointer string, g given) given {
	from := g.types() &^ typeNull
	isList := from == 0 || from.has(typeArray)
	if !isList && !(info.On == OnSpan && from.has(typeString)) {
		if info.On == OnSpan {
			l.find(SeverityError, FindTypeClash, pointer, t.Name+" makes nothing of "+from.String()+", which "+g.name+" is.")
		} else {
			l.find(SeverityInfo, FindPointless, pointer, g.name+" is "+from.String()+", not a list.")
		}
	}
	l.loses(t, pointer, g)
	switch t.Name {
	case "join":
		if only(g.item().types(), typeObject) && isList {
			l.find(SeverityError, FindTypeClash, pointer, "The items of "+g.name+" are objects, of which join makes no text; name a field of each: "+g.name+".#.…")
		}
		return givenTypes(typeString, g.name)
	case "first", "last":
		if !from.has(typeArray) {
			return given{place: g.place, name: g.name}
		}
		return given{place: g.item(), name: g.name}
	case "flatten":
		return given{place: place{known: &shape{types: typeArray}}, name: g.name}
	case "unique", "compact":
		if from.has(typeArray) {
			return given{place: g.place, name: g.name}
		}
		return given{place: listOfPlace(g.place), name: g.name}
	case "slice":
		return given{place: g.place, name: g.name}
	}
	return givenTypes(typeNamed(info.Result), g.name)
}

// loses finds what a transform takes away.
func (l *linter) loses(t Transform, pointer string, g given) {
	detail := ""
	length, cut := truncation(t)
	switch {
	case cut && (g.says == nil || g.says.maxLength == 0 || g.says.maxLength > length):
		detail = fmt.Sprintf("Of %s, what is longer than %d characters is cut off.", g.name, length)
	case cut:
		l.find(SeverityInfo, FindPointless, pointer, fmt.Sprintf("%s never has more than %d characters.", g.name, g.says.maxLength))
	case (t.Name == "first" || t.Name == "last") && g.types().has(typeArray):
		detail = "Of the items of " + g.name + " only the " + t.Name + " is kept."
	case t.Name == "slice":
		detail = "Only a stretch of " + g.name + " is kept."
	case t.Name == "round" && !only(g.types(), typeInteger):
		detail = "What " + g.name + " has beyond the digits that are kept is rounded off."
	case t.Name == "hash":
		detail = g.name + " cannot be had back out of its hash."
	case t.Name == "date" && argumentText(t, "to") == formDate && g.says != nil && g.says.format == "date-time":
		detail = "The time of day of " + g.name + " is left out."
	}
	if detail != "" {
		l.find(SeverityInfo, FindLossy, pointer, detail)
	}
}

// truncation gives the length that a text is cut to.
func truncation(t Transform) (length int, cuts bool) {
	if t.Name != "truncate" {
		return 0, false
	}
	var named struct {
		Length int `json:"length"`
	}
	if json.Unmarshal(t.Argument, &named.Length) != nil && json.Unmarshal(t.Argument, &named) != nil {
		return 0, false
	}
	return named.Length, named.Length > 0
}

// argumentText gives a text among the arguments of a transform; "" if it is not given.
func argumentText(t Transform, name string) string {
	var alone string
	if json.Unmarshal(t.Argument, &alone) == nil {
		if info, _ := transformNamed(t.Name); info.Bare == name {
			return alone
		}
		return ""
	}
	var named map[string]any
	if json.Unmarshal(t.Argument, &named) != nil {
		return ""
	}
	text, _ := named[name].(string)
	return text
}

// put holds what an expression gives against what the target takes.
func (l *linter) put(g given, target *shape, pointer string, rule Rule) {
	takes, from := target.allows(), g.types()
	adds := strings.HasSuffix(rule.Target, "[]")
	if adds && from.has(typeArray) { // its items are added
		g = given{place: g.item(), says: l.source.known.says[g.item().known], name: "an item of " + g.name}
		from = g.types()
	}
	if takes != 0 && from != 0 {
		l.fit(g, target, pointer)
	}
	says := l.target.of(target)
	l.allowed(rule.Expression, says, pointer, 0)
	l.length(g, says, takes, from, pointer)
	l.sameList(rule, says, pointer)
}

// fit finds types that cannot become what the target takes.
func (l *linter) fit(g given, target *shape, pointer string) {
	var never, perhaps types
	from := g.types()
	if only(from, typeNull) && !target.allows().takesNull() {
		l.find(SeverityWarning, FindPointless, pointer, "The target takes no null, so nothing is written.")
		return
	}
	for _, one := range [...]types{typeString, typeNumber, typeInteger, typeBoolean, typeArray, typeObject} {
		if !from.has(one) {
			continue
		}
		switch becomes(one, g.place, target, 0) {
		case fitNever:
			never |= one
		case fitPerhaps:
			perhaps |= one
		}
	}
	hint := ""
	if (never | perhaps).has(typeArray) && target.allows().has(typeString) {
		hint = "; join makes a text of a list, first takes one item"
	}
	takes := target.allows().String()
	switch {
	case never != 0 && never == from&^typeNull:
		l.find(SeverityError, FindTypeClash, pointer, g.name+" is "+never.String()+", and the target takes "+takes+hint+".")
	case never != 0:
		l.find(SeverityWarning, FindTypeClash, pointer, g.name+" may be "+never.String()+", and the target takes "+takes+hint+".")
	case perhaps != 0 && perhaps == from&^typeNull:
		l.find(SeverityWarning, FindTypeClash, pointer, g.name+" is "+perhaps.String()+", and the target takes "+takes+": not every value can be made one"+hint+".")
	}
}

// fit tells whether a value can become what the target takes.
type fit int

const (
	fitAlways fit = iota
	fitPerhaps
	fitNever
)

// maxFitDepth bounds how deep lists within lists are held against each other.
const maxFitDepth = 4

// becomes holds one type of a value against what the target takes, as the engine changes types.
func becomes(one types, from place, target *shape, depth int) fit {
	to := target.allows()
	switch {
	case to == 0 || depth > maxFitDepth:
		return fitAlways
	case one == typeArray && to.has(typeArray):
		return itemsBecome(from.item(), target.item(), depth)
	case to.has(one), one == typeInteger && to.has(typeNumber):
		return fitAlways
	case one == typeArray || one == typeObject && !to.has(typeArray):
		return fitNever
	case one == typeNumber && to.has(typeInteger), one == typeString && to&(typeNumeric|typeBoolean) != 0:
		return fitPerhaps
	case (one&typeNumeric != 0 || one == typeBoolean) && to.has(typeString):
		return fitAlways
	case one&typeNumeric != 0 && to.has(typeBoolean):
		return fitPerhaps
	case to.has(typeArray): // a list of one
		return becomes(one, from, target.item(), depth+1)
	}
	return fitNever
}

func itemsBecome(item place, target *shape, depth int) fit {
	worst := fitAlways
	for _, one := range [...]types{typeString, typeNumber, typeInteger, typeBoolean, typeArray, typeObject} {
		if item.types().has(one) {
			worst = max(worst, becomes(one, item, target, depth+1))
		}
	}
	return worst
}

// allowed finds constants that are none of the values that the target lists.
func (l *linter) allowed(e Expression, says *facets, pointer string, depth int) {
	if says.enum == nil || len(e.Transforms) > 0 || depth > MaxPartDepth {
		return
	}
	check := func(raw json.RawMessage, at string) {
		v := constantGiven(raw).types()
		if raw == nil || v == 0 || v.has(typeArray|typeObject|typeNull) || slices.Contains(says.enum, jsonText(raw)) {
			return
		}
		var values []string
		for _, one := range says.enum {
			values = append(values, rawValue(one).text())
		}
		l.find(SeverityError, FindNotAllowed, at, "The target takes none but "+listed(values, 8)+".", operations.Nearest(rawValue(jsonText(raw)).text(), values)...)
	}
	check(e.Value, pointer+"/value")
	if e.Switch != nil {
		for _, name := range slices.Sorted(maps.Keys(e.Switch.Cases)) {
			check(e.Switch.Cases[name], pointer+"/switch/cases/"+escapePointer(name))
		}
		check(e.Switch.Default, pointer+"/switch/default")
	}
	for i, part := range e.FirstOf {
		l.allowed(part.Expression, says, pointer+"/first_of/"+strconv.Itoa(i), depth+1)
	}
}

// listed writes texts with commas between.
func listed(texts []string, most int) string {
	var quoted []string
	for _, text := range texts[:min(len(texts), most)] {
		quoted = append(quoted, quoteShort(text))
	}
	if len(texts) > most {
		quoted = append(quoted, fmt.Sprintf("%d more", len(texts)-most))
	}
	return strings.Join(quoted, ", ")
}

// length finds texts that are longer than the target takes.
func (l *linter) length(g given, says *facets, takes, from types, pointer string) {
	if says.maxLength == 0 || !from.has(typeString) || takes != 0 && !takes.has(typeString) || g.says != nil && g.says.enum != nil {
		return
	}
	switch {
	case g.says == nil || g.says.maxLength == 0:
		if says.maxLength <= shortText {
			l.find(SeverityInfo, FindTooLong, pointer, fmt.Sprintf("The target takes %d characters at most; truncate cuts what is longer.", says.maxLength))
		}
	case g.says.maxLength > says.maxLength:
		l.find(SeverityWarning, FindTooLong, pointer, fmt.Sprintf("%s may have %d characters, and the target takes %d at most; truncate cuts what is longer.",
			g.name, g.says.maxLength, says.maxLength))
	}
}

// shortText is the longest text of a target of which it is worth saying that a text of unknown length may be longer.
const shortText = 255

// sameList finds a lookup in another list than the one that fills the target.
func (l *linter) sameList(rule Rule, says *facets, pointer string) {
	if rule.Lookup == nil || says.lookup == nil || l.document.Target == nil {
		return
	}
	connector, _, _ := strings.Cut(l.document.Target.Operation, ".")
	if want := connector + "." + says.lookup.Operation; rule.Lookup.Operation != want {
		l.find(SeverityInfo, FindOtherLookup, pointer+"/lookup/operation", "The list that fills "+rule.Target+" is "+want+".", want)
	}
}
