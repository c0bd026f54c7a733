package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchbay/patchbay/operations"
)

// limitLine is a limit, and how it stands.
type limitLine struct {
	Connector     string             `json:"connector"`
	Credential    string             `json:"credentialId"`
	Name          string             `json:"name"`
	Operation     string             `json:"operation"`
	Match         string             `json:"match"`
	Method        string             `json:"method"`
	Limit         int                `json:"limit"`
	WindowSeconds operations.Seconds `json:"windowSeconds"`
	Burst         int                `json:"burst"`
	Concurrent    int                `json:"concurrent"`
	Overridden    bool               `json:"overridden"`
	Left          *int               `json:"left"`
	Reset         time.Time          `json:"reset"`
	PausedUntil   time.Time          `json:"pausedUntil"`
	Reason        string             `json:"reason"`
	UnderWay      int                `json:"underWay"`
	Waiting       int                `json:"waiting"`
}

// breakerLine is a service that has failed.
type breakerLine struct {
	Connector  string    `json:"connector"`
	Credential string    `json:"credentialId"`
	Origin     string    `json:"origin"`
	State      string    `json:"state"`
	Failures   int       `json:"failures"`
	Until      time.Time `json:"until"`
	Reason     string    `json:"reason"`
}

func newLimits(c console) *cobra.Command {
	var settings config
	var credential, connector string
	cmd := &cobra.Command{
		Use:   "limits",
		Short: "Show limits, what is left of them, and services that fail; set them",
		Long: `Show the limits of each credential, how much is left of them, what they are paused for, and services that fail.

What is left is what the hub asked knows: that is the running one at --server. On a data folder everything is left, since
nothing is being sent. An asterisk marks what has been set in place of what the connector declares.`,
		Example: `  patchbay limits --server http://127.0.0.1:8080 --credential cred_…
  patchbay limits set outreach outreach-user-hour --limit 2000      # another system shares the account
  patchbay limits set slack conversations.history-distributed --enabled
  patchbay limits unset outreach outreach-user-hour
  patchbay limits list`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return settings.withHub(cmd, c, func(hub *client) error {
				return showLimits(cmd.Context(), hub, c.printerTo(c.out), credential, connector, wantJSON(cmd))
			})
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	cmd.Flags().StringVar(&credential, "credential", "", "only of this credential: its `id`")
	completeFlagWith(cmd, "credential", completeCredential(c, &settings))
	cmd.Flags().StringVar(&connector, "connector", "", "only of this `connector`")
	cmd.AddCommand(overrideListing().command(c, "List what is set in place of declared limits"), newLimitsSet(c), newLimitsUnset(c))
	return cmd
}

// showLimits prints the limits of all pages, and the breakers, if there are any.
func showLimits(ctx context.Context, hub *client, p printer, credential, connector string, raw bool) error {
	query := url.Values{"limit": {"200"}}
	for name, value := range map[string]string{"credentialId": credential, "connector": connector} {
		if value != "" {
			query.Set(name, value)
		}
	}
	var limits []limitLine
	var breakers []breakerLine
	for {
		var page struct {
			Limits   []limitLine   `json:"limits"`
			Breakers []breakerLine `json:"breakers"`
			Next     string        `json:"next_cursor"`
		}
		document, err := hub.get(ctx, "/v1/limits?"+query.Encode(), &page)
		if err != nil {
			return err
		}
		if raw {
			p.document(document)
		}
		limits, breakers = append(limits, page.Limits...), append(breakers, page.Breakers...)
		if page.Next == "" {
			break
		}
		query.Set("cursor", page.Next)
	}
	if !raw {
		p.limits(limits, breakers)
	}
	return nil
}

func (p printer) limits(limits []limitLine, breakers []breakerLine) {
	rows := make([][]string, len(limits))
	for i, l := range limits {
		rows[i] = []string{l.Connector, cmp.Or(l.Credential, "-"), l.name(), l.allowed(), l.left(), l.state()}
	}
	p.table("", []string{"CONNECTOR", "CREDENTIAL", "LIMIT", "ALLOWED", "LEFT", "STATE"}, rows)
	if len(breakers) == 0 {
		return
	}
	rows = make([][]string, len(breakers))
	for i, b := range breakers {
		rows[i] = []string{b.Connector, cmp.Or(b.Credential, "-"), b.Origin, b.state()}
	}
	p.printf("\n")
	p.table("", []string{"CONNECTOR", "CREDENTIAL", "FAILING SERVICE", "STATE"}, rows)
}

func (l limitLine) name() string {
	name := l.Name
	if l.Operation != "" {
		name = l.Operation + "." + name
	}
	if l.Method != "" {
		name += " " + l.Method
	}
	if l.Overridden {
		name += " *"
	}
	return name
}

func (l limitLine) allowed() string {
	return allowed(l.Limit, l.WindowSeconds, l.Burst, l.Concurrent)
}

// allowed writes "10000 requests in 1h, 50 at once, 3 under way".
func allowed(limit int, window operations.Seconds, burst, concurrent int) string {
	var parts []string
	if limit > 0 {
		parts = append(parts, fmt.Sprintf("%d requests in %s", limit, span(window)))
	}
	if burst > 0 {
		parts = append(parts, fmt.Sprintf("%d at once", burst))
	}
	if concurrent > 0 {
		parts = append(parts, fmt.Sprintf("%d under way", concurrent))
	}
	return cmp.Or(strings.Join(parts, ", "), "-")
}

func (l limitLine) left() string {
	if l.Left == nil {
		return "-"
	}
	return strconv.Itoa(*l.Left)
}

func (l limitLine) state() string {
	var parts []string
	if !l.PausedUntil.IsZero() {
		parts = append(parts, "paused until "+clockTime(l.PausedUntil)+" ("+l.Reason+")")
	}
	if l.UnderWay > 0 {
		parts = append(parts, fmt.Sprintf("%d under way", l.UnderWay))
	}
	if l.Waiting > 0 {
		parts = append(parts, fmt.Sprintf("%d waiting", l.Waiting))
	}
	if !l.Reset.IsZero() {
		parts = append(parts, "all back at "+clockTime(l.Reset))
	}
	return strings.Join(parts, ", ")
}

func (b breakerLine) state() string {
	state := fmt.Sprintf("%s, %d failures in a row (%s)", strings.ReplaceAll(b.State, "_", " "), b.Failures, b.Reason)
	if !b.Until.IsZero() {
		state += ", held back until " + clockTime(b.Until)
	}
	return state
}

func clockTime(t time.Time) string { return t.Local().Format("15:04:05") }

// overrideLine is what is set in place of a declared limit.
type overrideLine struct {
	Connector  string    `json:"connector"`
	Operation  string    `json:"operation"`
	Throttler  string    `json:"throttler"`
	Credential string    `json:"credentialId"`
	Updated    time.Time `json:"updated"`
	operations.Override
}

func overrideListing() listing[overrideLine] {
	return listing[overrideLine]{
		path: "/v1/limits/overrides", member: "overrides",
		header: []string{"CONNECTOR", "LIMIT", "FOR", "SINCE", "SET"},
		row: func(o overrideLine) []string {
			name := o.Throttler
			if o.Operation != "" {
				name = o.Operation + "." + name
			}
			set, err := json.Marshal(o.Override)
			if err != nil {
				set = []byte("?")
			}
			return []string{o.Connector, name, cmp.Or(o.Credential, "all credentials"), day(&o.Updated), string(set)}
		},
	}
}
