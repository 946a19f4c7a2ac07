package session

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// childEnv makes the test binary play one process of a test.
const childEnv = "FLUXCTX_SESSION_CHILD"

func TestMain(m *testing.M) {
	if job := os.Getenv(childEnv); job != "" {
		if err := child(strings.Split(job, "|")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child plays "create|DIR": start a session, write to it without end; or
// "mark|DIR|ID|MARK": resume a session, add a mark, leave; or "own|DIR|N": start
// a session and put N marks into it.
func child(job []string) error {
	dir := job[1]
	switch job[0] {
	case "create":
		s, err := Create(dir, time.Now())
		if err != nil {
			return err
		}
		fmt.Println(s.ID())
		for i := 0; ; i++ {
			err := s.Update(func(state *State) {
				state.Focus = []string{strconv.Itoa(i), strings.Repeat("x", i%5000)}
			})
			if err != nil {
				return err
			}
		}
	case "mark":
		for {
			s, err := Resume(dir, job[2])
			if errors.Is(err, ErrInUse) {
				time.Sleep(time.Millisecond)
				continue
			}
			if err != nil {
				return err
			}
			err = s.Update(func(state *State) { state.Focus = append(state.Focus, job[3]) })
			return errors.Join(err, s.Close())
		}
	case "own":
		n, err := strconv.Atoi(job[2])
		if err != nil {
			return err
		}
		s, err := Create(dir, time.Unix(1786096800, 0)) // all at the same nanosecond
		if err != nil {
			return err
		}
		for i := range n {
			if err := s.Update(func(state *State) { state.Focus = append(state.Focus, strconv.Itoa(i)) }); err != nil {
				return err
			}
		}
		fmt.Println(s.ID())
		return s.Close()
	}
	return fmt.Errorf("unknown job %v", job)
}

func process(t *testing.T, job ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), childEnv+"="+strings.Join(job, "|"))
	command.Stderr = os.Stderr
	return command
}

func TestFileParsesWheneverTheProcessIsKilled(t *testing.T) {
	dir := t.TempDir()
	kills := 40
	if testing.Short() {
		kills = 5
	}
	for range kills {
		command := process(t, "create", dir)
		out, err := command.StdoutPipe()
		mustDo(t, err)
		mustDo(t, command.Start())
		line, err := bufio.NewReader(out).ReadString('\n')
		mustDo(t, err)
		id := strings.TrimSpace(line)

		stop := make(chan struct{})
		var readers sync.WaitGroup
		readers.Go(func() { // a reader at every moment while it runs
			for {
				select {
				case <-stop:
					return
				default:
				}
				if content, err := os.ReadFile(filepath.Join(dir, stateFile(id))); err != nil || !json.Valid(content) {
					t.Errorf("while the process runs: %d bytes, %v", len(content), err)
					return
				}
			}
		})
		time.Sleep(time.Duration(rand.IntN(20_000)) * time.Microsecond)
		mustDo(t, command.Process.Kill())
		command.Wait() // it was killed
		close(stop)
		readers.Wait()

		entry, err := Load(dir, id)
		mustDo(t, err)
		if entry.Checkpoints.LastCheckpoint != SessionInitialized {
			t.Errorf("last checkpoint is %q", entry.Checkpoints.LastCheckpoint)
		}
		s, err := Resume(dir, id) // the lock died with the process
		mustDo(t, err)
		mustDo(t, s.Checkpoint(Context7FluxLoaded))
		mustDo(t, s.Close())
	}
	if left, err := filepath.Glob(filepath.Join(dir, tempPrefix+"*")); err != nil || len(left) != 0 {
		t.Errorf("temporary files are left: %v, %v", left, err)
	}
}

const processes = 50

// together runs the processes at once and returns what each printed.
func together(t *testing.T, job func(i int) []string) []string {
	t.Helper()
	printed := make([]string, processes)
	var wait sync.WaitGroup
	for i := range processes {
		command := process(t, job(i)...)
		wait.Go(func() {
			out, err := command.Output()
			if err != nil {
				t.Errorf("process %d: %v", i, err)
			}
			printed[i] = strings.TrimSpace(string(out))
		})
	}
	wait.Wait()
	return printed
}

func TestManyProcessesHaveTheirOwnSessions(t *testing.T) {
	dir := t.TempDir()
	const updates = 10
	ids := together(t, func(int) []string { return []string{"own", dir, strconv.Itoa(updates)} })
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			t.Errorf("two sessions have the id %s", id)
		}
		seen[id] = true
	}
	entries, err := List(dir)
	mustDo(t, err)
	if len(entries) != processes {
		t.Errorf("%d sessions, want %d", len(entries), processes)
	}
	for _, entry := range entries {
		if !seen[entry.SessionID] || len(entry.Focus) != updates {
			t.Errorf("session %s holds %v", entry.SessionID, entry.Focus)
		}
	}
}

func TestManyProcessesLoseNoUpdateOfOneSession(t *testing.T) {
	dir := t.TempDir()
	s := newSession(t, dir)
	mustDo(t, s.Close())
	together(t, func(i int) []string { return []string{"mark", dir, s.ID(), strconv.Itoa(i)} })
	entry, err := Load(dir, s.ID())
	mustDo(t, err)
	seen := map[string]bool{}
	for _, mark := range entry.Focus {
		seen[mark] = true
	}
	if len(entry.Focus) != processes || len(seen) != processes {
		t.Errorf("%d marks, %d of them different, want %d", len(entry.Focus), len(seen), processes)
	}
}
