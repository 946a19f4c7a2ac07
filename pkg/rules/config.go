package rules

// Config is what a project says about the rules in .fluxctx.yaml.
type Config struct{}

// apply moves silenced findings aside.
func (c *Config) apply(*index, *Result) {}
