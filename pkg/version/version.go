// Package version holds what the build says about itself.
package version

import (
	"runtime"
	"runtime/debug"
)

// Set by the release build with -ldflags -X.
var (
	version = ""
	commit  = ""
	date    = ""
)

// Info is the build information that `version` prints.
type Info struct {
	Version   string `json:"version"`
	Commit    string `json:"commit,omitempty"`
	Date      string `json:"date,omitempty"`
	GoVersion string `json:"goVersion"`
	Platform  string `json:"platform"`
}

// Get returns the build information: what the release build set, else what
// the Go toolchain recorded, else "dev".
func Get() Info {
	info := Info{
		Version:   version,
		Commit:    commit,
		Date:      date,
		GoVersion: runtime.Version(),
		Platform:  runtime.GOOS + "/" + runtime.GOARCH,
	}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	if info.Version == "" {
		info.Version = "dev"
		if v := build.Main.Version; v != "" && v != "(devel)" {
			info.Version = v
		}
	}
	for _, setting := range build.Settings {
		switch {
		case setting.Key == "vcs.revision" && info.Commit == "":
			info.Commit = setting.Value
		case setting.Key == "vcs.time" && info.Date == "":
			info.Date = setting.Value
		}
	}
	return info
}
