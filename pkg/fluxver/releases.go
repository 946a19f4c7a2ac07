package fluxver

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Release is one Flux minor.
type Release struct {
	Minor Minor
	// Date is the day of the .0 release.
	Date string
	// Kubernetes is the oldest minor of Kubernetes that "flux check --pre" of
	// this release accepts; unknown for 2.10.
	Kubernetes Minor
	// Oldest and Newest bound the Kubernetes minors that the release supports;
	// unknown before 2.9.
	Oldest Minor
	Newest Minor
}

// releases are all minors of Flux 2, oldest first. The dates are those of the
// release pages of github.com/fluxcd/flux2, the Kubernetes minors those in the
// check command of each release.
var releases = []Release{
	{Minor{2, 0}, "2023-07-04", Minor{1, 24}, Minor{}, Minor{}},
	{Minor{2, 1}, "2023-08-24", Minor{1, 25}, Minor{}, Minor{}},
	{Minor{2, 2}, "2023-12-12", Minor{1, 26}, Minor{}, Minor{}},
	{Minor{2, 3}, "2024-05-13", Minor{1, 28}, Minor{}, Minor{}},
	{Minor{2, 4}, "2024-09-30", Minor{1, 28}, Minor{}, Minor{}},
	{Minor{2, 5}, "2025-02-20", Minor{1, 30}, Minor{}, Minor{}},
	{Minor{2, 6}, "2025-05-28", Minor{1, 31}, Minor{}, Minor{}},
	{Minor{2, 7}, "2025-09-30", Minor{1, 32}, Minor{}, Minor{}},
	{Minor{2, 8}, "2026-02-24", Minor{1, 33}, Minor{}, Minor{}},
	{Minor{2, 9}, "2026-06-30", Minor{1, 33}, Minor{1, 34}, Minor{1, 36}},
	{Minor{2, 10}, "2026-10-24", Minor{}, Minor{1, 35}, Minor{1, 37}},
}

// Support is how a Kubernetes minor stands to a release of Flux.
type Support string

// The cases of Support, as the report names them.
const (
	SupportUnknown Support = ""
	Supported      Support = "supported"
	// TooOld is a Kubernetes that the release refuses or does not support.
	TooOld Support = "too-old"
	// Untested is one that is newer than those the release was tested with.
	Untested Support = "untested"
)

// Supports says whether the release supports a Kubernetes minor.
func (r Release) Supports(kubernetes Minor) Support {
	oldest := r.Oldest
	if !oldest.Known() {
		oldest = r.Kubernetes
	}
	switch {
	case !kubernetes.Known() || !oldest.Known():
		return SupportUnknown
	case kubernetes.Less(oldest):
		return TooOld
	case !r.Newest.Known():
		return SupportUnknown
	case r.Newest.Less(kubernetes):
		return Untested
	}
	return Supported
}

// supportedMinors is how many minors the Flux project supports at a time
// (https://fluxcd.io/flux/releases/#supported-releases).
const supportedMinors = 3

// Releases returns all minors of Flux 2, oldest first.
func Releases() []Release { return releases }

// LookupRelease finds a minor; ok is false when this build does not know it.
func LookupRelease(minor Minor) (release Release, ok bool) {
	for _, release := range releases {
		if release.Minor == minor {
			return release, true
		}
	}
	return Release{}, false
}

// Newest is the newest Flux minor that this build knows.
func Newest() Minor { return releases[len(releases)-1].Minor }

// OldestSupported is the oldest minor that still gets fixes.
func OldestSupported() Minor { return releases[len(releases)-supportedMinors].Minor }

// Minor is a minor version, of Flux or of Kubernetes. The zero value means
// unknown.
type Minor struct{ Major, Minor int }

// String is MAJOR.MINOR.
func (m Minor) String() string { return fmt.Sprintf("%d.%d", m.Major, m.Minor) }

// Known is false for the zero value.
func (m Minor) Known() bool { return m != Minor{} }

// Less orders minors.
func (m Minor) Less(other Minor) bool {
	return m.Major < other.Major || m.Major == other.Major && m.Minor < other.Minor
}

// AtLeast is true for a known minor that is not older than other.
func (m Minor) AtLeast(other Minor) bool { return m.Known() && !m.Less(other) }

var minorPattern = regexp.MustCompile(`^v?(\d+)\.(\d+)(?:\.|\+|-|$)`)

// ParseMinor reads the minor of a version such as v2.9.5 or 1.34.2-gke.1; it is
// unknown for anything else, ranges without a minor ("2.x") included.
func ParseMinor(version string) Minor {
	match := minorPattern.FindStringSubmatch(strings.TrimSpace(version))
	if match == nil {
		return Minor{}
	}
	major, errMajor := strconv.Atoi(match[1])
	minor, errMinor := strconv.Atoi(match[2])
	if errMajor != nil || errMinor != nil {
		return Minor{}
	}
	return Minor{major, minor}
}
