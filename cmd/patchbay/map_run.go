package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

const mimeNDJSON = "application/x-ndjson"

func newMapRun(c console) *cobra.Command {
	var settings config
	var named, credential string
	var version int64
	cmd := &cobra.Command{
		Use:   "run --mapping MAPPING [FILE|-]",
		Short: "Map records: one document a line in, one a line out",
		Long: `Map the records of a file, or of stdin: JSON, one document a line (NDJSON). What comes of them is printed one a line, in their order.
A record that cannot be mapped is told of on stderr and does not hold up the others; then the command ends with 1.
With --json, each line is {"line":3,"output":{…}} or {"line":3,"error":{…}}, and the last {"end":{…}} with the numbers.`,
		Example: `  patchbay map run --mapping flow.json prospects.ndjson > issues.ndjson
  echo '{"a":1}' | patchbay map run --mapping ./flow.json
  patchbay call outreach.list_prospects --sandbox | jq -c '.data[]' | patchbay map run --mapping flow.json --sandbox
  PATCHBAY_KEY=pb_… patchbay map run --mapping prospect-to-issue --credential cred_… --server https://hub.example.com prospects.ndjson`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if named == "" {
				return usagef("--mapping is missing: which mapping shall be run?")
			}
			ref, err := c.readMapping(named)
			if err != nil {
				return err
			}
			records, err := c.openRecords(args, named == "-")
			if err != nil {
				return err
			}
			defer records.Close()
			return settings.withMapping(cmd, c, ref.needsHub(), func(hub *client) error {
				return runMapping(cmd.Context(), c, hub, ref.batch(version, credential, records), wantJSON(cmd))
			})
		},
	}
	flags := cmd.Flags()
	settings.bindLocalOrServer(flags)
	flags.BoolVar(&settings.Sandbox, "sandbox", false, "look values up in sandboxes of the services, started for this one run")
	flags.StringVarP(&named, "mapping", "m", "", "the `mapping`: a file, or the id of a stored one (required)")
	flags.Int64Var(&version, "version", 0, "version of a stored mapping; without it, the newest")
	flags.StringVar(&credential, "credential", "", "`id` of the credential for look-ups that name none")
	completeFlagWith(cmd, "mapping", completeMapping(c, &settings))
	completeFlagWith(cmd, "credential", completeCredential(c, &settings))
	return cmd
}

// openRecords opens the file of records, if one is named, or stdin.
func (c console) openRecords(args []string, stdinTaken bool) (io.ReadCloser, error) {
	if len(args) > 0 && args[0] != "-" {
		file, err := os.Open(args[0])
		if err != nil {
			return nil, usagef("reading the records: %w", err)
		}
		return file, nil
	}
	if stdinTaken {
		return nil, usagef("mapping and records cannot both come from stdin")
	}
	return io.NopCloser(c.in), nil
}

// batch is a request that maps records.
type batch struct {
	path string
	body io.Reader
}

// batch makes the request: a stored mapping is named in the path, another goes before the records.
func (r mappingRef) batch(version int64, credential string, records io.Reader) batch {
	query := url.Values{}
	if version != 0 {
		query.Set("version", strconv.FormatInt(version, 10))
	}
	if credential != "" {
		query.Set("credentialId", credential)
	}
	if r.id != "" {
		return batch{"/v1/mappings/" + url.PathEscape(r.id) + "/batch?" + query.Encode(), records}
	}
	var head bytes.Buffer
	head.WriteString(`{"mapping":`)
	_ = json.Compact(&head, r.document) // it has been read as JSON
	if credential != "" {
		fmt.Fprintf(&head, `,"credentialId":%q`, credential)
	}
	head.WriteString("}\n")
	return batch{"/v1/mappings/batch", io.MultiReader(&head, records)}
}

// stream sends a body whose answer comes back meanwhile. An answer that is an error becomes a *problem.
func (c *client) stream(ctx context.Context, path, contentType string, body io.Reader) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, io.NopCloser(body))
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("User-Agent", "patchbay/"+version)
	request.Header.Set("Content-Type", contentType)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	return nil, c.problemOf(response, answer)
}

// batchEnd is the last line of a batch's answer.
type batchEnd struct {
	Lines  int64    `json:"lines"`
	Mapped int64    `json:"mapped"`
	Failed int64    `json:"failed"`
	Error  *problem `json:"error"`
}

// runMapping maps records and prints what comes of them. raw: the lines as the hub gives them.
func runMapping(ctx context.Context, c console, hub *client, b batch, raw bool) error {
	answer, err := hub.stream(ctx, b.path, mimeNDJSON, b.body)
	if err != nil {
		return err
	}
	defer answer.Close()
	shown := newBatchView(c, raw)
	lines := bufio.NewReaderSize(answer, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			if err := shown.line(line, lines.Buffered() == 0); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return shown.finish()
		case err != nil:
			return errors.Join(shown.flush(), hub.unreachable(ctx, err))
		}
	}
}

// maxToldFaults is how many records that cannot be mapped are told of one by one.
const maxToldFaults = 20

// batchView shows a batch as it goes on.
type batchView struct {
	raw    bool
	out    *bufio.Writer
	people printer // stderr
	end    *batchEnd

	lines, failed int64
	since         time.Time // of what was told of the progress last; zero: it is not told
}

func newBatchView(c console, raw bool) *batchView {
	v := &batchView{raw: raw, out: bufio.NewWriterSize(c.out, 64<<10), people: c.printerTo(c.err)}
	if v.people.width > 0 && c.printerTo(c.out).width == 0 {
		v.since = time.Now()
	}
	return v
}

// line shows one line of the answer; what is held back goes out where nothing more is at hand.
func (v *batchView) line(line []byte, last bool) error {
	parsed := gjson.GetManyBytes(line, "output", "error", "end", "line")
	output, failure, end := parsed[0], parsed[1], parsed[2]
	switch {
	case end.Exists():
		v.end = &batchEnd{}
		if err := json.Unmarshal([]byte(end.Raw), v.end); err != nil {
			return fmt.Errorf("reading the end of the answer: %w", err)
		}
	case failure.Exists():
		v.failed++
		v.tell(parsed[3].Int(), failure)
	case !v.raw:
		line = append([]byte(output.Raw), '\n')
	}
	if v.raw || output.Exists() {
		_, _ = v.out.Write(line) // Flush tells
	}
	v.lines = max(v.lines, parsed[3].Int())
	v.progress()
	if last {
		return v.flush()
	}
	return nil
}

// tell tells of a record that cannot be mapped.
func (v *batchView) tell(line int64, failure gjson.Result) {
	if v.raw {
		return
	}
	v.clear()
	switch {
	case v.failed <= maxToldFaults:
		v.people.printf("%s %s\n", v.people.style(red, fmt.Sprintf("line %d:", line)), printable(failure.Get("detail").String()))
	case v.failed == maxToldFaults+1:
		v.people.printf("%s\n", v.people.style(faint, "more lines that cannot be mapped are not told of one by one; --json has them all"))
	}
}

func (v *batchView) progress() {
	if v.since.IsZero() || time.Since(v.since) < time.Second/2 {
		return
	}
	v.since = time.Now()
	v.people.printf("\r\x1b[K%d lines, %d of them failed", v.lines, v.failed)
}

// clear takes the progress off the screen.
func (v *batchView) clear() {
	if !v.since.IsZero() {
		v.people.printf("\r\x1b[K")
	}
}

func (v *batchView) flush() error {
	if err := v.out.Flush(); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}

// finish tells how it ended.
func (v *batchView) finish() error {
	v.clear()
	if err := v.flush(); err != nil {
		return err
	}
	switch {
	case v.end == nil:
		return operations.Errorf(operations.CodeUpstreamFailed, "the answer ends after line %d, without saying that the batch is done", v.lines)
	case v.end.Error != nil:
		return fmt.Errorf("%s, after %d lines", v.end.Error.Detail, v.end.Lines)
	case v.end.Failed == 0:
		return nil
	}
	if !v.raw {
		v.people.printf("%d of %d records cannot be mapped\n", v.end.Failed, v.end.Failed+v.end.Mapped)
	}
	return errShown
}
