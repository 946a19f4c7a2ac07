package fluxver

import "testing"

func TestSupports(t *testing.T) {
	for _, c := range []struct {
		flux, kubernetes string
		want             Support
	}{
		{"v2.9.5", "v1.36.2", Supported},
		{"v2.9.5", "v1.34.0", Supported},
		{"v2.9.5", "v1.33.9", TooOld},
		{"v2.9.5", "v1.37.0", Untested},
		{"v2.10.0", "v1.34.3", TooOld},
		// Before 2.9 only the oldest minor is known.
		{"v2.6.4", "v1.30.1", TooOld},
		{"v2.6.4", "v1.33.1", SupportUnknown},
		{"v2.9.5", "", SupportUnknown},
	} {
		release, _ := LookupRelease(ParseMinor(c.flux))
		if got := release.Supports(ParseMinor(c.kubernetes)); got != c.want {
			t.Errorf("Flux %s on Kubernetes %s is %q, not %q", c.flux, c.kubernetes, got, c.want)
		}
	}
}
