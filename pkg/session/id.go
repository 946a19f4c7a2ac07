package session

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/lazyregexp"
)

const (
	statePrefix = "flux-context-"
	stateSuffix = ".json"
	tempPrefix  = "flux-temp-"
)

// idPattern is nanoseconds since 1970, a dash, 64 random bits in hex. The time
// makes ids sort by age, the random part keeps apart the sessions that start at
// the same moment in other processes and on other machines.
var idPattern = lazyregexp.New(`^[0-9]{1,19}-[0-9a-f]{16}$`)

func newID(now time.Time) string {
	var random [8]byte
	rand.Read(random[:]) // never fails
	return strconv.FormatInt(max(now.UnixNano(), 0), 10) + "-" + hex.EncodeToString(random[:])
}

// checkID keeps anything that is not an id from becoming part of a file name.
func checkID(id string) error {
	if !idPattern().MatchString(id) {
		return fmt.Errorf("%q is not a session id: see the ids of the session list", id)
	}
	return nil
}

// isNewer compares by the time in two ids; the order of the bytes would put
// 999 after 1000.
func isNewer(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

func stateFile(id string) string { return statePrefix + id + stateSuffix }
