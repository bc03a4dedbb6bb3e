//go:build !linux

package redis

import (
	"os/exec"
	"syscall"
)

func startChild(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd.Start()
}
