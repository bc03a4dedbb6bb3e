package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

// account is who the server runs as: PostgreSQL refuses to run as root.
type account struct {
	drop     bool
	uid, gid int
}

// serverUser is the present user, or for root an unprivileged one that exists in the user database (PostgreSQL looks it up).
func serverUser() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && uid != 0 {
			return account{true, uid, gid}, nil
		}
	}
	return account{}, errors.New("PostgreSQL cannot run as root, and there is no user postgres or nobody to run it as: start as an ordinary user")
}

func (a account) own(dir string) error {
	if !a.drop {
		return nil
	}
	return os.Chown(dir, a.uid, a.gid)
}

// canReach checks that the server's user may enter every folder on the way: the failure of initdb would be misleading.
func (a account) canReach(dir string) error {
	if !a.drop {
		return nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for ; abs != "/"; abs = filepath.Dir(abs) {
		info, err := os.Stat(abs)
		if err != nil {
			return err
		}
		if info.Mode()&0o001 == 0 {
			return fmt.Errorf("%s cannot be entered by the user that PostgreSQL runs as: set SHEBAO_DATA to a folder that others may enter", abs)
		}
	}
	return nil
}

// Reachable reports whether a server can be run from below the folder; root's home folder, for one, is closed.
func Reachable(dir string) bool {
	a, err := serverUser()
	return err == nil && a.canReach(dir) == nil
}

func startWith(cmd *exec.Cmd, a account) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Pdeathsig: syscall.SIGINT, // the server stops cleanly when we are killed
		Setpgid:   true,           // Ctrl-C reaches us first
	}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return cmd.Start()
}

func lockThread() { runtime.LockOSThread() }
