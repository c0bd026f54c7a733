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

// given is what is known of the value of an expression.
type given struct {
	place
	says *facets // of the schema that it comes from; nil: nothing, or transforms have changed it
	name string  // for sentences
}

func givenTypes(t types, name string) given {
	return given{place: place{known: &shape{types: t}}, name: name}
}

// expression looks at an expression and tells what it gives.
func (l *linter) expression(e Expression, pointer string, s scope, depth int) given {
	if l.work++; depth > MaxPartDepth || l.work > MaxParts+MaxRules || len(e.Kinds()) != 1 {
		return given{name: "the value"}
	}
	g := l.origin(e, pointer, s, depth)
	for i, t := range e.Transforms {
		g = l.transform(t, pointer+"/transforms/"+strconv.Itoa(i), g)
	}
	return g
}

func (l *linter) origin(e Expression, pointer string, s scope, depth int) given {
	at := pointer + "/" + e.Kinds()[0]
	switch e.Kinds()[0] {
	case KindSource:
		if depth > 0 {
			at = pointer
		}
		return l.path(e.Source, at, s)
	case KindValue:
		return constantGiven(e.Value)
	case KindTemplate:
		l.template(e.Template, at, s)
		return givenTypes(typeString, "the text")
	case KindLookup:
		l.lookup(*e.Lookup, at, s, depth)
		return given{name: "what the lookup finds"}
	case KindSwitch:
		return l.table(*e.Switch, at, s, depth)
	case KindConcat:
		for i, part := range e.Concat.Parts {
			l.scalarPart(part, at+"/parts/"+strconv.Itoa(i), s, depth)
		}
		return givenTypes(typeString, "the text")
	}
	return l.firstOf(e.FirstOf, at, s, depth)
}

func (l *linter) path(text, pointer string, s scope) given {
	p, err := parsePath(text)
	if err != nil {
		return given{name: text}
	}
	found := l.follow(s, p, pointer)
	return given{place: found, says: l.source.known.says[found.known], name: text}
}

func constantGiven(raw json.RawMessage) given {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return given{name: "the value"}
	}
	count := 0
	g := given{place: place{known: sampleShape(v, &count)}, name: "the value"}
	switch v := v.(type) {
	case nil:
		g.known = &shape{types: typeNull}
	case string:
		g.says = &facets{maxLength: max(characters(v), 1)}
	case float64:
		if _, problem := wholeNumber(strings.TrimSpace(string(raw))); problem == "" {
			g.known.types = typeInteger
		}
	}
	return g
}

// scalarPart looks at a part that is to be a text, or a list of texts.
func (l *linter) scalarPart(part Part, pointer string, s scope, depth int) given {
	g := l.expression(part.Expression, pointer, s, depth+1)
	if only(g.types(), typeObject) || only(g.types(), typeArray) && only(g.item().types(), typeObject) {
		l.find(SeverityError, FindTypeClash, pointer, g.name+" is "+g.types().String()+"; name a field of it.")
	}
	return g
}

// only tells whether types are known to be nothing but one, or null.
func only(t, one types) bool { return t&^typeNull == one }

// template looks at the paths of a template.
func (l *linter) template(text, pointer string, s scope) {
	if len(text) > MaxTemplateBytes {
		return
	}
	for _, inner := range placeholders(text) {
		if l.work++; l.work > MaxParts+MaxRules {
			return
		}
		pieces := splitPipes(inner)
		g := l.path(strings.TrimSpace(pieces[0]), pointer, s)
		for _, name := range pieces[1:] {
			g = l.transform(Transform{Name: strings.TrimSpace(name)}, pointer, g)
		}
		if only(g.types(), typeObject) {
			l.find(SeverityError, FindTypeClash, pointer, g.name+" is an object; name a field of it.")
		}
	}
}

// placeholders gives what stands between {{ and }}.
func placeholders(text string) []string {
	var all []string
	for rest := text; ; {
		_, after, found := strings.Cut(rest, "{{")
		if !found {
			return all
		}
		if strings.HasPrefix(after, "{{") {
			rest = after[2:]
			continue
		}
		inner, behind, closed := cutClosing(after)
		if !closed {
			return all
		}
		all, rest = append(all, inner), behind
	}
}

func (l *linter) firstOf(parts []Part, pointer string, s scope, depth int) given {
	joined, sure := given{name: "the value"}, -1
	anything := false
	union := types(0)
	for i, part := range parts {
		at := pointer + "/" + strconv.Itoa(i)
		g := l.expression(part.Expression, at, s, depth+1)
		if sure >= 0 {
			l.find(SeverityWarning, FindUnreachableRule, at, fmt.Sprintf("Part %d always has a value, so this one is never taken.", sure+1))
			continue
		}
		if part.always(depth+1) && !part.blankValue() {
			sure = i
		}
		union |= g.types()
		anything = anything || g.types() == 0
	}
	if !anything {
		joined.known = &shape{types: union}
	}
	return joined
}

// table looks at a switch.
func (l *linter) table(sw Switch, pointer string, s scope, depth int) given {
	on := l.scalarPart(sw.On, pointer+"/on", s, depth)
	l.cases(sw, pointer, on)
	t, anything := types(0), false
	add := func(raw json.RawMessage) {
		one := constantGiven(raw).types()
		t |= one
		anything = anything || one == 0
	}
	for _, name := range slices.Sorted(maps.Keys(sw.Cases)) {
		add(sw.Cases[name])
	}
	if sw.Default != nil {
		add(sw.Default)
	}
	if anything {
		return given{name: "what the table gives"}
	}
	if only(on.types(), typeArray) {
		return given{place: place{known: &shape{types: typeArray, items: &shape{types: t}}}, name: "what the table gives"}
	}
	return givenTypes(t, "what the table gives")
}

// cases holds the cases of a switch against the values that are known to come.
func (l *linter) cases(sw Switch, pointer string, on given) {
	if on.says == nil || on.says.enum == nil {
		return
	}
	key := func(name string) string {
		if sw.IgnoreCase {
			return strings.ToLower(name)
		}
		return name
	}
	comes, has := map[string]bool{}, map[string]bool{}
	for name := range sw.Cases {
		has[key(name)] = true
	}
	for _, raw := range on.says.enum {
		text := key(rawValue(raw).text())
		comes[text] = true
		if !has[text] && sw.Default == nil && (sw.OnMiss == "" || sw.OnMiss == OnMissError) {
			l.find(SeverityWarning, FindMissingCase, pointer+"/cases", on.name+" may be "+quoteShort(text)+", for which there is neither a case nor a default.")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sw.Cases)) {
		if !comes[key(name)] {
			l.find(SeverityWarning, FindPointless, pointer+"/cases/"+escapePointer(name), on.name+" is never "+quoteShort(name)+".",
				operations.Nearest(name, slices.Sorted(maps.Keys(comes)))...)
		}
	}
}
