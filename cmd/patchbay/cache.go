package main

import (
	"net/http"
	"net/url"

	"github.com/spf13/cobra"
)

func newCache(c console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Drop cached answers",
		Args:  noSuchCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCacheClear(c))
	return cmd
}

func newCacheClear(c console) *cobra.Command {
	var settings config
	var credential, connector, resource string
	cmd := &cobra.Command{
		Use:   "clear",
		Short: "Make a running hub forget what it has read",
		Long: `Make a running hub forget what it has read with a credential, or with all those of a connector: of one resource, such as
prospect, or everything. The next calls ask the service.`,
		Example: `  patchbay cache clear --credential cred_… --server http://127.0.0.1:8080
  patchbay cache clear --connector outreach --resource prospect`,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if settings.Server == "" {
				return usagef("--server: say which running hub; nobody else has its cache")
			}
			if credential == "" && connector == "" {
				return usagef("say what to forget: --credential or --connector")
			}
			query := url.Values{}
			for name, value := range map[string]string{"credentialId": credential, "connector": connector, "resource": resource} {
				if value != "" {
					query.Set(name, value)
				}
			}
			return settings.withServer(c, func(hub *client) error {
				if _, err := hub.do(cmd.Context(), http.MethodDelete, "/v1/cache?"+query.Encode(), nil); err != nil {
					return err
				}
				c.done(wantJSON(cmd), "cache", "cleared")
				return nil
			})
		},
	}
	settings.bindClient(cmd.Flags())
	cmd.Flags().StringVar(&credential, "credential", "", "what was read with this credential: its `id`")
	cmd.Flags().StringVar(&connector, "connector", "", "what was read with any credential of this `connector`")
	cmd.Flags().StringVar(&resource, "resource", "", "only this `resource` of the service")
	return cmd
}
