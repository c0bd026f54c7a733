package outreachtest

import (
	"maps"
	"slices"
)

// readOutput lets records look as an output shows them.
func (s *samples) readOutput(output map[string]any) {
	shown, isList := output["data"].([]any)
	if !isList {
		shown = []any{output["data"]}
	}
	for _, item := range shown {
		item, _ := item.(map[string]any)
		at, ok := identifierOf(item)
		if _, known := s.surface.byType[at.kind]; ok && known {
			s.show(s.add(at).with(), item)
		}
	}
}

func (s *samples) show(r *record, item map[string]any) {
	said := s.said(r.ref())
	attributes, _ := item["attributes"].(map[string]any)
	for name, value := range attributes {
		attribute, known := r.kind.attribute(name)
		if known && !said[name] && valueFault(attribute, value) == "" {
			r.values[name] = value
			said[name] = true
		}
	}
	relationships, _ := item["relationships"].(map[string]any)
	apart := s.bringsTogether(r.kind, relationships)
	for _, name := range slices.Sorted(maps.Keys(relationships)) {
		object, _ := relationships[name].(map[string]any)
		to, ok := identifierOf(object["data"])
		relationship, known := r.kind.Relationships[name]
		if ok && known && accepts(relationship, to.kind) && !said[name] && !(apart && (name == "prospect" || name == "sequence")) {
			if s.add(to) != nil {
				r.point(name, to)
				said[name] = true
			}
		}
	}
	r.derive()
	s.store.replace(r)
}

// bringsTogether tells whether an output shows as done what a sample is yet to do.
func (s *samples) bringsTogether(kind *resource, relationships map[string]any) bool {
	to := func(name string) ref {
		object, _ := relationships[name].(map[string]any)
		at, _ := identifierOf(object["data"])
		return at
	}
	return kind.Type == "sequenceState" && s.taken[[2]ref{to("prospect"), to("sequence")}]
}

// freePairs gives another prospect to each sequence state that stands in a sample's way.
func (s *samples) freePairs() {
	n := 0
	for _, state := range s.store.all("sequenceState") {
		prospect, _ := state.to("prospect")
		sequence, _ := state.to("sequence")
		if s.taken[[2]ref{prospect, sequence}] {
			changed := state.with()
			changed.point("prospect", ref{"prospect", int64(population()["prospect"] - 10 - n%20)})
			s.store.replace(changed)
			n++
		}
	}
}
