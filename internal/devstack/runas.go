package devstack

import (
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// runAs is how Postgres, which refuses to run as root, is run: plainly by an
// ordinary user; by root in a user namespace of one user, where the kernel
// allows it; else by root as the system's user postgres.
type runAs struct {
	namespace  bool
	credential *syscall.Credential
}

// chooseRunAs tries program once where a namespace is in question.
func chooseRunAs(program string) (runAs, error) {
	if os.Geteuid() != 0 {
		return runAs{}, nil
	}
	probe := exec.Command(program, "--version")
	probe.Dir, probe.SysProcAttr = "/", &syscall.SysProcAttr{}
	if ownUserNamespace(probe.SysProcAttr) && probe.Run() == nil {
		return runAs{namespace: true}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return runAs{}, setupErrorf("Postgres refuses to run as root and there is no user postgres: run sweep as an ordinary user")
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return runAs{credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

func (r runAs) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Credential: r.credential}
	if r.namespace {
		ownUserNamespace(attr)
	}
	return attr
}

// give makes dir, inside h, the other user's and checks that it can reach it;
// nothing to do when there is no other user.
func (r runAs) give(h home, dir string) error {
	if r.credential == nil {
		return nil
	}
	if err := os.Chmod(string(h), 0o711); err != nil { // its files are 0600 one by one
		return h.unusable(err)
	}
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, int(r.credential.Uid), int(r.credential.Gid))
	})
	if err != nil {
		return h.unusable(err)
	}
	probe := exec.Command("test", "-x", dir)
	probe.Dir, probe.SysProcAttr = "/", r.attributes()
	if err := probe.Run(); err != nil {
		return setupErrorf("running as root, and user postgres cannot enter %s: set SWEEP_HOME to a directory it can reach, for example /var/lib/sweep", dir)
	}
	return nil
}
