package cmdutil

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// What the Go runtime may hold, in bytes. The program and its libraries, which
// the system counts too, take some 60 MB besides.
const (
	// firstCollection is reached before memory is collected for the first time:
	// a run on a small project ends before.
	firstCollection = 48 << 20
	// memoryGoal makes a run on a large project collect more often instead of
	// letting the heap double: 50,000 manifests need half of it.
	memoryGoal = 280 << 20
	// enough is the share of memoryGoal beyond which keeping to it would cost
	// more time than the memory is worth.
	enough = memoryGoal / 10 * 9
)

// LimitMemory sets when the Go runtime collects memory, for a process that ends
// soon. Whoever sets GOGC or GOMEMLIMIT knows better, and is left alone.
func LimitMemory() {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return
	}
	const usual = 100
	if percent := debug.SetGCPercent(-1); percent != usual {
		debug.SetGCPercent(percent)
		return
	}
	debug.SetMemoryLimit(firstCollection)
	afterCollection(func() {
		debug.SetGCPercent(usual)
		debug.SetMemoryLimit(memoryGoal)
		afterCollection(liftLimit)
	})
}

// liftLimit gives the goal up once so much is in use that it cannot be kept.
func liftLimit() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() == metrics.KindUint64 && live[0].Value.Uint64() > enough {
		debug.SetMemoryLimit(math.MaxInt64)
		return
	}
	afterCollection(liftLimit)
}

// afterCollection runs do when memory was collected the next time.
func afterCollection(do func()) {
	type mark struct{ do func() }
	runtime.SetFinalizer(&mark{do}, func(m *mark) { m.do() })
}
