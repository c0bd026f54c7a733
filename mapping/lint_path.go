package mapping

import ()

// source is what is known of source documents.
type source struct {
	known  outline
	sample outline
}

// place is where a path has led: by the schema, and in the sample.
type place struct {
	known  *shape // nil: anything
	sample *shape // nil: the sample has nothing there, or there is none
}

// scope is the places that open scopes read: the source document, then items.
type scope []place

// types are those of the schema; where it says nothing, those of the sample. 0: any.
func (p place) types() types {
	if t := p.known.allows(); t != 0 || p.sample == nil {
		return t
	}
	return p.sample.types
}

func (p place) item() place { return place{known: p.known.item(), sample: p.sample.item()} }

// listOfPlace is a list whose items are that place.
func listOfPlace(p place) place {
	listed := place{known: &shape{types: typeArray, items: p.known}}
	if p.sample != nil {
		listed.sample = &shape{types: typeArray, items: p.sample}
	}
	return listed
}

// walk is a path on its way.
type walk struct {
	place
	says   outline
	mapped bool   // the place is one of the items of a list that is made
	strays string // the component that led nowhere; "": none
	closed bool   // and the schema leaves no room for it
	lost   int    // bytes of the path before it
	around place  // where it was looked for
	at     int    // bytes of the path before the component that is looked for
	loose  bool   // from here on nothing is known
}

// follow gives where a source path leads, and finds fault with it.
func (l *linter) follow(s scope, p path, pointer string) place {
	from := s[len(s)-1]
	if p.root {
		from = s[0]
	}
	w := walkPath(l.source.known, from, p)
	if w.strays == "" {
		return w.place
	}
	severity, has, why := SeverityInfo, "may have", "the schema does not list it, and lets others be"
	if w.closed {
		severity, has, why = SeverityError, "has", "there is no "+quoteShort(w.strays)
		if t := w.around.types(); t != 0 && !t.has(typeObject) {
			why = "what stands before " + quoteShort(w.strays) + " is " + t.String()
		}
	}
	var nearest []string
	if l.named++; l.named <= maxNamed {
		nearest = l.nearestPaths(w, from, p)
	}
	l.find(severity, FindUnknownPath, pointer, "The source "+has+" nothing at "+quoteShort(p.shown)+": "+why+".", nearest...)
	return w.place
}

// walkPath follows a path.
func walkPath(says outline, from place, p path) walk {
	w := walk{place: from, says: says}
	for _, components := range p.pipes {
		for i, c := range components {
			if w.step(c, i+1 == len(components)); w.closed || w.loose {
				return w
			}
			w.at += len(c.text) + 1
		}
		w.wrap()
	}
	return w
}

// walkText follows a path that is known to be well formed; one that is not leads anywhere.
func walkText(says outline, from place, text string) walk {
	p, err := parsePath(text)
	if err != nil {
		return walk{loose: true}
	}
	return walkPath(says, from, p)
}

// wrap ends the going through items one by one.
func (w *walk) wrap() {
	if w.mapped {
		w.place, w.mapped = listOfPlace(w.place), false
	}
}

// step takes one component.
func (w *walk) step(c component, last bool) {
	switch {
	case c.text == "@this" || c.text == "@reverse":
	case c.text == "@keys":
		w.place = place{known: &shape{types: typeArray, items: &shape{types: typeString}}}
	case c.kind == modifierStep, c.kind == wildStep:
		w.place, w.loose = place{}, true
	case c.kind == itemsStep && last:
		w.place = place{known: &shape{types: typeInteger}}
	case c.kind == nameStep:
		w.name(c.name)
	default:
		w.items(c)
	}
}

func (w *walk) items(c component) {
	if t := w.types(); t != 0 && !t.has(typeArray) {
		w.stray(c.text, true)
		return
	}
	every := c.kind != queryStep
	if every && w.mapped { // a list in each item
		w.place, w.mapped, w.loose = place{}, false, true
		return
	}
	w.place, w.mapped = w.item(), w.mapped || every
}

func (w *walk) name(name pathName) {
	if t := w.types(); t != 0 && !t.has(typeObject) {
		if t.has(typeArray) && name.index >= 0 {
			w.place = w.item()
			return
		}
		w.stray(name.name, true)
		return
	}
	next, listed := w.member(name.name)
	switch {
	case listed || w.known == nil && w.sample == nil:
		w.place = next
	case w.types().has(typeArray) && name.index >= 0:
		w.place = w.item()
	default:
		room := w.known == nil || !w.known.closed && (len(w.known.names) == 0 || w.says.of(w.known).open)
		w.stray(name.name, !room)
		if room {
			w.place = next
		}
	}
}

// member is where a name leads, and whether the schema or the sample has it.
func (w *walk) member(name string) (next place, listed bool) {
	if w.sample != nil {
		next.sample, listed = w.sample.properties[name]
	}
	if w.known == nil {
		return next, listed
	}
	known, has := w.known.properties[name]
	if !has {
		known = w.known.additional
	}
	next.known = known
	return next, listed || has
}

// stray notes the first component that leads nowhere. If nothing can be there, the walk ends.
func (w *walk) stray(name string, closed bool) {
	if w.strays == "" {
		w.strays, w.lost, w.around = name, w.at, w.place
	}
	if closed {
		w.strays, w.lost, w.around, w.place, w.closed = name, w.at, w.place, place{}, true
	}
}
