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

	"github.com/patchbay/patchbay/mapping"
)

// mappingLine is a mapping in the hub's list of them.
type mappingLine struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Source  string    `json:"source"`
	Target  string    `json:"target"`
	Version int64     `json:"version"`
	Updated time.Time `json:"updated"`
}

func newMap(c console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "map",
		Short: "Turn documents into others by rules: run, check, suggest, try out and store mappings",
		Long: `A mapping is a JSON document of rules that turns one document into another: the output of one operation into the input of the
next. See docs/mapping.md.

Where a command takes MAPPING, what has a dot or a slash in it, as flow.json or ./flow, is a file, - is stdin, and anything else is the id of a stored
mapping. For files no hub need be there; a mapping that looks values up in drop-downs needs one, for their credentials, or --sandbox.`,
		Example: `  patchbay map suggest outreach.list_prospects jira.create_issue > flow.json
  patchbay map lint flow.json
  patchbay map preview flow.json
  patchbay map run --mapping flow.json prospects.ndjson > issues.ndjson
  patchbay map save flow.json --id prospect-to-issue`,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newMapSuggest(c), newMapLint(c), newMapExplain(c), newMapPreview(c), newMapRun(c),
		newMapList(c), newMapShow(c), newMapVersions(c), newMapSave(c), newMapDelete(c),
	)
	return cmd
}

// mappingRef is a mapping as a command line names it: by its id, or by a file, which has been read.
type mappingRef struct {
	id       string
	document json.RawMessage
}

// readMapping reads the mapping that an argument names.
func (c console) readMapping(argument string) (mappingRef, error) {
	if argument != "-" && !strings.ContainsAny(argument, `./\`) {
		return mappingRef{id: argument}, nil
	}
	file := "@" + argument
	if argument == "-" {
		file = argument
	}
	content, err := c.readInput(file)
	if err != nil {
		return mappingRef{}, usagef("the mapping: %s", strings.TrimPrefix(err.Error(), "--input: "))
	}
	return mappingRef{document: content}, nil
}

// body is what names the mapping to the hub.
func (r mappingRef) body(version int64) map[string]any {
	if r.id == "" {
		return map[string]any{"mapping": r.document}
	}
	body := map[string]any{"mappingId": r.id}
	if version != 0 {
		body["version"] = version
	}
	return body
}

// needsHub tells whether a mapping can only be run where there are credentials.
func (r mappingRef) needsHub() bool {
	if r.id != "" {
		return true
	}
	document, err := mapping.Parse(r.document)
	if err != nil {
		return false // what is wrong is said without one
	}
	compiled, err := mapping.Compile(document, mapping.Options{})
	return err == nil && compiled.NeedsLookups()
}

// withMapping lets a command use a mapping: in this process with nothing but the catalogue, where that will do.
func (c config) withMapping(cmd *cobra.Command, w console, needsHub bool, use func(*client) error) error {
	if needsHub || c.Sandbox {
		return c.withHub(cmd, w, use)
	}
	return c.withCatalogue(cmd, w, use)
}

// completeMapping offers the ids of stored mappings, and files.
func completeMapping(c console, settings *config) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if err := applyEnvironment(cmd.Flags(), c); err != nil {
			return nil, cobra.ShellCompDirectiveDefault
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), 2*time.Second)
		defer cancel()
		cmd.SetContext(ctx)
		var ids []cobra.Completion
		err := settings.withHub(cmd, c, func(hub *client) error {
			var list struct{ Mappings []mappingLine }
			_, err := hub.get(ctx, "/v1/mappings?limit=200", &list)
			for _, m := range list.Mappings {
				ids = append(ids, cobra.CompletionWithDesc(m.ID, m.Name))
			}
			return err
		})
		if err != nil {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return ids, cobra.ShellCompDirectiveDefault
	}
}

func newMapList(c console) *cobra.Command {
	var settings config
	query := url.Values{"limit": {"200"}}
	var source, target string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List stored mappings",
		Example: "  patchbay map list --target jira.create_issue",
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for name, value := range map[string]string{"source": source, "target": target} {
				if value != "" {
					query.Set(name, value)
				}
			}
			return settings.withHub(cmd, c, func(hub *client) error { return showMappings(cmd, c, hub, query) })
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	cmd.Flags().StringVar(&source, "source", "", "only of this source `operation`")
	cmd.Flags().StringVar(&target, "target", "", "only for this target `operation`")
	completeFlagWith(cmd, "source", completeOperation)
	completeFlagWith(cmd, "target", completeOperation)
	return cmd
}

// showMappings prints the mappings of all pages.
func showMappings(cmd *cobra.Command, c console, hub *client, query url.Values) error {
	all := []json.RawMessage{}
	for {
		var page struct {
			Mappings []json.RawMessage `json:"mappings"`
			Next     string            `json:"next_cursor"`
		}
		if _, err := hub.get(cmd.Context(), "/v1/mappings?"+query.Encode(), &page); err != nil {
			return err
		}
		all = append(all, page.Mappings...)
		if page.Next == "" {
			break
		}
		query.Set("cursor", page.Next)
	}
	p := c.printerTo(c.out)
	if wantJSON(cmd) {
		p.encode(map[string]any{"mappings": all})
		return nil
	}
	rows := make([][]string, len(all))
	for i, document := range all {
		var m mappingLine
		if err := json.Unmarshal(document, &m); err != nil {
			return fmt.Errorf("reading the answer of %s: %w", hub.base, err)
		}
		rows[i] = []string{m.ID, strconv.FormatInt(m.Version, 10), m.Source, m.Target, m.Updated.Local().Format(time.DateTime), m.Name}
	}
	p.table("", []string{"MAPPING", "VERSION", "SOURCE", "TARGET", "CHANGED", "NAME"}, rows)
	return nil
}

// mappingVersion is a version in the hub's list of them.
type mappingVersion struct {
	Version int64     `json:"version"`
	Bytes   int64     `json:"bytes"`
	MadeBy  string    `json:"madeBy"`
	Created time.Time `json:"created"`
}

func newMapVersions(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:     "versions MAPPING",
		Short:   "List the versions of a stored mapping, newest first",
		Example: "  patchbay map versions prospect-to-issue",
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			versions := listing[mappingVersion]{
				path: "/v1/mappings/" + url.PathEscape(args[0]) + "/versions?limit=200", member: "versions",
				header: []string{"VERSION", "CREATED", "BYTES", "KEY"},
				row: func(v mappingVersion) []string {
					return []string{strconv.FormatInt(v.Version, 10), v.Created.Local().Format(time.DateTime), strconv.FormatInt(v.Bytes, 10), v.MadeBy}
				},
			}
			return settings.withHub(cmd, c, func(hub *client) error {
				return versions.show(cmd.Context(), hub, c.printerTo(c.out), wantJSON(cmd))
			})
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	cmd.ValidArgsFunction = firstOnly(completeMapping(c, &settings))
	return cmd
}

func newMapShow(c console) *cobra.Command {
	var settings config
	var version int64
	cmd := &cobra.Command{
		Use:   "show MAPPING",
		Short: "Print a stored mapping",
		Long:  "Print the document of a stored mapping; with --json, all that is known of it.",
		Example: `  patchbay map show prospect-to-issue > flow.json
  patchbay map show prospect-to-issue --version 2`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return settings.withHub(cmd, c, func(hub *client) error {
				var m struct{ Document json.RawMessage }
				document, err := hub.get(cmd.Context(), "/v1/mappings/"+url.PathEscape(args[0])+versionQuery(version), &m)
				if err != nil {
					return err
				}
				if wantJSON(cmd) {
					c.printerTo(c.out).document(document)
					return nil
				}
				c.printerTo(c.out).indented("", m.Document)
				return nil
			})
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	cmd.Flags().Int64Var(&version, "version", 0, "the version to print; without it, the newest")
	cmd.ValidArgsFunction = firstOnly(completeMapping(c, &settings))
	return cmd
}

func versionQuery(version int64) string {
	if version == 0 {
		return ""
	}
	return "?version=" + strconv.FormatInt(version, 10)
}

func newMapSave(c console) *cobra.Command {
	var settings config
	var id string
	var base int64
	cmd := &cobra.Command{
		Use:   "save FILE|-",
		Short: "Store a mapping, as the next version if there is one of that id",
		Example: `  patchbay map save flow.json --id prospect-to-issue
  patchbay map save flow.json --id prospect-to-issue --base 3      # refused if version 3 is not the newest any more`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ref, err := c.readMapping(args[0])
			switch {
			case err != nil:
				return err
			case ref.id != "":
				return usagef("%s is no file; one without a dot in its name is written ./%s", args[0], args[0])
			case base != 0 && id == "":
				return usagef("--base needs --id")
			}
			settings.mayBegin = true
			return settings.withHub(cmd, c, func(hub *client) error { return saveMapping(cmd, c, hub, ref, id, base) })
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	cmd.Flags().StringVar(&id, "id", "", "`id` of the mapping; without it, a new one")
	cmd.Flags().Int64Var(&base, "base", 0, "the version that this takes the place of; without it, whatever is there")
	completeFlagWith(cmd, "id", completeMapping(c, &settings))
	return cmd
}

func saveMapping(cmd *cobra.Command, c console, hub *client, ref mappingRef, id string, base int64) error {
	method, path, body := http.MethodPost, "/v1/mappings", map[string]any{"document": ref.document}
	if id != "" {
		method, path = http.MethodPut, path+"/"+url.PathEscape(id)
	}
	if base != 0 {
		body["version"] = base
	}
	document, err := hub.do(cmd.Context(), method, path, body)
	if err != nil {
		return err
	}
	if wantJSON(cmd) {
		c.printerTo(c.out).document(document)
		return nil
	}
	var m mappingLine
	if err := json.Unmarshal(document, &m); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", hub.base, err)
	}
	c.printerTo(c.out).printf("%s version %d saved\n", m.ID, m.Version)
	return nil
}

func newMapDelete(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:     "delete MAPPING",
		Short:   "Delete a stored mapping with all its versions",
		Example: "  patchbay map delete prospect-to-issue",
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.remove(cmd, settings, "/v1/mappings/", args[0], "deleted")
		},
	}
	settings.bindLocalOrServer(cmd.Flags())
	cmd.ValidArgsFunction = firstOnly(completeMapping(c, &settings))
	return cmd
}
