package cmd

import (
	"os"
	"os/signal"
	"syscall"
)

// endings are the signals that ask a command to end: of the terminal, of a
// supervisor, and of a terminal that closes, unless nohup said to go on then.
func endings() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}
