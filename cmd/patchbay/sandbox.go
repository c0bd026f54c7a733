package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func newSandbox(c console) *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Run only the look-alikes of the services",
		Long: `Run the look-alikes of all services, without a hub: for trying a connector, or any other client, against them.
They keep their records in memory. Below /<connector>/_sandbox/ they can be made to fail (faults), tell what they were
asked (requests, stats) and begin anew (reset).`,
		Example: "  patchbay sandbox\n  patchbay sandbox --addr 127.0.0.1:9090 --json",
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ground, err := openPlayground(addr)
			if err != nil {
				return err
			}
			c.printSandboxes(ground, wantJSON(cmd))
			select {
			case <-cmd.Context().Done():
				return ground.Close()
			case err := <-ground.failed:
				if errors.Is(err, http.ErrServerClosed) {
					return nil
				}
				return fmt.Errorf("serving the sandboxes: %w", err)
			}
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8081", "`host:port` to listen on")
	cmd.Flag("addr").Annotations = map[string][]string{variableOf: {"PATCHBAY_SANDBOX_ADDR"}}
	return cmd
}

func (c console) printSandboxes(ground *playground, raw bool) {
	type line struct {
		Connector   string            `json:"connector"`
		BaseURL     string            `json:"baseUrl"`
		Scheme      string            `json:"scheme"`
		Credential  map[string]string `json:"credential"`
		Environment string            `json:"environment"`
	}
	var lines []line
	for _, s := range sandboxes() {
		base := ground.origins[s.connector]
		lines = append(lines, line{s.connector, base, s.scheme, s.secrets, "PATCHBAY_" + strings.ToUpper(s.connector) + "_BASE_URL=" + base})
	}
	p := c.printerTo(c.out)
	if raw {
		p.encode(map[string]any{"sandboxes": lines})
		return
	}
	for _, l := range lines {
		p.printf("%s  %s\n", p.style(bold, l.Connector), l.BaseURL)
		p.printf("  point a hub at it   export %s\n", l.Environment)
		for _, name := range slices.Sorted(maps.Keys(l.Credential)) {
			p.printf("  %-18s  %s\n", name, l.Credential[name])
		}
		p.printf("  make it fail        curl -X PUT %s/_sandbox/faults -d '[{\"status\":503}]'\n", l.BaseURL)
	}
	p.printf("\nThe sandboxes run until you press Ctrl-C.\n")
}
