package redis

import (
	"os/exec"
	"runtime"
	"syscall"
)

// startChild binds the child's life to ours. The death signal belongs to the starting thread, so the calling goroutine keeps its thread.
func startChild(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	return cmd.Start()
}
