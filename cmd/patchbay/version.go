package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker (-X main.version=…) and only read.
var version = "dev"

func newVersion(c console) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			built := map[string]string{
				"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH, "commit": commit(),
			}
			if wantJSON(cmd) {
				c.printerTo(c.out).encode(built)
				return nil
			}
			c.printerTo(c.out).printf("patchbay %s (%s, %s)\n", version, built["go"], built["platform"])
			return nil
		},
	}
}

func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return ""
}

// wantJSON tells whether --json was given.
func wantJSON(cmd *cobra.Command) bool {
	flag := cmd.Flag("json")
	return flag != nil && flag.Value.String() == "true"
}
