package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"sweep/training"
)

// versionInfo is what identifies the program that produced a result.
type versionInfo struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Dirty   bool   `json:"dirty"`
	Go      string `json:"go"`
	Engine  int    `json:"engine"`
}

// release is set by the linker (make build): git describe of the source.
var release = "dev"

// source is set by the linker too, the commit in full and "-dirty" where tracked
// files differ from it: Go's own stamp is missing where version control is not
// at hand (an image) or GOFLAGS forbids it.
var source string

func version() versionInfo {
	v := versionInfo{Version: release, Engine: training.EngineVersion}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Go = info.GoVersion
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.modified":
			v.Dirty = s.Value == "true"
		}
	}
	if v.Commit == "" {
		v.Commit, v.Dirty = strings.CutSuffix(source, "-dirty")
	}
	return v
}

func newVersionCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print version, commit and engine version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := version()
			return a.say(v, "sweep %s (engine %d, %s)\n", v.Version, v.Engine, v.Go)
		},
	}
}

// provenance spells the version for reports.
func (v versionInfo) provenance() string {
	return fmt.Sprintf("sweep %s, engine %d, %s", v.Version, v.Engine, v.Go)
}
