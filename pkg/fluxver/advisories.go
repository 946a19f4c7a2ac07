package fluxver

// Advisory is a published weakness of a controller.
type Advisory struct {
	// IDs are its CVE numbers.
	IDs        []string
	Controller string
	// Fixed is the first version without it.
	Fixed string
	// Summary says what is wrong, where the release notes say so; a clause
	// without a full stop.
	Summary string
}

// advisories are the known weaknesses, by controller and version. They are
// published at github.com/fluxcd/flux2/security/advisories.
var advisories = []Advisory{
	{[]string{"CVE-2026-45022"}, "image-automation-controller", "v1.1.3", ""},
	{[]string{"CVE-2026-45570", "CVE-2026-45571"}, "image-automation-controller", "v1.1.4", ""},
	{[]string{"CVE-2026-40109"}, "notification-controller", "v1.8.3", "a gcr Receiver does not check email and audience of the token"},
	{[]string{"CVE-2026-45022"}, "source-controller", "v1.8.4", ""},
	{[]string{"CVE-2026-45570", "CVE-2026-45571"}, "source-controller", "v1.8.5", ""},
}

// Advisories returns the weaknesses that a controller has in a version; none
// when the version cannot be read.
func Advisories(controller, version string) []Advisory {
	v, ok := ParseVersion(version)
	if !ok {
		return nil
	}
	var list []Advisory
	for _, advisory := range advisories {
		fixed, _ := ParseVersion(advisory.Fixed)
		if advisory.Controller == controller && v.Less(fixed) {
			list = append(list, advisory)
		}
	}
	return list
}
