package guidance

import "fmt"

func adviseStructure(p *project) entry {
	var e entry
	if p.Repository == nil || !p.hasFlux() {
		return e
	}
	p.say(&e, "pattern", "clusters", "folders")
	if unreached := len(p.findings["STR-02"]); unreached > 0 {
		e.gap = append(e.gap, fmt.Sprintf("%s no cluster", count(unreached, "file reaches", "files reach")))
	}
	p.practices(&e, "cluster-folders", "bases-and-overlays")
	return e
}
