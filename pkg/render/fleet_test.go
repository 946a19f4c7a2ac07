package render

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// TestFleet renders a generated fleet of 50,000 files, named by FLUXCTX_FLEET,
// with the default budget: it must keep the time and the memory limit of 400 MB,
// and say what it left out.
func TestFleet(t *testing.T) {
	root := os.Getenv("FLUXCTX_FLEET")
	if root == "" {
		t.Skip("set FLUXCTX_FLEET to the folder of a generated fleet")
	}
	repo, files := scan(t, root)
	runtime.GC()
	debug.FreeOSMemory()
	before := residentMemory(t)
	budget := 5 * time.Second
	if text := os.Getenv("FLUXCTX_FLEET_BUDGET"); text != "" {
		budget, _ = time.ParseDuration(text)
	}
	started := time.Now()
	rendering, problems := Run(t.Context(), repo, files, Options{Budget: budget})
	took := time.Since(started)
	peak := residentMemory(t)
	counts := map[model.BuildState]int{}
	objects := 0
	for _, build := range rendering.Builds {
		counts[build.State]++
		objects += len(build.Objects)
		if build.State == model.BuildFailed {
			t.Log(build.Owner, build.Location, build.Reason)
		}
	}
	t.Logf("%v, %d builds %v, %d objects, %d MB before and %d MB after", took, len(rendering.Builds), counts, objects, before>>20, peak>>20)
	for _, problem := range problems {
		t.Log(problem.Code, problem.Message)
	}
	if budget > 0 && took > budget+500*time.Millisecond {
		t.Errorf("took %v", took)
	}
	if peak > 400<<20 && budget > 0 {
		t.Errorf("%d MB of memory", peak>>20)
	}
	if counts[model.BuildSkipped] > 0 && len(problems) == 0 {
		t.Error("builds were skipped and nothing says so")
	}
	if counts[model.BuildRendered] == 0 {
		t.Error("nothing was rendered")
	}
}

// residentMemory is what the process holds, in bytes; 0 where it cannot be told.
func residentMemory(t testing.TB) int {
	t.Helper()
	content, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(content)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.Atoi(strings.Fields(value)[0])
			if err != nil {
				t.Fatal(err)
			}
			return kilobytes << 10
		}
	}
	return 0
}
