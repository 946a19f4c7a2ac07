//go:build !linux

package main

import "syscall"

// childAttributes keeps the signals of the terminal from a child: stop ends
// children in order. Only Linux can make a child die with its parent.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
