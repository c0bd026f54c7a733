package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/tidwall/gjson"
)

// listArguments are what a drop-down is asked for with.
type listArguments struct {
	input, credential      string
	search, cursor, match  string
	resolve                []string
	limit                  int
	refresh                bool
	matchGiven, pageChosen bool
}

func newDDL(c console) *cobra.Command {
	var settings config
	var asked listArguments
	cmd := &cobra.Command{
		Use:   "ddl connector.list",
		Short: "Read a drop-down, or find options in it",
		Long: `Read a page of a drop-down (a dynamic list, a DDL operation) and print its texts and values.

With --match it prints the value of one text: that of the very text, otherwise without case, otherwise of the only
text that begins so. With --resolve it prints the texts of values. Values are printed as JSON by --json.`,
		Example: `  patchbay ddl slack.list_channels_ddl --sandbox --search sup
  patchbay ddl jira.list_issue_types_ddl --input '{"project_key":"PROJ"}' --match task
  patchbay ddl outreach.list_stages_ddl --credential cred_01J… --resolve 1 --resolve 4`,
		Args:              arguments(1, 1),
		ValidArgsFunction: completeList,
		RunE: func(cmd *cobra.Command, args []string) error {
			connector, list, err := splitName(args[0])
			if err != nil {
				return err
			}
			asked.matchGiven = cmd.Flags().Changed("match")
			for _, name := range []string{"search", "cursor", "limit"} {
				asked.pageChosen = asked.pageChosen || cmd.Flags().Changed(name)
			}
			query, path, err := asked.query(c, connector, list)
			if err != nil {
				return err
			}
			return settings.withHub(cmd, c, func(hub *client) error {
				return readList(cmd.Context(), c, hub, connector, path, query, asked, wantJSON(cmd))
			})
		},
	}
	flags := cmd.Flags()
	settings.bindLocalOrServer(flags)
	flags.BoolVar(&settings.Sandbox, "sandbox", false, "ask a sandbox of the service, started for this one call")
	flags.StringVarP(&asked.input, "input", "i", "{}", "the list's other inputs: `JSON`, @file, or - for stdin")
	flags.StringVar(&asked.credential, "credential", "", "`id` of the credential")
	flags.StringVarP(&asked.search, "search", "s", "", "only options whose text holds this `text`")
	flags.StringVar(&asked.cursor, "cursor", "", "the `next_cursor` of an earlier page")
	flags.IntVar(&asked.limit, "limit", 0, "`options` of a page (default 100)")
	flags.BoolVar(&asked.refresh, "refresh", false, "read the list anew, at most once in some seconds")
	flags.StringVar(&asked.match, "match", "", "print the value of this `text`")
	flags.StringArrayVar(&asked.resolve, "resolve", nil, "print the text of this `value`; may be repeated")
	completeFlagWith(cmd, "credential", completeCredential(c, &settings))
	return cmd
}

// completeList offers the drop-downs.
func completeList(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	all, directive := completeOperation(cmd, args, begun)
	var lists []cobra.Completion
	for _, name := range all {
		if operation, _, _ := strings.Cut(name, "\t"); strings.HasSuffix(operation, "_ddl") {
			lists = append(lists, name)
		}
	}
	return lists, directive
}

// query is what the API is asked for.
func (a listArguments) query(c console, connector, list string) (url.Values, string, error) {
	isOther := a.matchGiven || len(a.resolve) > 0
	if a.matchGiven && len(a.resolve) > 0 || isOther && a.pageChosen {
		return nil, "", usagef("--match, --resolve, and --search with --cursor and --limit ask for different things; give one")
	}
	input, err := c.readInput(a.input)
	if err != nil {
		return nil, "", err
	}
	query, err := queryOf(input)
	if err != nil {
		return nil, "", err
	}
	path := "/v1/connectors/" + url.PathEscape(connector) + "/ddl/" + url.PathEscape(list)
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	switch {
	case a.matchGiven:
		path += "/match"
		query.Set("text", a.match)
	case len(a.resolve) > 0:
		path += "/resolve"
		query["value"] = a.resolve
	default:
		set("search", a.search)
		set("cursor", a.cursor)
		if a.pageChosen && a.limit != 0 {
			set("limit", strconv.Itoa(a.limit))
		}
	}
	if a.refresh {
		query.Set("refresh", "true")
	}
	return query, path, nil
}

// queryOf writes an input as the parameters of a query: lists by repeating them, objects as JSON.
func queryOf(input json.RawMessage) (url.Values, error) {
	document := gjson.ParseBytes(input)
	if !document.IsObject() {
		return nil, usagef("--input: must be an object")
	}
	query := url.Values{}
	document.ForEach(func(name, value gjson.Result) bool {
		switch {
		case value.IsArray():
			for _, item := range value.Array() {
				query.Add(name.String(), item.String())
			}
		case value.IsObject():
			query.Set(name.String(), value.Raw)
		default:
			query.Set(name.String(), value.String())
		}
		return true
	})
	return query, nil
}

// gatherEvery is how often a list that is being gathered is asked for again, gatherTime for how long.
const (
	gatherEvery = time.Second
	gatherTime  = 5 * time.Minute
)

func readList(ctx context.Context, c console, hub *client, connector, path string, query url.Values, asked listArguments, raw bool) error {
	credential := asked.credential
	if credential == "" {
		var err error
		if credential, err = hub.onlyCredential(ctx, connector); err != nil {
			return err
		}
	}
	if credential != "" {
		query.Set("credentialId", credential)
	}
	document, err := gathered(ctx, c, hub, path+"?"+query.Encode())
	if err != nil {
		return err
	}
	p := c.printerTo(c.out)
	switch {
	case raw:
		p.document(document)
	case asked.matchGiven:
		p.printf("%s\n", printable(gjson.GetBytes(document, "value").String()))
	default:
		p.options(document)
		c.remarks(document)
	}
	return nil
}

// gathered reads a list, and asks again while it is being gathered.
func gathered(ctx context.Context, c console, hub *client, path string) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, gatherTime)
	defer cancel()
	for told := false; ; told = true {
		document, err := hub.do(ctx, http.MethodGet, path, nil)
		if err != nil || !gjson.GetBytes(document, "building").Bool() {
			return document, err
		}
		if !told {
			c.printerTo(c.err).printf("the list is being gathered …\n")
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for the list: %w", ctx.Err())
		case <-time.After(gatherEvery):
		}
	}
}

// options prints options as a table.
func (p printer) options(document json.RawMessage) {
	var rows [][]string
	for _, option := range gjson.GetBytes(document, "result").Array() {
		rows = append(rows, []string{option.Get("text").String(), option.Get("value").String()})
	}
	p.table("", []string{"TEXT", "VALUE"}, rows)
}

// remarks says what a page does not show.
func (c console) remarks(document json.RawMessage) {
	p := c.printerTo(c.err)
	for _, missing := range gjson.GetBytes(document, "missing").Array() {
		p.printf("no option has the value %s\n", printable(missing.String()))
	}
	if next := gjson.GetBytes(document, "next_cursor").String(); next != "" {
		p.printf("there are more; go on with --cursor %s\n", printable(next))
	}
	if gjson.GetBytes(document, "truncated").Bool() {
		p.printf("the service has more than is listed\n")
	}
}
