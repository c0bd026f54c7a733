package operations

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Throttler is a limit as data: at most Limit requests in each window of TTL, of which Burst at once, and at most
// Concurrent under way at a time, counted per Key.
type Throttler struct {
	Name  string  `json:"name"`
	TTL   Seconds `json:"ttl"`   // the window
	Limit int     `json:"limit"` // requests in a window; 0: any number, if there is a Concurrent
	Burst int     `json:"burst,omitempty"`
	// Concurrent is how many requests may be under way at once; 0: any number. A request is under way until its
	// answer has been read.
	Concurrent int `json:"concurrent,omitempty"`
	// Key is a template over {workspace}, {credential}, {connector}, {operation}, {method} and {input.field}, a string,
	// number or boolean at the top of the operation's input. Requests for which all of these are the same share the
	// limit. Empty: DefaultThrottlerKey.
	Key string `json:"key"`
	// Match is which requests count, as ParseMatch reads it: "POST /chat.postMessage", "PUT|DELETE /issue/*". Empty:
	// every one.
	Match   string `json:"match,omitempty"`
	Enabled bool   `json:"enabled"`
}

// DefaultThrottlerKey counts per credential.
const DefaultThrottlerKey = "{workspace}/{credential}"

// Matches tells whether a request counts: its method, and its path below the connector's base path. A Match that cannot
// be read is held against every request.
func (t Throttler) Matches(method, path string) bool {
	match, err := ParseMatch(t.Match)
	return err != nil || match.Fits(method, path)
}

// Validate says what is wrong with a throttler.
func (t Throttler) Validate() error {
	switch {
	case t.Name == "":
		return errors.New("a throttler lacks a name")
	case t.Limit < 0 || t.Burst < 0 || t.Concurrent < 0 || t.TTL < 0:
		return fmt.Errorf("throttler %s: a number is negative", t.Name)
	case t.Limit == 0 && t.Concurrent == 0:
		return fmt.Errorf("throttler %s has neither a limit nor a bound on what is under way at once", t.Name)
	case t.Limit > 0 && t.TTL == 0:
		return fmt.Errorf("throttler %s lacks the window of its limit", t.Name)
	}
	if _, err := t.Placeholders(); err != nil {
		return fmt.Errorf("throttler %s: %w", t.Name, err)
	}
	if _, err := ParseMatch(t.Match); err != nil {
		return fmt.Errorf("throttler %s: %w", t.Name, err)
	}
	return nil
}

// Placeholders lists what the key is made of, without braces: "credential", "input.channel". The rest of a key's text is
// of no account. The list holds what can be read of a malformed key too.
func (t Throttler) Placeholders() ([]string, error) {
	key := t.Key
	if key == "" {
		key = DefaultThrottlerKey
	}
	var names []string
	for {
		before, after, opened := strings.Cut(key, "{")
		name, rest, closed := strings.Cut(after, "}")
		switch {
		case strings.Contains(before, "}") || opened && !closed:
			return names, errors.New("a brace of its key has no other half")
		case !opened:
			return names, nil
		case !isPlaceholder(name):
			return names, fmt.Errorf("its key holds {%s}, which is not known", name)
		case !slices.Contains(names, name):
			names = append(names, name)
		}
		key = rest
	}
}

func isPlaceholder(name string) bool {
	field, ofInput := strings.CutPrefix(name, "input.")
	if !ofInput {
		return slices.Contains([]string{"workspace", "credential", "connector", "operation", "method"}, name)
	}
	return field != "" && len(field) <= 64 && !strings.ContainsFunc(field, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		return !letter && (r < '0' || r > '9') && r != '_' && r != '-'
	})
}

// Seconds is a length of time that JSON shows as a number of seconds.
type Seconds time.Duration

// Duration converts s for use with package time.
func (s Seconds) Duration() time.Duration { return time.Duration(s) }

// MarshalJSON writes s as a number of seconds, with a fraction where it has one.
func (s Seconds) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(s).Seconds())
}

// UnmarshalJSON reads a number of seconds.
func (s *Seconds) UnmarshalJSON(data []byte) error {
	var seconds float64
	if err := json.Unmarshal(data, &seconds); err != nil {
		return fmt.Errorf("reading a number of seconds: %w", err)
	}
	*s = Seconds(seconds * float64(time.Second))
	return nil
}
