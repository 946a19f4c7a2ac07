package main

import "syscall"

// childAttributes makes a child die with this process, even if that is killed,
// and keeps the signals of the terminal from it: stop ends children in order.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
