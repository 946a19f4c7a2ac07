package cmdutil

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// settings are those of the garbage collector.
func settings(t *testing.T) (percent int, limit int64) {
	t.Helper()
	percent = debug.SetGCPercent(-1)
	debug.SetGCPercent(percent)
	return percent, debug.SetMemoryLimit(-1)
}

func restore(t *testing.T) {
	percent, limit := settings(t)
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
}

func TestLimitMemory(t *testing.T) {
	restore(t)
	debug.SetGCPercent(100)
	debug.SetMemoryLimit(math.MaxInt64)
	LimitMemory()
	if percent, limit := settings(t); percent != -1 || limit != firstCollection {
		t.Fatalf("before the first collection: %d %%, %d bytes", percent, limit)
	}
	reach := func(wantLimit int64) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			runtime.GC()
			if percent, limit := settings(t); percent == 100 && limit == wantLimit {
				return
			}
		}
		percent, limit := settings(t)
		t.Fatalf("%d %%, %d bytes, want 100 %% and %d", percent, limit, wantLimit)
	}
	reach(memoryGoal)
	held := make([]byte, enough+1<<20)
	reach(math.MaxInt64)
	runtime.KeepAlive(held)
}

func TestLimitMemoryLeavesTheUsersChoice(t *testing.T) {
	for name, set := range map[string]func(){
		"GOGC":       func() { debug.SetGCPercent(50) },
		"GOMEMLIMIT": func() { debug.SetMemoryLimit(1 << 30) },
	} {
		t.Run(name, func(t *testing.T) {
			restore(t)
			debug.SetGCPercent(100)
			debug.SetMemoryLimit(math.MaxInt64)
			set()
			percent, limit := settings(t)
			LimitMemory()
			if p, l := settings(t); p != percent || l != limit {
				t.Errorf("%d %%, %d bytes became %d %%, %d bytes", percent, limit, p, l)
			}
		})
	}
}
