package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchbay/patchbay/connectors"
	"github.com/patchbay/patchbay/connectors/platform"
)

// completeConnector offers the names of connectors.
func completeConnector(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, connector := range connectors.All(platform.Options{}) {
		names = append(names, cobra.CompletionWithDesc(connector.Name, connector.Title))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeOperation offers connector.operation, the lists too.
func completeOperation(_ *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, connector := range connectors.All(platform.Options{}) {
		for _, operation := range connector.Operations {
			spec := operation.Spec()
			if full := connector.Name + "." + spec.Name; strings.HasPrefix(full, begun) {
				names = append(names, cobra.CompletionWithDesc(full, spec.Title))
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeCredential offers the ids of stored credentials. A shell waits for it, so it gives up soon.
func completeCredential(c console, settings *config) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if err := applyEnvironment(cmd.Flags(), c); err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), 2*time.Second)
		defer cancel()
		cmd.SetContext(ctx)
		var ids []cobra.Completion
		err := settings.withHub(cmd, c, func(hub *client) error {
			var list struct{ Credentials []credentialLine }
			if _, err := hub.get(ctx, "/v1/credentials", &list); err != nil {
				return err
			}
			for _, credential := range list.Credentials {
				ids = append(ids, cobra.CompletionWithDesc(credential.ID, credential.Connector+" "+credential.Name))
			}
			return nil
		})
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return ids, cobra.ShellCompDirectiveNoFileComp
	}
}

// firstOnly completes the first argument and no other.
func firstOnly(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, begun)
	}
}

// completeFlag offers fixed values for a flag.
func completeFlag(cmd *cobra.Command, flag string, values []string) {
	completeFlagWith(cmd, flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

func completeFlagWith(cmd *cobra.Command, flag string, complete cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // the command has no such flag
	}
}
