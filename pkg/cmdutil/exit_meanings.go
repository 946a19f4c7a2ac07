package cmdutil

// ExitMeaning is what an exit code says.
type ExitMeaning struct {
	Code    int
	Meaning string
}

// ExitMeanings lists the exit codes, by number.
func ExitMeanings() []ExitMeaning {
	return []ExitMeaning{
		{ExitOK, "Done, with findings or without."},
		{ExitError, "Neither a cluster nor a repository could be read, or something that was asked for by name cannot be honoured."},
		{ExitFindings, "There are findings of the severity of --fail-on, or of a higher one."},
		{ExitIncomplete, "The report is incomplete, and --fail-on-partial is set."},
		{ExitInterrupted, "Interrupted, by Ctrl-C for example."},
	}
}
