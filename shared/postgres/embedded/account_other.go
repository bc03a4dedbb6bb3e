//go:build !linux

package embedded

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// account is who the server runs as; away from Linux only the present user.
type account struct{}

func serverUser() (account, error) {
	if os.Geteuid() == 0 {
		return account{}, errors.New("PostgreSQL cannot run as root: start as an ordinary user")
	}
	return account{}, nil
}

func (account) own(string) error      { return nil }
func (account) canReach(string) error { return nil }

// Reachable reports whether a server can be run from below the folder.
func Reachable(string) bool { return true }

func startWith(cmd *exec.Cmd, _ account) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd.Start()
}

func lockThread() {}
