package outreachtest

// created is what else happens when a record is made.
func (x *exchange) created(r *record) {
	switch r.kind.Type {
	case "sequenceState":
		x.event("sequence_state_created", r)
	case "sequenceStep":
		if at, ok := r.to("sequence"); ok {
			x.store.countSteps(at)
		}
	}
}

// changed is what else happens when a record is changed.
func (x *exchange) changed(before, r *record) {
	was, _ := before.to("stage")
	if is, ok := r.to("stage"); ok && is != was && r.kind.Type == "prospect" {
		x.event("prospect_stage_changed", r)
	}
}

// countSteps sets how many steps a sequence has.
func (s *store) countSteps(sequence ref) {
	found, ok := s.get(sequence)
	if !ok {
		return
	}
	steps := 0
	for _, step := range s.all("sequenceStep") {
		if at, _ := step.to("sequence"); at == sequence {
			steps++
		}
	}
	changed := found.with()
	changed.set("sequenceStepCount", number(steps))
	s.replace(changed)
}

// event records that something happened to a record.
func (x *exchange) event(name string, about *record) {
	e := newRecord(x.surface.byType["event"])
	e.set("name", name)
	e.set("eventAt", stamp(x.now))
	e.set("createdAt", stamp(x.now))
	e.point(about.kind.Type, about.ref())
	for _, relation := range []string{"prospect", "account", "sequence", "user"} {
		e.follow(relation, about)
	}
	x.store.insert(e) // a full store forgets what happens
}

// dependents are the records that make no sense without the one about to be deleted.
func (x *exchange) dependents(gone ref) []ref {
	kinds := map[string][]string{"prospect": {"sequenceState", "phoneNumber"}, "sequence": {"sequenceState", "sequenceStep"}}
	var found []ref
	for _, kind := range kinds[gone.kind] {
		for _, r := range x.store.all(kind) {
			if at, _ := r.to(gone.kind); at == gone {
				found = append(found, r.ref())
			}
		}
	}
	return found
}
