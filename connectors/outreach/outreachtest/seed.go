package outreachtest

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// newSeed is what a sandbox starts with: always the same records.
func newSeed(s surface) *store {
	b := &builder{surface: s, store: newStore(s)}
	counts := population()
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		for n := range counts[kind] {
			b.add(ref{kind, int64(n + 1)})
		}
	}
	b.addSamples()
	for _, sequence := range b.store.all("sequence") {
		b.store.countSteps(sequence.ref())
	}
	return b.store
}

// population is how many records of each kind there are, beside those that samples name.
func population() map[string]int {
	return map[string]int{
		"account": len(companies()), "audit": 60, "auditLog": 60, "call": 60, "callDisposition": 5, "callPurpose": 5,
		"complianceRequest": 4, "event": 150, "mailAlias": 8, "mailbox": 8, "mailing": 150, "opportunity": 40,
		"opportunityProspectRole": 60, "opportunityStage": 6, "persona": 3, "phoneNumber": 120, "profile": 2,
		"prospect": 120, "recipient": 60, "role": 3, "ruleset": 2, "schedule": 2, "sequence": 12, "sequenceState": 90,
		"sequenceStep": 48, "stage": 8, "task": 60, "taskDisposition": 3, "taskPriority": 4, "taskPurpose": 3, "team": 2,
		"template": 15, "user": 8,
	}
}

// builder makes the records of the seed.
type builder struct {
	surface surface
	store   *store
}

// draft is a record of the seed while it is made.
type draft struct {
	*record
	n      int // counts the records of its kind from 0
	random *rand.Rand
}

// add makes a record out of nothing but its kind and id, unless it is there.
func (b *builder) add(at ref) *record {
	if r, ok := b.store.get(at); ok {
		return r
	}
	kind, ok := b.surface.byType[at.kind]
	if !ok {
		return nil
	}
	d := draft{record: newRecord(kind), n: int(at.id - 1), random: rand.New(rand.NewPCG(7, uint64(at.id)))}
	d.id = at.id
	created := time.Date(2025, 2, 3, 8, 0, 0, 0, time.UTC).Add(time.Duration(d.n%400) * 11 * time.Hour)
	d.moment("createdAt", created)
	d.moment("updatedAt", created.Add(time.Duration(d.random.IntN(90*24))*time.Hour))
	d.link("creator", "user")
	d.link("updater", "user")
	if fill, ok := makers()[at.kind]; ok {
		fill(d, created)
	} else {
		d.put("name", kind.Type+" "+strconv.Itoa(d.n+1))
	}
	d.derive()
	b.store.insert(d.record)
	return d.record
}

func number(n int) json.Number { return json.Number(strconv.Itoa(n)) }

// put sets an attribute that the kind of record has. Integers become json.Number, lists of strings []any.
func (d draft) put(name string, value any) {
	switch v := value.(type) {
	case int:
		value = number(v)
	case []string:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = item
		}
		value = list
	}
	d.set(name, value)
}

func (d draft) moment(name string, t time.Time) { d.put(name, stamp(t)) }

// link points a relationship to one of the seed's records of a kind, another one for each n.
func (d draft) link(relation, kind string) { d.linkTo(relation, kind, d.n) }

func (d draft) linkTo(relation, kind string, n int) {
	d.point(relation, ref{kind, int64(n%population()[kind] + 1)})
}

// pick takes the item for n, going round.
func pick[T any](n int, items ...T) T { return items[n%len(items)] }
