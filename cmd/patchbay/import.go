package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// maxDocument bounds, in bytes, a document or an overlay; the hub reads no more.
const maxDocument = 20 << 20

// importRequest is the body that imports a document. As a string it keeps its lines.
type importRequest struct {
	Name     string `json:"name"`
	Document string `json:"document"`
	Overlay  string `json:"overlay,omitempty"`
	Title    string `json:"title,omitempty"`
	Docs     string `json:"docs,omitempty"`
	BaseURL  string `json:"baseUrl,omitempty"`
	Replace  bool   `json:"replace,omitempty"`
	DryRun   bool   `json:"dryRun,omitempty"`
	Propose  bool   `json:"propose,omitempty"`
}

// importFiles are the files of an import; "-" is stdin or stdout.
type importFiles struct{ document, overlay, proposal string }

func newImport(c console) *cobra.Command {
	var settings config
	var request importRequest
	var files importFiles
	cmd := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Make a connector of an OpenAPI document",
		Long: `Make a connector of an OpenAPI document (3.0, 3.1 or Swagger 2.0; JSON or YAML) and, where there is one, an overlay
(OpenAPI Overlay 1.0) that adds drop-downs, look-ups, paging and limits. It says what it took, what it could not take as it
stands and why. The connector is there at once, on a hub that runs on the same data folder within a second or two.

--propose writes an overlay to begin with: read it, correct it, and import again with --overlay and --replace.`,
		Example: `  patchbay import petstore.yaml --name petstore
  patchbay import petstore.yaml --name petstore --dry-run --propose=petstore.overlay.yaml
  patchbay import petstore.yaml --name petstore --overlay petstore.overlay.yaml --replace
  curl -s https://api.example.com/openapi.json | patchbay import - --name example`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			files.document = args[0]
			return importDocument(cmd, c, settings, files, request)
		},
	}
	flags := cmd.Flags()
	settings.bindData(flags)
	settings.LogLevel = warnings
	settings.bindClient(flags)
	flags.StringVar(&request.Name, "name", "", "`name` of the connector, snake_case (required)")
	flags.StringVar(&files.overlay, "overlay", "", "`file` of the overlay")
	flags.StringVar(&files.proposal, "propose", "", "write a proposed overlay to this `file`, or to stdout")
	flags.Lookup("propose").NoOptDefVal = "-"
	flags.StringVar(&request.Title, "title", "", "`title` in place of the document's")
	flags.StringVar(&request.Docs, "docs", "", "`URL` of the service's documentation, in place of the document's")
	flags.StringVar(&request.BaseURL, "api-url", "", "`URL` of the API in place of the document's; {fields} of the credential may stand in it")
	flags.BoolVar(&request.Replace, "replace", false, "replace an import of the same name")
	flags.BoolVar(&request.DryRun, "dry-run", false, "only report; store nothing")
	return cmd
}

func importDocument(cmd *cobra.Command, c console, settings config, files importFiles, request importRequest) error {
	if request.Name == "" {
		return usagef("--name is missing: what shall the connector be called?")
	}
	if err := c.readDocuments(files, &request); err != nil {
		return err
	}
	if _, err := os.Lstat(files.proposal); request.Propose && files.proposal != "-" && err == nil {
		return usagef("--propose: %s is there already; name another file", files.proposal)
	}
	settings.mayBegin = true
	if request.DryRun && settings.Server == "" && !hasHub(settings.Data) {
		settings.Data, settings.throwAway = "", true
	}
	return settings.withHub(cmd, c, func(hub *client) error {
		done := c.progress(cmd.Context(), "importing "+request.Name)
		document, err := hub.do(cmd.Context(), http.MethodPost, "/v1/connectors", request)
		done()
		if err != nil {
			return err
		}
		return c.showImport(document, files.proposal, wantJSON(cmd))
	})
}

// hasHub tells whether there is a hub's database in a data folder.
func hasHub(data string) bool {
	if data == "" {
		return false // it will be a temporary one
	}
	_, err := os.Stat(filepath.Join(data, store.FileName))
	return err == nil
}

// readDocuments reads the files of an import into the request.
func (c console) readDocuments(files importFiles, request *importRequest) (err error) {
	request.Propose = files.proposal != ""
	if request.Document, err = c.readDocument(files.document); err != nil || files.overlay == "" {
		return err
	}
	if files.overlay == "-" && files.document == "-" {
		return usagef("document and overlay cannot both come from stdin")
	}
	request.Overlay, err = c.readDocument(files.overlay)
	return err
}

func (c console) readDocument(path string) (string, error) {
	in := c.in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", usagef("reading the document: %w", err)
		}
		defer file.Close()
		in = file
	}
	content, err := io.ReadAll(io.LimitReader(in, maxDocument+1))
	switch {
	case err != nil:
		return "", usagef("reading the document: %w", err)
	case len(content) > maxDocument:
		return "", operations.Errorf(operations.CodeTooLarge, "%s is larger than %d MiB, which is the most that is read", path, maxDocument>>20)
	case !utf8.Valid(content):
		return "", operations.Errorf(operations.CodeInvalidInput, "%s is not UTF-8 text", path)
	}
	return string(content), nil
}

// progress shows on a terminal how long something has been going on, until the function it gives is called.
func (c console) progress(ctx context.Context, what string) (done func()) {
	p := c.printerTo(c.err)
	if p.width == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var showing sync.WaitGroup
	showing.Go(func() {
		for start, tick := time.Now(), time.Tick(time.Second); ; {
			select {
			case <-ctx.Done():
				p.printf("\r\x1b[K")
				return
			case <-tick:
				p.printf("\r%s … %.0f s", what, time.Since(start).Seconds())
			}
		}
	})
	return func() {
		cancel()
		showing.Wait()
	}
}

func newConnectorsRemove(c console) *cobra.Command {
	var settings config
	cmd := &cobra.Command{
		Use:     "remove NAME",
		Short:   "Remove an imported connector; its credentials have to go first",
		Example: "  patchbay connectors remove petstore",
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.remove(cmd, settings, "/v1/connectors/", args[0], "removed")
		},
	}
	settings.bindData(cmd.Flags())
	settings.LogLevel = warnings
	settings.bindClient(cmd.Flags())
	return cmd
}
