package operations

import (
	"encoding/json"
	"fmt"
	"time"
)

// Throttler is a limit as data: at most Limit requests in each window of TTL, of which Burst at once, counted
// per Key.
type Throttler struct {
	Name    string  `json:"name"`
	TTL     Seconds `json:"ttl"`   // the window
	Limit   int     `json:"limit"` // requests in a window
	Burst   int     `json:"burst,omitempty"`
	Key     string  `json:"key"` // a template over {workspace}, {credential}, {connector}, {operation}, {method}
	Enabled bool    `json:"enabled"`
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
