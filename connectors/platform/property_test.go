package platform_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

var (
	propertySeed  = flag.Uint64("property.seed", 0, "seed of TestProperty; 0: a new one each time")
	propertySteps = flag.Int("property.steps", 10_000, "steps of TestProperty in all")
)

// propertyWorlds are tried at the same time, each on a database of its own: what a step costs grows with what is there.
const propertyWorlds = 4

// TestProperty does random things to the platform and to a model of it, which keeps everything in memory and knows no
// SQL, and wants the same answers from both. A resource joins with rules of its own.
func TestProperty(t *testing.T) {
	t.Parallel()
	seed := cmp.Or(*propertySeed, rand.Uint64())
	t.Logf("repeat with -property.seed=%d", seed)
	steps := *propertySteps / propertyWorlds
	if testing.Short() {
		steps = min(steps, 250)
	}
	for n := range uint64(propertyWorlds) {
		t.Run(strconv.FormatUint(n+1, 10), func(t *testing.T) {
			t.Parallel()
			newWorld(t, seed+n).live(steps)
		})
	}
}

// live does so many steps.
func (w *world) live(steps int) {
	rules := slices.Concat(ticketRules(), commentRules(), accountRules(), settingsRules())
	total := 0
	for _, r := range rules {
		total += r.weight
	}
	for w.step = range steps {
		w.tick()
		n := w.random.IntN(total)
		for _, r := range rules {
			if n -= r.weight; n < 0 {
				r.do(w)
				break
			}
		}
		if w.t.Failed() {
			w.t.Fatalf("step %d", w.step)
		}
	}
	w.checkEvents()
}

// rule is one thing that can be done.
type rule struct {
	weight int
	do     func(w *world)
}

// world is the platform and its model side by side.
type world struct {
	t      *testing.T
	hub    *hub
	random *rand.Rand
	step   int
	now    time.Time
	spaces map[string]*space
	space  *space // in which the step happens
}

// space is the model of a workspace.
type space struct {
	name     string
	clock    time.Time // of the last change: time does not run backwards
	tickets  []*modelTicket
	comments []*modelComment
	events   []modelEvent
	users    map[string]string // caller → id
	accountModel
	settingsModel
}

type modelEvent struct{ Type, Entity string }

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{
		t: t, random: rand.New(rand.NewPCG(seed, 0)), now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), spaces: map[string]*space{},
	}
	w.hub = newHub(t, platform.Options{Now: func() time.Time { return w.now }})
	for _, name := range []string{"one", "two"} {
		if err := platform.Seed(t.Context(), w.hub.store, name); err != nil {
			t.Fatal(err)
		}
		w.spaces[name] = &space{name: name, users: map[string]string{}}
		w.space = w.spaces[name]
		w.adopt()
	}
	return w
}

// adopt takes over into the model what the seed has made, by reading it.
func (w *world) adopt() {
	for _, event := range w.must("list_events", object{"limit": 1000})["events"].([]any) {
		e := event.(object)
		w.space.events = append(w.space.events, modelEvent{e["type"].(string), e["entityId"].(string)})
	}
	w.space.clock = time.Now().UTC()
	w.now = w.space.clock.Truncate(time.Second).Add(time.Hour)
	w.adoptTickets()
	w.adoptAccounts()
	w.adoptSettings()
}

// tick moves the clock, at times backwards, and picks the workspace of the step.
func (w *world) tick() {
	w.now = w.now.Add(time.Duration(w.random.IntN(5000)-500) * time.Millisecond)
	w.space = w.spaces[pick(w, "one", "two")]
}

// changed is the time of a change that happens now.
func (w *world) changed() time.Time {
	if w.now.After(w.space.clock) {
		w.space.clock = w.now
	}
	return w.space.clock
}

func (w *world) event(kind, entity string) {
	w.space.events = append(w.space.events, modelEvent{kind, entity})
}

// object is a JSON object.
type object = map[string]any

// call asks the platform.
func (w *world) call(operation string, input object) (object, operations.Code) {
	w.t.Helper()
	encoded, err := json.Marshal(input)
	if err != nil {
		w.t.Fatal(err)
	}
	result, err := w.hub.in(w.space.name).by(w.caller()).call(w.t.Context(), operation, string(encoded))
	if err != nil {
		e := operations.AsError(err)
		if e.Code == operations.CodeInternal {
			w.t.Errorf("%s %s: %v", operation, encoded, e.Err)
		}
		return nil, e.Code
	}
	for _, warning := range result.Meta.Warnings {
		w.t.Errorf("%s %s: %s", operation, encoded, warning)
	}
	var out object
	if err := json.Unmarshal(result.Output, &out); err != nil {
		w.t.Fatal(err)
	}
	return out, ""
}

// caller is who asks in this step.
func (w *world) caller() string {
	if w.step%3 == 0 {
		return "key_a"
	}
	return "key_b"
}

// must is call where a failure is a fault.
func (w *world) must(operation string, input object) object {
	w.t.Helper()
	out, code := w.call(operation, input)
	if code != "" {
		w.t.Fatalf("step %d: %s %v: %s", w.step, operation, input, code)
	}
	return out
}

// agree calls an operation and wants the code that the model expects; with "", it gives the answer.
func (w *world) agree(operation string, input object, want operations.Code) (object, bool) {
	w.t.Helper()
	out, code := w.call(operation, input)
	if code != want {
		w.t.Errorf("step %d: %s %v: got %q, the model says %q", w.step, operation, input, code, want)
		return nil, false
	}
	return out, code == ""
}

// same compares an answer with what the model says.
func (w *world) same(operation string, input object, want, got any) {
	w.t.Helper()
	encoded, err := json.Marshal(want)
	if err != nil {
		w.t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(encoded, &plain); err != nil {
		w.t.Fatal(err)
	}
	if diff := gocmp.Diff(plain, got); diff != "" {
		w.t.Errorf("step %d: %s %v (-model +platform):\n%s", w.step, operation, input, diff)
	}
}

// version picks what a change says of the version: nothing, the right one, or a wrong one, which is a conflict.
func (w *world) version(input object, right int) operations.Code {
	switch w.random.IntN(4) {
	case 0:
		input["version"] = right
	case 1:
		input["version"] = right + 1
		return operations.CodeConflict
	}
	return ""
}

// walk reads all pages of a list, of any size, and gives the records.
func (w *world) walk(operation, items string, input object) ([]object, object) {
	w.t.Helper()
	input["limit"] = 1 + w.random.IntN(100)
	var all []object
	var first object
	for {
		page := w.must(operation, input)
		if first == nil {
			first = page
		}
		for _, item := range page[items].([]any) {
			all = append(all, item.(object))
		}
		next, more := page["nextCursor"].(string)
		if !more || w.t.Failed() {
			return all, first
		}
		input["cursor"] = next
	}
}

// checkEvents wants the events to be what the model saw happen, in order.
func (w *world) checkEvents() {
	for _, w.space = range w.spaces {
		var got []modelEvent
		after := "0"
		for more := true; more; {
			page := w.must("list_events", object{"after": after, "limit": 1000})
			for _, event := range page["events"].([]any) {
				e := event.(object)
				got = append(got, modelEvent{e["type"].(string), e["entityId"].(string)})
			}
			after, more = page["nextCursor"].(string), page["hasMore"].(bool)
		}
		if diff := gocmp.Diff(w.space.events, got); diff != "" {
			w.t.Errorf("events of %s (-model +platform):\n%s", w.space.name, diff)
		}
	}
}

func pick[V any](w *world, values ...V) V { return values[w.random.IntN(len(values))] }

func (w *world) chance(percent int) bool { return w.random.IntN(100) < percent }

// text makes a text of few different words.
func (w *world) text(words int) string {
	text := ""
	for range 1 + w.random.IntN(words) {
		text += pick(w, "printer", "fire", "login", "invoice", "order", "slow", "Über", "naïve", "42", "don't", "a-b", `"quoted"`) + " "
	}
	return text
}

func instant(t time.Time) string { return t.Truncate(time.Microsecond).Format(time.RFC3339Nano) }
