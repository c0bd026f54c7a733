package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// maxRules bounds how many throttlers an operation may have for its limits to be remembered.
const maxRules = 256

// ruleSet is a set of a plan's rules.
type ruleSet [maxRules / 64]uint64

func (s *ruleSet) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s *ruleSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s *ruleSet) meets(other *ruleSet) bool {
	return s[0]&other[0]|s[1]&other[1]|s[2]&other[2]|s[3]&other[3] != 0
}

// plan is what the limits of an operation's requests are made of, as far as it does not depend on the request.
type plan struct {
	connector, operation string // escaped, for keys
	rules                []rule
	always               ruleSet          // rules without a match
	byInput, byMethod    ruleSet          // rules whose key holds a field of the input, or the method
	exact                map[string][]int // rules that fit one path
	wild                 []int            // the other rules
	meters               *meters
}

// planKey tells plans apart. Throttlers and overrides count by where they lie: they are kept, so that nothing else can
// come to lie there.
type planKey struct {
	connector, importer, operation string
	first, second                  *operations.Throttler
	firsts, seconds                int
	overrides                      *OverrideSet
}

func (g *Gateway) planOf(connector *operations.Connector, operation *operations.Spec, credential *operations.Credential) *plan {
	key := planKey{
		connector: connector.Name, operation: operation.Name,
		firsts: len(connector.Throttlers), seconds: len(operation.Throttlers),
		overrides: g.overridesFor(connector, credential),
	}
	if connector.Import != nil {
		key.importer = connector.Import.Workspace
	}
	if key.firsts > 0 {
		key.first = &connector.Throttlers[0]
	}
	if key.seconds > 0 {
		key.second = &operation.Throttlers[0]
	}
	if known, ok := g.plans.get(key); ok {
		return known
	}
	return g.plans.put(key, newPlan(connector, operation, key.overrides, g.metrics))
}

func newPlan(connector *operations.Connector, operation *operations.Spec, overrides *OverrideSet, metrics *Metrics) *plan {
	p := &plan{
		connector: url.PathEscape(connector.Name), operation: url.PathEscape(operation.Name),
		exact: map[string][]int{},
	}
	metered := connector.Name
	if origin := connector.Import; origin != nil {
		metered = imported
		p.connector = url.PathEscape(origin.Workspace) + "." + p.connector // another's may have the same name
	}
	p.meters = metrics.of(metered)
	for i, list := range [...][]operations.Throttler{connector.Throttlers, operation.Throttlers} {
		for j := range list {
			t, set := overrides.Overridden([...]string{"", operation.Name}[i], &list[j])
			if held(t) && len(p.rules) < maxRules {
				r := newRule(t, i == 1)
				r.overridden = set
				p.add(r)
			}
		}
	}
	return p
}

// held tells whether a throttler limits anything.
func held(t *operations.Throttler) bool {
	return t.Enabled && (t.Limit > 0 && t.TTL > 0 || t.Concurrent > 0)
}

func (p *plan) add(r rule) {
	i := len(p.rules)
	p.rules = append(p.rules, r)
	if len(r.inputs) > 0 {
		p.byInput.add(i)
	}
	if r.method {
		p.byMethod.add(i)
	}
	path, exact := r.match.Exact()
	switch {
	case r.throttler.Match == "" || r.malformed:
		p.always.add(i)
	case exact:
		path = strings.TrimSuffix(path, "/")
		p.exact[path] = append(p.exact[path], i)
	default:
		p.wild = append(p.wild, i)
	}
}

// fitting picks the rules for a request.
func (p *plan) fitting(base operations.Base, request *http.Request) ruleSet {
	set := p.always
	if len(p.exact)+len(p.wild) == 0 {
		return set
	}
	path, ok := base.Below(request.URL)
	if !ok {
		return set
	}
	if strings.Contains(path, "%") { // may be another spelling of a path that is known
		for _, list := range p.exact {
			p.addFitting(&set, list, request.Method, path)
		}
	} else {
		p.addFitting(&set, p.exact[strings.TrimSuffix(path, "/")], request.Method, path)
	}
	p.addFitting(&set, p.wild, request.Method, path)
	return set
}

func (p *plan) addFitting(set *ruleSet, rules []int, method, path string) {
	for _, i := range rules {
		if p.rules[i].match.Fits(method, path) {
			set.add(i)
		}
	}
}
