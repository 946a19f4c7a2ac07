package fluxver

import (
	"regexp"
	"strconv"
	"strings"
)

// components maps each controller's minor to the Flux minor that ships it. The
// source is manifests/bases of github.com/fluxcd/flux2 at each release.
var components = map[string]map[Minor]Minor{
	"source-controller":           since(Minor{1, 0}, Minor{2, 0}, 11),
	"kustomize-controller":        since(Minor{1, 0}, Minor{2, 0}, 11),
	"notification-controller":     since(Minor{1, 0}, Minor{2, 0}, 11),
	"helm-controller":             merge(since(Minor{0, 35}, Minor{2, 0}, 3), since(Minor{1, 0}, Minor{2, 3}, 8)),
	"image-reflector-controller":  merge(since(Minor{0, 29}, Minor{2, 0}, 7), since(Minor{1, 0}, Minor{2, 7}, 4)),
	"image-automation-controller": merge(since(Minor{0, 35}, Minor{2, 0}, 7), since(Minor{1, 0}, Minor{2, 7}, 4)),
	"source-watcher":              since(Minor{2, 0}, Minor{2, 7}, 4),
}

// since pairs n successive minors of a controller with those of Flux.
func since(controller, flux Minor, n int) map[Minor]Minor {
	pairs := make(map[Minor]Minor, n)
	for i := range n {
		pairs[Minor{controller.Major, controller.Minor + i}] = Minor{flux.Major, flux.Minor + i}
	}
	return pairs
}

func merge(a, b map[Minor]Minor) map[Minor]Minor {
	for controller, flux := range b {
		a[controller] = flux
	}
	return a
}

// OfComponent is the Flux minor that ships a controller in a version such as
// v1.9.5; unknown when no release does.
func OfComponent(controller, version string) Minor {
	return components[controller][ParseMinor(version)]
}

// Version is a full version. Pre-releases and build metadata are dropped.
type Version struct{ Major, Minor, Patch int }

var versionPattern = regexp.MustCompile(`^v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$`)

// ParseVersion reads a version such as v1.8.5; ok is false for anything else.
func ParseVersion(text string) (version Version, ok bool) {
	match := versionPattern.FindStringSubmatch(strings.TrimSpace(text))
	if match == nil {
		return Version{}, false
	}
	for i, into := range []*int{&version.Major, &version.Minor, &version.Patch} {
		n, err := strconv.Atoi(match[i+1])
		if err != nil {
			return Version{}, false
		}
		*into = n
	}
	return version, true
}

// Less orders versions.
func (v Version) Less(other Version) bool {
	switch {
	case v.Major != other.Major:
		return v.Major < other.Major
	case v.Minor != other.Minor:
		return v.Minor < other.Minor
	}
	return v.Patch < other.Patch
}
